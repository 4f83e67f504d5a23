from __future__ import annotations

import os
import threading
from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication


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
