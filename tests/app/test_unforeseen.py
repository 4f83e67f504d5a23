"""Exceptions no one catches reach the log and the user, whatever thread they come from."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QTimer, Signal, qCritical, qWarning
from pytestqt.qtbot import QtBot

from app.notices import Notice, Notices
from app.unforeseen import Unforeseen

pytestmark = pytest.mark.qt_no_exception_capture


@pytest.fixture
def notices(qapp: object) -> Notices:
    return Notices()


@pytest.fixture
def posted(notices: Notices) -> list[Notice]:
    found: list[Notice] = []
    notices.posted.connect(found.append)
    return found


@pytest.fixture
def watch(qapp: object, caplog: pytest.LogCaptureFixture) -> Iterator[Unforeseen]:
    caplog.set_level(logging.INFO)
    watch = Unforeseen()
    yield watch
    watch.restore()


class Sender(QObject):
    sent = Signal(int)


def fail(number: int) -> None:
    raise ValueError(f"number {number}")


def test_an_exception_in_a_slot_is_logged_and_told(
    qtbot: QtBot,
    watch: Unforeseen,
    notices: Notices,
    posted: list[Notice],
    caplog: pytest.LogCaptureFixture,
) -> None:
    watch.tell(notices)
    sender = Sender()
    sender.sent.connect(fail)
    sender.sent.emit(1)
    assert "number 1" in caplog.text
    qtbot.waitUntil(lambda: bool(posted))
    assert posted[0].level == "error"
    assert "ValueError: number 1" in posted[0].text
    assert "in fail" in posted[0].details


def test_the_same_place_is_told_once_and_counted(
    qtbot: QtBot,
    watch: Unforeseen,
    notices: Notices,
    posted: list[Notice],
    caplog: pytest.LogCaptureFixture,
) -> None:
    watch.tell(notices)
    sender = Sender()
    sender.sent.connect(fail)
    for number in range(5):
        sender.sent.emit(number)
    qtbot.waitUntil(lambda: bool(posted))
    assert len(posted) == 1
    assert "number 0" in caplog.text
    assert "number 1" not in caplog.text
    watch.restore()
    assert "came 5 times" in caplog.text


def test_an_exception_in_a_thread_is_told_in_the_windows_thread(
    qtbot: QtBot, watch: Unforeseen, notices: Notices
) -> None:
    places: list[threading.Thread] = []
    notices.posted.connect(lambda notice: places.append(threading.current_thread()))
    watch.tell(notices)
    thread = threading.Thread(target=fail, args=(2,), name="recorder")
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(places))
    assert places == [threading.main_thread()]


def test_what_came_before_there_was_a_window_is_told_when_there_is_one(
    qtbot: QtBot, watch: Unforeseen, notices: Notices, posted: list[Notice]
) -> None:
    sender = Sender()
    sender.sent.connect(fail)
    sender.sent.emit(3)
    watch.tell(notices)
    qtbot.waitUntil(lambda: bool(posted))
    assert "number 3" in posted[0].text


def test_qts_warnings_are_logged_and_what_is_worse_is_told(
    qtbot: QtBot,
    watch: Unforeseen,
    notices: Notices,
    posted: list[Notice],
    caplog: pytest.LogCaptureFixture,
) -> None:
    watch.tell(notices)
    qWarning("this is odd")
    qCritical("this is bad")
    assert [(record.levelname, record.name) for record in caplog.records[:2]] == [
        ("WARNING", "qt"),
        ("ERROR", "qt"),
    ]
    qtbot.waitUntil(lambda: bool(posted))
    assert [notice.text for notice in posted if "odd" in notice.text] == []
    assert "this is bad" in posted[0].text


def test_ctrl_c_is_no_defect(
    qtbot: QtBot, watch: Unforeseen, notices: Notices, capsys: pytest.CaptureFixture[str]
) -> None:
    watch.tell(notices)
    with qtbot.assertNotEmitted(notices.posted, wait=300):
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)


def test_afterwards_everything_is_as_before(qapp: object) -> None:
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    watch = Unforeseen()
    assert sys.excepthook != before[0]
    watch.restore()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before
    assert not watch.findChildren(QTimer)[0].isActive()
