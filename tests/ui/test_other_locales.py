"""Systems set to other languages: C libraries fold letters and write numbers as the system says."""

from __future__ import annotations

import ast
import locale
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.models import SmallModels
from tests.ui.real_window import real_window
from ui.start import prepared_application
from ui.timers import timer

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def locales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Turkish and German, whether the system has them installed or not."""
    if shutil.which("localedef") is None:
        pytest.skip("needs localedef")
    folder = tmp_path_factory.mktemp("locales")
    for name in ("tr_TR", "de_DE"):
        command = ["localedef", "-i", name, "-f", "UTF-8", str(folder / f"{name}.UTF-8")]
        if subprocess.run(command, capture_output=True, check=False).returncode > 1:
            pytest.skip("needs the sources of locales")
    return folder


@pytest.fixture
def speaking(locales: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Have C libraries speak a language until the test ends."""
    before = locale.setlocale(locale.LC_ALL)
    monkeypatch.setenv("LOCPATH", str(locales))
    yield lambda name: locale.setlocale(locale.LC_ALL, f"{name}.UTF-8") and None
    locale.setlocale(locale.LC_ALL, before)


def test_a_window_opens_in_turkish(
    speaking: Callable[[str], None], qtbot: QtBot, small_models: SmallModels, tmp_path: Path
) -> None:
    speaking("tr_TR")
    with real_window(qtbot, small_models, tmp_path) as shown:
        assert shown.window.isVisible()


def test_numbers_of_c_libraries_keep_their_point(
    speaking: Callable[[str], None], qapp: QApplication
) -> None:
    speaking("de_DE")
    assert locale.localeconv()["decimal_point"] == ","  # as Qt leaves it
    prepared_application()
    assert locale.localeconv()["decimal_point"] == "."


def test_no_property_is_set_by_a_name_that_turkish_spells_otherwise() -> None:
    """PySide looks up `interval=…` as setInterval by the system's capital of i."""
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}: {keyword.arg}"
        for layer in ("app", "ui")
        for path in (ROOT / layer).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("Q")
        for keyword in call.keywords
        if keyword.arg is not None and keyword.arg.startswith("i")
    ]
    assert not found


def test_timers_are_as_asked_for(qapp: QApplication) -> None:
    parent = QObject()
    often, once = timer(parent, 0), timer(parent, 80, once=True)
    assert (often.interval(), often.isSingleShot(), often.isActive()) == (0, False, False)
    assert (once.interval(), once.isSingleShot(), once.parent()) == (80, True, parent)
