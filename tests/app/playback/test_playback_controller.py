"""What is heard when: play, stop, pause, and loudspeakers that come and go."""

from __future__ import annotations

import pytest

from app.audio.player import IDLE
from tests.app.playback.bench import heard, opened, passes
from tests.fake_audio import HEADPHONES, SPEAKER

# ── play, stop, pause ────────────────────────────────────────────────────────────────────────────


def test_stop_returns_to_where_listening_began_and_pause_does_not(qtbot, bench):
    opened(qtbot, bench)
    bench.playback.seek(2.0)
    bench.playback.toggle()
    passes(bench, 1.0)
    bench.playback.toggle()
    assert bench.playback.position == 2.0
    bench.playback.toggle_pause()
    passes(bench, 1.0)
    bench.playback.toggle_pause()
    passes(bench, 0.1)
    assert bench.playback.position == pytest.approx(3.0, abs=0.01)
    bench.playback.toggle_pause()
    passes(bench, 1.0)
    assert bench.playback.position == pytest.approx(4.0, abs=0.01)
    assert bench.playing == [True, False, True, False, True]


def test_seeking_while_it_plays_keeps_playing_and_stop_goes_back_there(qtbot, bench):
    opened(qtbot, bench)
    bench.playback.toggle()
    passes(bench, 1.0)
    bench.playback.seek(7.0)
    assert bench.playback.is_playing
    passes(bench, 0.5)
    assert bench.playback.position == pytest.approx(7.5, abs=0.01)
    bench.playback.skip(-1.0)
    passes(bench, 0.5)
    assert bench.playback.position == pytest.approx(7.0, abs=0.01)
    bench.playback.stop()
    assert bench.playback.position == pytest.approx(6.5, abs=0.01)


def test_the_playhead_stays_in_the_clip(qtbot, bench):
    opened(qtbot, bench)
    bench.playback.skip(-5.0)
    assert bench.playback.position == 0.0
    bench.playback.seek_end()
    bench.playback.skip(5.0)
    assert bench.playback.position == 10.0
    assert bench.lengths == [None, 10.0]


def test_the_end_is_told_and_the_device_rests_soon(qtbot, bench):
    opened(qtbot, bench, seconds=0.5)
    bench.playback.toggle()
    passes(bench, 0.6)
    assert bench.playing == [True, False]
    bench.clock.now += IDLE + 0.1
    bench.playback._poll()
    assert not bench.backend.stream.active
    assert not bench.playback._timer.isActive()


def test_without_a_clip_there_is_nothing_to_play(bench):
    bench.playback.toggle()
    bench.playback.toggle_pause()
    bench.playback.seek_end()
    assert not bench.backend.streams
    assert bench.posted == []


def test_what_forbids_playing_is_told(qtbot, bench):
    opened(qtbot, bench)
    bench.playback.block("A take is being recorded.")
    bench.playback.toggle()
    assert bench.posted == ["A take is being recorded."]
    assert not bench.playback.is_playing
    bench.playback.block(None)
    bench.playback.toggle()
    assert bench.playback.is_playing


# ── devices ──────────────────────────────────────────────────────────────────────────────────────


def test_a_loudspeaker_that_is_missing_is_a_sentence_and_found_once_it_is_there(qtbot, make):
    bench = make()
    opened(qtbot, bench)
    bench.playback.toggle()
    qtbot.waitUntil(lambda: bool(bench.posted))  # it was looked for
    assert "no loudspeaker" in bench.posted[0]
    assert not bench.playback.is_playing
    bench.backend.present = [SPEAKER]
    bench.playback.toggle()
    qtbot.waitUntil(lambda: bench.player.playing)
    assert bench.playing == [True, False, True]
    assert heard(bench) == pytest.approx(0.2, rel=1e-3)


def test_a_lost_loudspeaker_is_told_and_play_finds_the_next(qtbot, bench):
    opened(qtbot, bench)
    bench.playback.toggle()
    passes(bench, 1.0)
    bench.backend.unplug(SPEAKER)
    bench.playback._poll()
    assert bench.playing == [True, False]
    assert len(bench.posted) == 1
    assert "stopped answering" in bench.posted[0]
    bench.playback.toggle()
    qtbot.waitUntil(lambda: len(bench.posted) == 2)
    bench.backend.present = [HEADPHONES]
    bench.playback.toggle()
    qtbot.waitUntil(lambda: bench.player.device == HEADPHONES)
    assert bench.playback.position == pytest.approx(1.0, abs=1e-3)
    passes(bench, 0.5)
    assert bench.playback.position > 1.4


def test_a_loudspeaker_that_vanished_while_it_rested_is_replaced(qtbot, bench):
    opened(qtbot, bench)
    bench.playback.toggle()
    passes(bench, 0.1)
    bench.playback.toggle()
    passes(bench, 0.1)
    bench.clock.now += IDLE + 0.1
    bench.playback._poll()
    bench.backend.unplug(SPEAKER)
    bench.backend.present = [HEADPHONES]
    bench.playback.toggle()
    qtbot.waitUntil(lambda: bench.player.device == HEADPHONES)
    assert bench.playback.is_playing


@pytest.mark.parametrize("change_of_mind", ["toggle", "toggle_pause", "pause", "stop"])
def test_nothing_plays_once_a_loudspeaker_is_found_that_nobody_wants_any_more(
    qtbot, make, change_of_mind
):
    bench = make()
    opened(qtbot, bench)
    bench.backend.present = [SPEAKER]
    bench.playback.toggle()
    assert bench.playback.is_playing
    getattr(bench.playback, change_of_mind)()
    assert not bench.playback.is_playing
    qtbot.waitUntil(lambda: bench.player.is_open)
    assert not bench.player.playing
    assert bench.playing == [True, False]


def test_another_clip_does_not_play_when_a_loudspeaker_is_found(qtbot, make):
    bench = make()
    opened(qtbot, bench)
    bench.backend.present = [SPEAKER]
    bench.playback.toggle()
    opened(qtbot, bench, level=0.4)
    qtbot.waitUntil(lambda: bench.player.is_open)
    assert not bench.player.playing
