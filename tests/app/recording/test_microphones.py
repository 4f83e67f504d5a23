"""Which microphone records, and its level, whatever else there is."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from tests.app.recording.bench import numbered, read
from tests.fake_audio import HEADSET, MICROPHONE, SPEAKER


def test_without_a_microphone_a_sentence_says_so(qtbot, make):
    bench = make(SPEAKER)
    bench.record.toggle()
    qtbot.waitUntil(lambda: bool(bench.posted))  # it was looked for
    assert not bench.record.recording
    assert bench.recorded == []
    assert len(bench.posted) == 1
    assert bench.posted[0].startswith("There is no microphone")


def test_a_microphone_plugged_in_later_is_found_when_recording_starts(qtbot, make):
    bench = make(SPEAKER)
    bench.backend.present = [SPEAKER, MICROPHONE]
    bench.record.toggle()
    qtbot.waitUntil(lambda: bench.record.recording)
    assert bench.posted == []


def test_a_take_that_nobody_wants_any_more_does_not_begin(qtbot, make):
    bench = make(SPEAKER)
    bench.backend.present = [SPEAKER, MICROPHONE]
    bench.record.toggle()
    bench.record.toggle()
    qtbot.waitUntil(lambda: bool(bench.backend.streams))
    assert bench.backend.open == []
    assert bench.recorded == []
    assert bench.posted == []


def test_a_level_that_nobody_wants_any_more_is_not_shown(qtbot, make):
    bench = make(SPEAKER)
    bench.backend.present = [SPEAKER, MICROPHONE]
    bench.record.check(None)
    bench.record.end_check()
    qtbot.waitUntil(lambda: bool(bench.backend.streams))
    assert bench.backend.open == []
    assert not bench.record.checking


def test_a_check_asked_for_while_a_take_waits_for_its_microphone_shows_that_ones_level(qtbot, make):
    bench = make(SPEAKER)
    bench.backend.present = [SPEAKER, MICROPHONE]
    bench.record.start()
    bench.record.check(HEADSET.key)
    qtbot.waitUntil(lambda: bench.record.recording)
    assert bench.record.checking
    assert [stream.device for stream in bench.backend.open] == [MICROPHONE]


def test_the_chosen_microphone_is_the_one_that_records(bench):
    bench.settings.change(input_device=HEADSET.key)
    bench.record.start()
    assert bench.backend.stream.device == HEADSET
    bench.hear(numbered(160))
    bench.settings.change(input_device=MICROPHONE.key)  # for the next take
    assert bench.record.recording
    bench.record.stop()
    assert soundfile.info(bench.takes[0]).samplerate == 16_000
    bench.record.start()
    assert bench.backend.stream.device == MICROPHONE


def test_the_level_is_checked_without_a_take(bench):
    checking = []
    bench.record.checking_changed.connect(checking.append)
    bench.record.check(None)
    bench.hear(np.full(4800, 0.1))
    bench.record.poll()
    assert bench.levels[-1].peak == pytest.approx(-20.0, abs=0.01)
    bench.record.end_check()
    assert bench.backend.stream.closed
    assert bench.levels[-1] is None
    assert checking == [True, False]
    assert bench.takes == []
    assert not bench.settings.settings.take_folder.exists()


def test_another_microphone_than_the_chosen_one_can_be_checked(bench):
    bench.record.check(HEADSET.key)
    assert bench.backend.stream.device == HEADSET
    bench.record.end_check()
    bench.record.start()
    assert bench.backend.stream.device == MICROPHONE


def test_a_take_may_begin_and_end_during_a_check(bench):
    bench.record.check(None)
    bench.hear(numbered(100))
    bench.record.start()
    bench.hear(numbered(100, start=100))
    bench.record.stop()
    assert (read(bench.takes[0]) == numbered(100, start=100)).all()
    assert bench.record.checking
    assert bench.backend.stream.active
    assert len(bench.backend.streams) == 1


def test_the_systems_choice_can_be_checked_while_another_one_is_chosen(bench):
    bench.settings.change(input_device=HEADSET.key)
    bench.record.check(None)
    assert bench.backend.stream.device == MICROPHONE


def test_choosing_another_microphone_during_a_check_shows_that_one(bench):
    bench.record.check(None)
    bench.settings.change(input_device=HEADSET.key)
    assert bench.backend.stream.device == HEADSET


def test_a_microphone_lost_during_a_check_ends_it_with_a_sentence(bench):
    bench.record.check(None)
    bench.backend.unplug(MICROPHONE)
    bench.record.poll()
    assert not bench.record.checking
    assert len(bench.posted) == 1
    assert "take" not in bench.posted[0]


def test_a_check_that_cannot_begin_says_why(qtbot, make):
    bench = make(SPEAKER)
    bench.record.check(None)
    qtbot.waitUntil(lambda: bool(bench.posted))
    assert not bench.record.checking
    assert bench.posted[0].startswith("There is no microphone")


def test_looking_for_devices_touches_neither_take_nor_level(qtbot, bench):
    for begin in (bench.record.start, lambda: bench.record.check(None)):
        begin()
        with qtbot.waitSignal(bench.app.devices.found):
            bench.app.devices.rescan()
        assert bench.backend.stream.active
        bench.record.stop()
    assert bench.record.checking
    assert bench.recorded == [True, False]
    assert bench.backend.restarts == []


def test_another_microphone_for_a_check_may_be_one_that_is_new(qtbot, make):
    bench = make(SPEAKER, MICROPHONE)
    bench.record.check(None)
    bench.backend.present = [SPEAKER, MICROPHONE, HEADSET]
    bench.record.check(HEADSET.key)
    qtbot.waitUntil(lambda: bench.backend.stream.device == HEADSET)
    assert bench.record.checking
    assert bench.backend.stream.active
    assert [ended for _, ended in bench.backend.restarts] == [[]]


def test_another_microphone_that_is_chosen_during_a_take_is_for_the_next(bench):
    bench.record.start()
    first = bench.backend.stream
    bench.settings.change(input_device=HEADSET.key)
    bench.settings.change(input_device=None)
    assert bench.posted == [
        "“Headset (Fake)” is used from the next recording on.",
        "The system's microphone is used from the next recording on.",
    ]
    assert bench.backend.stream is first
