"""HearWhy as a library: installed outside a checkout, and without what draws the window."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
WITHOUT_WINDOW = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("PySide6", "shiboken6", "pyqtgraph", "sounddevice"):
            return None if name in sys.modules else self.refuse(name)

    def refuse(self, name):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
"""
EXPLAINED = """
from core.audio_io import read_clip
from core.models import open_toolbox
from core.pipeline import explain
from core.resources import resources_folder
from core.samples import samples_folder
from core.types import ExplanationRequest

request = ExplanationRequest(random_masks=0, device="cpu")
print(explain(read_clip(samples_folder() / "yes.wav"), request, open_toolbox(request)).target)
print(resources_folder())
"""


def test_packages_of_the_window_are_an_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    window = project["optional-dependencies"]["app"]
    names = {entry.partition(">")[0] for entry in window}
    assert names == {"PySide6-Essentials", "pyqtgraph", "sounddevice"}
    assert not any(entry.startswith(tuple(names)) for entry in project["dependencies"])


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an installation has, laid out by the project's own setup.py."""
    pytest.importorskip("setuptools")
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, "setup.py", "-q", "build_py", "--build-lib", str(target)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return target


def test_an_installation_has_every_module_and_resource(installed: Path) -> None:
    for package in ("app", "core", "ui"):
        here = {file.relative_to(ROOT) for file in (ROOT / package).rglob("*.py")}
        assert here == {file.relative_to(installed) for file in (installed / package).rglob("*.py")}
    listed = subprocess.run(
        ["git", "ls-files", "-z", "resources"], cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode == 0:  # a checkout, where nothing else lies among the resources
        for name in filter(None, listed.stdout.split("\0")):
            assert (installed / "hearwhy_data" / name).is_file(), name
    assert (installed / "hearwhy_data" / "docs" / "guide.md").is_file()
    assert (installed / "main.py").is_file()


def test_it_explains_outside_of_the_checkout_without_the_window(
    installed: Path, tmp_path: Path
) -> None:
    program = f"import sys\nsys.path.insert(0, {str(installed)!r})\n{WITHOUT_WINDOW}{EXPLAINED}"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["yes", str(installed / "hearwhy_data" / "resources")]


def test_the_window_says_what_it_needs(installed: Path, tmp_path: Path) -> None:
    program = (
        f"import sys\nsys.path.insert(0, {str(installed)!r})\n{WITHOUT_WINDOW}"
        "import importlib.util\n"
        "found = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *_: None if name == 'PySide6' else found(name)\n"
        "sys.argv = ['hearwhy', '--screenshot', 'picture.png']\n"
        "import main; main.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode != 0
    assert "The window needs PySide6, which is not installed: pip install" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "picture.png").exists()
