from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.types import Variant

if TYPE_CHECKING:
    from app.bootstrap import Application
    from ui.main_window import MainWindow


@pytest.fixture(autouse=True)
def nothing_is_left_behind(qapp: QApplication) -> Iterator[None]:
    """No window, running timer or thread outlives the test that made it."""
    threads = set(threading.enumerate())
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    windows = QApplication.topLevelWidgets()
    visible = [window for window in windows if window.isVisible()]
    timers = [
        timer for window in windows for timer in window.findChildren(QTimer) if timer.isActive()
    ]
    for window in visible:
        window.close()  # so that the next test starts clean
    assert not visible
    assert not timers
    assert set(threading.enumerate()) <= threads


@pytest.fixture
def themes(qapp: QApplication) -> Iterator[None]:
    """Themes can be applied, and are gone afterwards."""
    from PySide6.QtCore import QObject, Qt
    from shiboken6 import delete

    style, font = qapp.style().name(), qapp.font()
    yield
    for child in qapp.findChildren(QObject, options=Qt.FindChildOption.FindDirectChildrenOnly):
        if child.metaObject().className() == "_Keeper":
            delete(child)
    qapp.styleHints().unsetColorScheme()
    qapp.setStyleSheet("")
    qapp.setPalette(qapp.style().standardPalette())
    qapp.setStyle(style)
    qapp.setFont(font)


@pytest.fixture
def window(qtbot: QtBot, behind: Application) -> Iterator[MainWindow]:
    """The whole window, shown; `behind` is what a test builds for it."""
    from ui.main_window import MainWindow

    window = MainWindow(behind)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.close()


Opener = Callable[[Path], None]


@pytest.fixture
def opened(qtbot: QtBot, behind: Application, window: MainWindow) -> Opener:
    """Open a file and wait until it is explained and all four versions are drawn."""

    def all_drawn(pictures: object) -> bool:
        return len(pictures.spectrograms) == len(Variant)

    def open_file(path: Path) -> None:
        with (
            qtbot.waitSignal(
                behind.pictures.pictures_changed, timeout=60_000, check_params_cb=all_drawn
            ),
            qtbot.waitSignal(behind.explain.idle, timeout=60_000),
        ):
            behind.explain.open_files([path])

    return open_file
