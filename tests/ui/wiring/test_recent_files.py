"""The menu of files opened last."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from app.bootstrap import Application
from app.settings import SettingsStore
from tests.ui.conftest import Opener
from tests.ui.wiring.conftest import write_tone
from ui.actions import MenuId
from ui.main_window import MainWindow
from ui.parts import Parts
from ui.wiring.recent_files import RecentFiles


def filled(window: MainWindow) -> list[QAction]:
    [recent] = [wiring for wiring in window.wirings if isinstance(wiring, RecentFiles)]
    recent.menu.aboutToShow.emit()
    return [action for action in recent.menu.actions() if not action.isSeparator()]


def test_without_any_the_menu_is_grey(window: MainWindow, parts: Parts) -> None:
    texts = [action.text() for action in parts.menus[MenuId.FILE].actions()]
    assert texts[:2] == ["&Open…", "Open &recent"]
    assert not parts.menus[MenuId.FILE].actions()[1].isEnabled()


def test_the_newest_is_first_and_what_is_gone_is_grey(
    window: MainWindow, opened: Opener, tmp_path: Path
) -> None:
    first, second = (write_tone(tmp_path / name, 1.0) for name in ("a&b.wav", "c.wav"))
    opened(first)
    opened(second)
    first.unlink()
    actions = filled(window)
    assert [action.text() for action in actions] == ["&1 c.wav", "&2 a&&b.wav", "&Clear list"]
    assert [action.isEnabled() for action in actions] == [True, False, True]
    assert actions[0].toolTip() == str(second)
    assert "no longer there" in actions[1].toolTip()


def test_two_of_one_name_are_told_apart(
    window: MainWindow, store: SettingsStore, tmp_path: Path
) -> None:
    store.change(recent=(tmp_path / "a" / "x.wav", tmp_path / "b" / "x.wav"))
    texts = [action.text() for action in filled(window)]
    assert texts[:2] == [f"&{n} x.wav – {tmp_path / name}" for n, name in ((1, "a"), (2, "b"))]


def test_one_that_is_chosen_is_opened_and_the_list_can_be_cleared(
    qtbot: QtBot,
    behind: Application,
    store: SettingsStore,
    window: MainWindow,
    parts: Parts,
    opened: Opener,
    tmp_path: Path,
) -> None:
    paths = [write_tone(tmp_path / name, 1.0) for name in ("a.wav", "b.wav")]
    for path in paths:
        opened(path)
    with qtbot.waitSignal(behind.explain.idle, timeout=60_000):
        filled(window)[1].trigger()
    assert behind.session.state.item.path == paths[0]
    filled(window)[-1].trigger()
    assert store.settings.recent == ()
    assert not parts.menus[MenuId.FILE].actions()[1].isEnabled()
