"""Files can be dropped anywhere, and what will happen is said before."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QGraphicsView, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Application
from core.session_manifest import SavedLook
from tests.ui.conftest import Opener
from ui.main_window import MainWindow
from ui.parts import Parts
from ui.views.drop_frame import DropFrame

ACTIONS = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction


def of_files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drag(widget: QWidget, data: QMimeData) -> bool:
    """Whether a drag may be dropped here: here, or on what is around it, up to the window."""
    event = QDragEnterEvent(
        QPoint(5, 5), ACTIONS, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    event.ignore()
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def drop(widget: QWidget, data: QMimeData) -> QDropEvent:
    event = QDropEvent(
        QPointF(5, 5), ACTIONS, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(widget, event)
    return event


@pytest.fixture
def frame(window: MainWindow) -> DropFrame:
    return window.findChild(DropFrame)


def test_a_sound_dropped_on_the_window_is_opened(
    qtbot: QtBot, behind: Application, window: MainWindow, frame: DropFrame, tone: Path
) -> None:
    data = of_files(tone)
    assert drag(window, data)
    assert frame.isVisible()
    assert frame.geometry() == window.rect()
    assert "tone.wav" in frame.findChild(QLabel).text()
    with qtbot.waitSignal(behind.explain.idle, timeout=60_000):
        assert drop(window, data).dropAction() is Qt.DropAction.CopyAction  # never moved away
    assert not frame.isVisible()
    assert behind.session.state.item.path == tone


def test_a_session_dropped_on_the_window_is_opened(
    qtbot: QtBot,
    behind: Application,
    window: MainWindow,
    tmp_path: Path,
    opened: Opener,
    tone: Path,
) -> None:
    opened(tone)
    path = tmp_path / "mine.hearwhy"
    with qtbot.waitSignal(behind.documents.saved):
        behind.documents.save(path, SavedLook())
    assert drag(window, of_files(path))
    assert window.findChild(DropFrame).findChild(QLabel).text() == "Drop to open the session"
    with qtbot.waitSignal(behind.documents.opened):
        drop(window, of_files(path))
    assert behind.documents.path == path


def test_leaving_and_moving(window: MainWindow, frame: DropFrame, tone: Path) -> None:
    data = of_files(tone)
    assert drag(window, data)
    move = QDragMoveEvent(
        QPoint(9, 9), ACTIONS, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(window, move)
    assert move.isAccepted()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not frame.isVisible()


def test_text_is_not_taken(window: MainWindow, frame: DropFrame) -> None:
    data = QMimeData()
    data.setText("yes")
    assert not drag(window, data)
    data.setUrls([QUrl("https://example.org/a.wav")])
    assert not drag(window, data)
    assert not frame.isVisible()


def test_no_plot_keeps_a_drag_from_the_window(window: MainWindow, parts: Parts) -> None:
    views = window.findChildren(QGraphicsView)
    assert parts.spectrogram.canvas in views
    for view in views:
        assert not view.acceptDrops()
        assert not view.viewport().acceptDrops()


def test_the_frame_follows_the_window_and_lets_the_mouse_through(
    qtbot: QtBot, window: MainWindow, frame: DropFrame, tone: Path
) -> None:
    drag(window, of_files(tone, tone))
    assert frame.findChild(QLabel).text() == "Drop to add 2 files"
    window.resize(1300, 850)
    qtbot.waitUntil(lambda: frame.geometry() == window.rect())
    assert frame.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    QApplication.sendEvent(window, QDragLeaveEvent())
