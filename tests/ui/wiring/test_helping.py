from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QDialog, QToolButton

from app.bootstrap import build
from app.notices import Notice
from app.paths import log_folder
from app.settings import SettingsStore
from core.types import ExplanationRequest
from tests.fake_audio import FakeBackend
from ui.dialogs.about import AboutDialog
from ui.dialogs.error_details import ErrorDetailsDialog
from ui.dialogs.guide import GuideDialog
from ui.dialogs.key_list import KeyListDialog


class Desktop(QObject):
    """Stands for the system that opens folders and addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[QUrl] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url)


@pytest.fixture
def desktop(qapp):
    desktop = Desktop()
    for scheme in ("file", "https"):
        QDesktopServices.setUrlHandler(scheme, desktop, "open")
    yield desktop
    for scheme in ("file", "https"):
        QDesktopServices.unsetUrlHandler(scheme)


@pytest.fixture
def behind(qapp, tmp_path):
    return build(ExplanationRequest(), FakeBackend(), SettingsStore(tmp_path / "settings.json"))


@pytest.fixture
def window(qtbot, window):
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def shown(kind: type[QDialog]) -> list[QDialog]:
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]


@pytest.mark.parametrize(
    ("key", "kind"),
    [(Qt.Key.Key_F1, GuideDialog), (Qt.Key.Key_F2, KeyListDialog), ("?", KeyListDialog)],
)
def test_keys_open_guide_and_key_list(qtbot, window, key, kind):
    qtbot.keyClick(window, key)
    (dialog,) = shown(kind)
    assert not dialog.isModal()
    dialog.close()


@pytest.mark.parametrize(
    ("command", "kind"),
    [("guide", GuideDialog), ("key_list", KeyListDialog), ("about", AboutDialog)],
)
def test_one_of_each_is_open_at_most_and_can_be_opened_again(window, command, kind):
    action = window.parts.actions[command]
    action.trigger()
    action.trigger()
    (dialog,) = shown(kind)
    dialog.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    action.trigger()
    (again,) = shown(kind)
    again.close()


def test_the_guide_is_the_one_that_ships(window):
    window.parts.actions["guide"].trigger()
    (guide,) = shown(GuideDialog)
    assert len(guide.text.headings) > 10
    guide.close()


def test_the_details_of_an_unforeseen_error_can_be_read(window, behind, desktop):
    try:
        raise ValueError("odd")
    except ValueError as error:
        behind.notices.error(error)
    details = next(
        button
        for button in window.parts.status.findChildren(QToolButton)
        if button.accessibleName() == "Details of the notice"
    )
    details.click()
    (dialog,) = shown(ErrorDetailsDialog)
    assert "ValueError: odd" in dialog._report
    dialog.open_log.click()
    assert [Path(url.toLocalFile()) for url in desktop.opened] == [log_folder()]
    assert log_folder().is_dir()
    dialog.close()


def test_the_details_shown_are_those_asked_for_last(window):
    for text in ("first", "second"):
        window.parts.status.details_requested.emit(Notice("error", text, "details"))
    (dialog,) = shown(ErrorDetailsDialog)
    assert "second" in dialog._report
    dialog.close()


def test_links_of_the_guide_open_outside(window, desktop):
    window.parts.actions["guide"].trigger()
    (guide,) = shown(GuideDialog)
    guide.text.anchorClicked.emit(QUrl("https://example.org/"))
    assert desktop.opened == [QUrl("https://example.org/")]
    guide.close()


def test_a_log_folder_that_cannot_be_shown_is_named(qtbot, window, behind, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HEARWHY_LOGS", str(tmp_path / "file" / "logs"))
    with qtbot.waitSignal(behind.notices.posted) as posted:
        window.parts.actions["log_folder"].trigger()
    assert str(tmp_path / "file" / "logs") in posted.args[0].text


def test_closing_the_window_closes_its_help(window):
    for command in ("guide", "key_list", "about"):
        window.parts.actions[command].trigger()
    window.close()
    assert not shown(QDialog)
