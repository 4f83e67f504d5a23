"""The layers are checked, and the check finds what it should."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINT = (
    "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
)
CORE, APP, UI = (
    "core knows nothing of windows, sound cards or the layers above",
    "app draws nothing",
    "ui computes nothing",
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's code, one file of which can be made to break the rules."""
    tree = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "pyproject.toml", tree)
    for layer in ("core", "app", "ui"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / layer, tree / layer, ignore=ignored)
    return tree


def lint(tree: Path, **lines: str) -> dict[str, bool]:
    """For each contract whether it is kept when each layer holds such a line."""
    for layer, line in lines.items():
        (tree / layer / "intruder.py").write_text(f"def later() -> None:\n    {line}\n")
    command = [sys.executable, "-c", LINT]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=120)
    for layer in lines:
        (tree / layer / "intruder.py").unlink()
    kept = {name: f"{name} KEPT" in done.stdout for name in (CORE, APP, UI)}
    assert all(kept.values()) is (done.returncode == 0), done.stdout + done.stderr
    assert all(f"{n} KEPT" in done.stdout or f"{n} BROKEN" in done.stdout for n in kept)
    return kept


def test_the_layers_are_kept(tree: Path) -> None:
    assert lint(tree) == {CORE: True, APP: True, UI: True}


@pytest.mark.parametrize(
    "line", ["import app.cli", "from ui import actions", "import sounddevice", "import PySide6"]
)
def test_core_may_not_know_the_layers_above_nor_windows_and_sound_cards(
    tree: Path, line: str
) -> None:
    assert lint(tree, core=line) == {CORE: False, APP: True, UI: True}


def test_each_layer_is_held_to_its_own_rules(tree: Path) -> None:
    found = lint(tree, app="from pyqtgraph import mkPen", ui="import torch")
    assert found == {CORE: True, APP: False, UI: False}
    found = lint(tree, app="from PySide6 import QtCore", ui="from core.types import Variant")
    assert all(found.values())


@pytest.mark.parametrize(
    ("place", "allowed"),
    [("core/x.py", False), ("app/x.py", False), ("ui/views/x.py", True), ("tests/ui/x.py", True)],
)
@pytest.mark.parametrize(
    "line", ["from PySide6.QtWidgets import QLabel", "import PySide6.QtWidgets"]
)
def test_only_ui_may_import_widgets(place: str, allowed: bool, line: str) -> None:
    command = [sys.executable, "-m", "ruff", "check", "--select", "TID251", "--stdin-filename"]
    done = subprocess.run(
        [*command, place, "-"], cwd=ROOT, input=f"{line}\n", capture_output=True, text=True
    )
    assert (done.returncode == 0) is allowed, done.stdout
    assert allowed or "Only ui draws" in done.stdout
