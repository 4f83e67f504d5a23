from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from ui.views import status_view
from ui.views.status_view import StatusStrip


@dataclass(frozen=True)
class Notice:
    level: str
    text: str
    details: str = ""


INFO = Notice("info", "Exported to “out”.")
WARNING = Notice("warning", "The microphone was unplugged; the take up to then was kept.")
ERROR = Notice("error", "Something unforeseen went wrong.", "Traceback …")


@pytest.fixture
def strip(qtbot, monkeypatch):
    monkeypatch.setattr(status_view, "PATIENCE_MS", 30)
    monkeypatch.setattr(status_view, "INFO_MS", 30)
    strip = StatusStrip()
    qtbot.addWidget(strip)
    strip.resize(1000, 30)
    strip.show()
    strip.events = []
    strip.cancel_requested.connect(lambda: strip.events.append("cancel"))
    strip.details_requested.connect(lambda notice: strip.events.append(("details", notice)))
    strip.notice_dismissed.connect(lambda notice: strip.events.append(("dismissed", notice)))
    return strip


def click(button: QAbstractButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_place_and_summary_are_shown(strip):
    strip.show_place("CPU", "Banded 16 kHz")
    strip.show_summary("explained in 84 ms, completeness gap 0.8 %")
    assert strip._device.text() == "CPU · Banded 16 kHz"
    assert strip._summary.isVisible()
    strip.show_place("CPU", "")
    assert strip._device.text() == "CPU"


def test_work_is_shown_only_when_it_takes_a_while(qtbot, strip):
    strip.show_progress(0.1, "Encoding")
    assert not strip._progress_row.isVisible()
    qtbot.waitUntil(strip._progress_row.isVisible)
    strip.show_progress(0.42, "Attributing")
    assert strip._stage.text() == "Attributing 42 %"
    assert strip._bar.value() == 42
    click(strip._cancel)
    assert strip.events == ["cancel"]
    strip.show_finished()
    assert not strip._progress_row.isVisible()


def test_quick_work_is_never_shown(qtbot, strip):
    strip.show_progress(0.1, "Encoding")
    strip.show_finished()
    shown = []
    strip._patience.timeout.connect(lambda: shown.append(True))
    assert not strip._patience.isActive()
    strip.show_progress(0.0, "Encoding")
    qtbot.waitUntil(lambda: bool(shown))
    assert shown == [True]
    strip.show_finished()


def test_the_next_work_can_be_cancelled_again(qtbot, strip):
    strip.show_progress(0.1, "Encoding")
    qtbot.waitUntil(strip._progress_row.isVisible)
    click(strip._cancel)
    strip.show_finished()
    strip.show_progress(0.1, "Encoding")
    qtbot.waitUntil(strip._progress_row.isVisible)
    click(strip._cancel)
    assert strip.events == ["cancel", "cancel"]
    strip.show_finished()


def test_shares_outside_are_clipped(strip):
    strip.show_progress(1.7, "Encoding")
    assert strip._bar.value() == 100
    strip.show_finished()


def test_notices_wait_for_one_another(strip):
    strip.show_notice(WARNING)
    strip.show_notice(ERROR)
    assert strip._sentence.text() == ERROR.text
    assert strip._more.text() == "+1"
    click(strip._dismiss_button)
    assert strip._sentence.text() == WARNING.text
    assert not strip._more.isVisible()
    click(strip._dismiss_button)
    assert not strip._notice_row.isVisible()
    assert strip.events == [("dismissed", ERROR), ("dismissed", WARNING)]


def test_the_same_notice_is_shown_once_and_comes_to_the_front(strip):
    for notice in (ERROR, WARNING, ERROR):
        strip.show_notice(notice)
    assert strip._sentence.text() == ERROR.text
    assert strip._more.text() == "+1"


def test_details_are_offered_where_there_are_some(strip):
    strip.show_notice(WARNING)
    assert not strip._details.isVisible()
    strip.show_notice(ERROR)
    click(strip._details)
    assert strip.events == [("details", ERROR)]


def test_an_information_goes_by_itself_and_a_warning_does_not(qtbot, strip):
    strip.show_notice(WARNING)
    strip.show_notice(INFO)
    qtbot.waitUntil(lambda: strip._sentence.text() == WARNING.text)
    assert strip.events == [("dismissed", INFO)]
    assert not strip._fading.isActive()


def test_notices_are_announced_to_screen_readers(strip, monkeypatch):
    said = []
    monkeypatch.setattr(
        QAccessible,
        "updateAccessibility",
        lambda event: said.append((event.message(), event.politeness())),
    )
    manners = QAccessible.AnnouncementPoliteness
    strip.show_notice(WARNING)
    strip.show_notice(ERROR)
    strip.announce("Explained: yes")
    assert said == [
        (WARNING.text, manners.Polite),
        (ERROR.text, manners.Assertive),
        ("Explained: yes", manners.Polite),
    ]


def test_a_long_notice_is_cut_and_readable_as_a_tool_tip(strip):
    long = Notice("warning", "word " * 80)
    strip.show_notice(long)
    strip.resize(400, 30)
    strip.layout().activate()
    assert strip.width() == 400
    assert strip._sentence.toolTip() == long.text
    assert strip._dismiss_button.geometry().right() <= 400


def test_every_button_has_a_name(strip):
    for button in strip.findChildren(QAbstractButton):
        assert button.accessibleName() or button.text()
        assert button.toolTip()
