from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from core.types import Variant
from ui.theme import LIGHT, apply_theme
from ui.views.transport_view import TransportBar

SPACE = "\N{NO-BREAK SPACE}"


@pytest.fixture
def bar(qtbot, qapp):
    apply_theme(qapp, "light")
    bar = TransportBar()
    qtbot.addWidget(bar)
    bar.resize(1100, 40)
    bar.show()
    bar.events = []
    bar.play_requested.connect(lambda: bar.events.append("play"))
    bar.stop_requested.connect(lambda: bar.events.append("stop"))
    bar.record_requested.connect(lambda on: bar.events.append(("record", on)))
    bar.loop_requested.connect(lambda on: bar.events.append(("loop", on)))
    bar.variant_chosen.connect(lambda variant: bar.events.append(variant))
    bar.level_match_requested.connect(lambda on: bar.events.append(("match", on)))
    bar.abx_requested.connect(lambda: bar.events.append("abx"))
    return bar


def click(button: QAbstractButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_one_button_plays_and_stops(bar):
    click(bar.play)
    bar.show_playing(True)
    assert bar.play.accessibleName() == "Stop"
    click(bar.play)
    bar.show_playing(False)
    assert bar.play.accessibleName() == "Play"
    assert bar.events == ["play", "stop"]


def test_record_starts_and_ends_a_take(bar):
    click(bar.record)
    bar.show_recording(True)
    assert bar.record.text() == "Stop"
    click(bar.record)
    bar.show_recording(False)
    assert bar.record.text() == "Record"
    assert bar.events == [("record", True), ("record", False)]


def test_the_other_wishes(bar):
    click(bar.loop)
    click(bar.level_match)
    click(bar.abx)
    assert bar.events == [("loop", True), ("match", False), "abx"]


def test_the_versions_exclude_one_another(bar):
    for variant in (Variant.EXPLANATION, Variant.REMOVED, Variant.RECONSTRUCTION, Variant.ORIGINAL):
        click(bar.versions[variant])
        assert [v for v, button in bar.versions.items() if button.isChecked()] == [variant]
    assert bar.events == [
        Variant.EXPLANATION, Variant.REMOVED, Variant.RECONSTRUCTION, Variant.ORIGINAL,
    ]  # fmt: skip


def test_the_versions_stand_in_the_order_of_their_keys(bar):
    buttons = sorted(bar.versions.values(), key=lambda button: button.x())
    assert [button.text() for button in buttons] == ["Original", "Explanation", "Removed", "Codec"]
    assert [button.toolTip()[-3:] for button in buttons] == ["(1)", "(2)", "(3)", "(4)"]


@pytest.mark.parametrize("variant", Variant)
def test_the_chosen_version_has_its_colour(bar, variant):
    bar.show_variant(variant)
    for other, button in bar.versions.items():
        color = button.grab().toImage().pixelColor(4, 14).name()
        assert (color == QColor(LIGHT.variants[other]).name()) == (other is variant)


def test_showing_emits_nothing(bar):
    bar.show_playing(True)
    bar.show_recording(True)
    bar.show_loop(True)
    bar.show_variant(Variant.REMOVED)
    bar.show_level_match(False, None)
    bar.show_position(0.4)
    bar.show_length(1.0)
    assert bar.events == []


def test_the_clock_reads_position_and_length_and_stands_still(bar):
    bar.show_length(1.0)
    bar.show_position(0.42)
    assert bar._clock.text() == "0:00.42 / 0:01.00"
    width = bar._clock.minimumWidth()
    bar.show_position(0.11)
    assert bar._clock.minimumWidth() == width
    bar.show_length(None)
    assert bar._clock.text() == "0:00.11 / –:––"
    bar.show_length(3725.0)
    assert bar._clock.text() == "0:00.11 / 1:02:05.00"
    assert bar._clock.minimumWidth() > width


def test_the_running_time_of_a_take_stands_in_the_place_of_the_position(bar):
    bar.show_length(1.0)
    bar.show_recording(True)
    bar.show_recorded(2.34)
    bar.show_position(0.5)
    assert bar._clock.text() == "0:02.34"
    assert bar._clock.accessibleName() == "Recorded"
    bar.show_recording(False)
    assert bar._clock.text() == "0:00.50 / 0:01.00"
    assert bar._clock.accessibleName() == "Position"


def test_the_gain_of_the_level_match_is_shown(bar):
    bar.show_level_match(True, 6.2)
    assert bar.level_match.text() == f"matched +6.2{SPACE}dB"
    bar.show_level_match(True, -23.84)
    assert bar.level_match.text() == f"matched −23.8{SPACE}dB"
    bar.show_level_match(True, None)
    assert bar.level_match.text() == "matched"
    bar.show_level_match(False, None)
    assert bar.level_match.text() == "not matched"
    assert not bar.level_match.isChecked()


def test_what_cannot_be_done_says_why(bar):
    reason = "No microphone was found; plug one in and rescan."
    bar.show_unable_to_record(reason)
    click(bar.record)
    assert bar.record.toolTip() == reason
    assert not bar.meter.isVisible()
    bar.show_unable_to_play("No clip is open.")
    click(bar.play)
    click(bar.loop)
    assert bar.play.toolTip() == bar.loop.toolTip() == "No clip is open."
    bar.show_unable_to_compare("Nothing has been explained yet.")
    click(bar.abx)
    assert bar.events == []
    bar.show_unable_to_record(None)
    bar.show_unable_to_play(None)
    bar.show_unable_to_compare(None)
    for button in (bar.record, bar.play, bar.abx, bar.loop):
        click(button)
    assert len(bar.events) == 4
    assert bar.record.toolTip() == "Record a take, or end it (R)"


def test_the_tip_of_record_names_the_microphone_or_the_reason(bar):
    bar.show_microphone("Mic (1 ch) (ALSA)")
    assert bar.record.toolTip() == "Record a take from “Mic (1 ch) (ALSA)”, or end it (R)"
    bar.show_unable_to_record("There is none.")
    assert bar.record.toolTip() == "There is none."
    bar.show_unable_to_record(None)
    assert "Mic (1 ch) (ALSA)" in bar.record.toolTip()


def test_versions_that_are_not_there_are_grey(bar):
    missing = {Variant.EXPLANATION, Variant.REMOVED}
    bar.show_unable_to_hear(missing, "Nothing has been explained yet.")
    assert {v for v, button in bar.versions.items() if not button.isEnabled()} == missing
    assert bar.versions[Variant.REMOVED].toolTip() == "Nothing has been explained yet."
    bar.show_unable_to_hear((), "")
    assert all(button.isEnabled() for button in bar.versions.values())


def test_a_new_take_puts_the_clip_light_out(bar):
    bar.show_recording(True)
    bar.show_recording_level(-3.0, 0.0)
    bar.show_recording(False)
    assert bar.meter.is_clipped
    bar.show_recording(True)
    assert not bar.meter.is_clipped


def test_every_button_has_a_name_and_a_tip(bar):
    for button in bar.findChildren(QAbstractButton):
        assert button.accessibleName()
        assert button.toolTip()


def test_it_fits_into_1280_pixels(bar):
    bar.show_length(3725.0)
    bar.show_level_match(True, -23.8)
    assert bar.minimumSizeHint().width() <= 1280
