"""What is heard when: the controller with a real player, and a sound card made of plain Python."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import numpy as np
import pyloudnorm  # noqa: F401 – not within the time that a test waits
import pytest

from app.audio.levels_match import match_levels
from app.audio.player import IDLE, Player
from app.device_controller import DeviceController
from app.jobs import JobRunner
from app.loop_controller import LoopController
from app.notices import Notices
from app.playback_controller import PlaybackController
from app.session import Session
from app.settings import SettingsStore
from core.types import AudioClip, ExplanationRequest, Variant
from tests.fake_audio import HEADPHONES, SPEAKER, FakeBackend, FakeClock
from tests.results import made_up_result

ORIGINAL, EXPLANATION, REMOVED = Variant.ORIGINAL, Variant.EXPLANATION, Variant.REMOVED
RECONSTRUCTION = Variant.RECONSTRUCTION
RATE = 48_000
FADE = 240
LEVELS = {ORIGINAL: 0.2, RECONSTRUCTION: 0.4, EXPLANATION: 0.025, REMOVED: 0.1}
"""Of the made-up versions; they are all of one kind, so that matched levels are equal."""


def tone(level: float, seconds: float) -> AudioClip:
    """A square wave: its samples have no other magnitude."""
    n = round(seconds * RATE)
    return AudioClip(level * np.sign(np.sin(2 * np.pi * 100 * (np.arange(n) + 0.5) / RATE)), RATE)


def explained(start: float, end: float, **levels: float):
    sounds = LEVELS | {Variant(name): level for name, level in levels.items()}
    audio = {variant: tone(level, end - start) for variant, level in sounds.items()}
    return made_up_result(audio=audio, start=start, end=end)


@pytest.fixture
def make(qtbot, tmp_path):
    made = []

    def build(*devices) -> SimpleNamespace:
        backend, session, notices = FakeBackend(*devices), Session(ExplanationRequest()), Notices()
        clock = FakeClock()
        player = Player(backend, clock=clock)
        listing, runner = JobRunner("test-devices"), JobRunner("test-listening")
        store = SettingsStore(tmp_path / "settings.json")
        controller = DeviceController(backend, player, store, notices, listing)
        playback = PlaybackController(session, player, controller, runner, notices)
        bench = SimpleNamespace(
            backend=backend, session=session, player=player, runner=runner, clock=clock,
            playback=playback, loop=LoopController(session, player), runners=(listing, runner),
            posted=[], positions=[], playing=[], lengths=[], gains=[],
        )  # fmt: skip
        notices.posted.connect(lambda notice: bench.posted.append(notice.text))
        playback.position_changed.connect(bench.positions.append)
        playback.playing_changed.connect(bench.playing.append)
        playback.length_changed.connect(bench.lengths.append)
        playback.level_match_changed.connect(lambda *told: bench.gains.append(told))
        made.append(bench)
        return bench

    yield build
    for bench in made:
        bench.playback.shut_down()
        for runner in bench.runners:
            runner.shut_down()


@pytest.fixture
def bench(make):
    return make(SPEAKER)


def opened(qtbot, bench, seconds: float = 10.0, level: float = 0.2) -> AudioClip:
    """A clip is open, and its peak known."""
    clip = tone(level, seconds)
    bench.session.choose(f"{id(clip)}.wav")
    with qtbot.waitSignal(bench.runner.succeeded):
        bench.session.set_clip(clip)
    return clip


def explain(qtbot, bench, start: float = 4.0, end: float = 5.0, **levels: float) -> None:
    with qtbot.waitSignal(bench.runner.succeeded):
        bench.session.set_result(explained(start, end, **levels))


def heard(bench, seconds: float = 0.05) -> float:
    """The magnitude of what sounds next, once fades are over."""
    bench.backend.stream.pull(2 * FADE)
    out = np.abs(bench.backend.stream.pull(round(seconds * RATE)))
    assert np.ptp(out) < 1e-3
    return float(out[0, 0])


def passes(bench, seconds: float) -> None:
    """Sound is played, and the window looks after it now and then."""
    for _ in range(round(seconds / 0.1)):
        bench.backend.stream.pull(RATE // 10)
        bench.playback._poll()


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


# ── versions ─────────────────────────────────────────────────────────────────────────────────────


def test_a_version_is_the_clip_with_its_window_replaced(qtbot, bench):
    opened(qtbot, bench)
    explain(qtbot, bench)
    bench.playback.set_level_match(False)
    bench.session.set_active(EXPLANATION)
    for start, level in ((3.5, LEVELS[ORIGINAL]), (4.5, LEVELS[EXPLANATION]), (5.5, 0.2)):
        bench.playback.seek(start)
        bench.playback.toggle()
        assert heard(bench) == pytest.approx(level, rel=1e-3)
        bench.playback.toggle()
    assert bench.player.seconds == 10.0


def test_an_explanation_that_arrives_while_it_plays_goes_on_at_the_same_place(qtbot, bench):
    opened(qtbot, bench)
    bench.session.set_active(EXPLANATION)  # wanted, but not there yet
    bench.playback.seek(4.2)
    bench.playback.toggle()
    assert heard(bench) == pytest.approx(0.2, rel=1e-3)
    bench.playback.set_level_match(False)
    before = bench.playback.position
    explain(qtbot, bench)
    assert bench.playback.position == pytest.approx(before, abs=0.01)
    assert bench.playback.is_playing
    assert heard(bench) == pytest.approx(LEVELS[EXPLANATION], rel=1e-3)
    explain(qtbot, bench, explanation=0.3)
    assert heard(bench) == pytest.approx(0.3, rel=1e-3)
    assert bench.playing == [True]


def test_of_many_new_versions_the_first_and_the_last_are_heard(qtbot, bench, monkeypatch):
    opened(qtbot, bench)
    explain(qtbot, bench)
    gate, measured = threading.Event(), []

    def measure(versions, *rest):
        gate.wait(5)
        measured.append(round(float(versions[EXPLANATION].samples.max()), 2))
        return match_levels(versions, *rest)

    monkeypatch.setattr("app.matched_versions.match_levels", measure)
    with qtbot.waitSignals([bench.runner.succeeded] * 2):
        for level in (0.11, 0.12, 0.13):
            bench.session.set_result(explained(4.0, 5.0, explanation=level))
        gate.set()
    assert measured == [0.11, 0.13]
    bench.playback.set_level_match(False)
    bench.session.set_active(EXPLANATION)
    bench.playback.seek(4.5)
    bench.playback.toggle()
    assert heard(bench) == pytest.approx(0.13, rel=1e-3)


def test_a_result_that_is_taken_back_leaves_the_original(qtbot, bench):
    opened(qtbot, bench)
    explain(qtbot, bench)
    with qtbot.waitSignal(bench.runner.succeeded):
        bench.session.set_result(None)
    assert bench.player.variants == (ORIGINAL,)


def test_another_clip_stops_and_forgets(qtbot, bench):
    opened(qtbot, bench)
    explain(qtbot, bench)
    bench.playback.seek(3.0)
    bench.playback.toggle()
    passes(bench, 0.1)
    bench.session.choose("another.wav")
    assert not bench.playback.is_playing
    assert (bench.player.variants, bench.playback.position) == ((), 0.0)
    assert bench.lengths[-1] is None


# ── levels ───────────────────────────────────────────────────────────────────────────────────────


def test_matched_versions_are_as_loud_as_the_original(qtbot, bench):
    opened(qtbot, bench)
    explain(qtbot, bench)
    bench.playback.seek(4.1)
    bench.playback.toggle()
    for variant in Variant:
        bench.session.set_active(variant)
        assert heard(bench) == pytest.approx(0.2, rel=2e-2)
        assert bench.gains[-1] == (True, pytest.approx(20 * np.log10(0.2 / LEVELS[variant]), 0.02))
    bench.playback.set_level_match(False)
    assert heard(bench) == pytest.approx(LEVELS[REMOVED], rel=1e-3)
    assert bench.gains[-1] == (False, None)


def test_a_clip_beyond_full_scale_is_turned_down_before_it_is_explained_too(qtbot, bench):
    opened(qtbot, bench, level=2.0)
    bench.playback.toggle()
    assert heard(bench) == pytest.approx(10 ** (-1 / 20), rel=1e-3)
    explain(qtbot, bench)
    assert heard(bench) == pytest.approx(10 ** (-1 / 20), rel=1e-3)


def test_what_cannot_be_measured_is_heard_all_the_same(qtbot, bench, monkeypatch):
    opened(qtbot, bench)

    def fail(*_: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr("app.matched_versions.match_levels", fail)
    with qtbot.waitSignal(bench.runner.failed):
        bench.session.set_result(explained(4.0, 5.0))
    assert set(bench.player.variants) == set(Variant)
    assert "unforeseen" in bench.posted[0]


# ── the blind test ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def blind(qtbot, bench):
    opened(qtbot, bench)
    explain(qtbot, bench)
    bench.playback.set_level_match(False)
    bench.playback.seek(1.0)
    bench.gains.clear()
    bench.changes = []
    bench.session.active_changed.connect(bench.changes.append)
    bench.session.loop_changed.connect(bench.changes.append)
    bench.playback.begin_blind()
    return bench


def test_a_blind_test_plays_the_window_again_and_again(blind):
    blind.playback.play_blind(EXPLANATION, (ORIGINAL, EXPLANATION))
    assert blind.player.active is EXPLANATION
    assert blind.playback.position == pytest.approx(4.0, abs=0.01)
    passes(blind, 1.3)
    assert blind.playback.position == pytest.approx(4.3, abs=0.01)
    blind.playback.play_blind(ORIGINAL, (ORIGINAL, EXPLANATION))
    passes(blind, 0.1)
    assert blind.playback.position == pytest.approx(4.4, abs=0.01)  # went on where it was


def test_nothing_that_is_shown_tells_what_is_heard(blind):
    for variant in (EXPLANATION, ORIGINAL, EXPLANATION):
        blind.playback.play_blind(variant, (ORIGINAL, EXPLANATION))
        passes(blind, 0.2)
    assert blind.session.state.active is ORIGINAL
    assert blind.changes == blind.gains == []


def test_in_a_blind_test_levels_are_equal_whatever_is_switched_on(blind):
    levels = []
    for variant in (EXPLANATION, RECONSTRUCTION):
        blind.playback.play_blind(variant, (EXPLANATION, RECONSTRUCTION))
        levels.append(heard(blind))
    assert levels == pytest.approx([0.2, 0.2], rel=2e-2)


@pytest.mark.parametrize(
    ("selection", "looping", "stretch"),
    [
        ((2.0, 3.0), False, (2.0, 3.0)),
        (None, True, (0.0, 10.0)),
        ((2.0, 3.0), True, (2.0, 3.0)),
        (None, False, (4.0, 5.0)),
    ],
)
def test_a_blind_test_takes_the_loop_or_the_selection(blind, selection, looping, stretch):
    blind.session.set_selection(selection)
    blind.loop.set_looping(looping)
    assert blind.playback.begin_blind() == stretch
    blind.playback.play_blind(EXPLANATION, (ORIGINAL, EXPLANATION))
    assert blind.playback.position == pytest.approx(stretch[0])


def test_after_a_blind_test_everything_is_as_before(blind):
    blind.playback.play_blind(EXPLANATION, (ORIGINAL, EXPLANATION))
    passes(blind, 0.2)
    blind.playback.end_blind()
    assert not blind.playback.is_playing
    assert (blind.playback.position, blind.player.loop) == (1.0, None)
    assert blind.player.active is ORIGINAL
    blind.playback.seek(4.1)
    blind.playback.toggle()
    blind.session.set_active(EXPLANATION)
    assert heard(blind) == pytest.approx(LEVELS[EXPLANATION], rel=1e-3)
    blind.playback.end_blind()
    blind.playback.play_blind(ORIGINAL, (ORIGINAL, EXPLANATION))  # nothing: it is over
    assert blind.player.active is EXPLANATION


def test_a_stopped_blind_test_begins_anew(blind):
    blind.playback.play_blind(EXPLANATION, (ORIGINAL, EXPLANATION))
    passes(blind, 0.5)
    blind.playback.stop()
    assert not blind.playback.is_playing
    blind.playback.play_blind(ORIGINAL, (ORIGINAL, EXPLANATION))
    assert blind.playback.position == pytest.approx(4.0, abs=0.01)


# ── devices ──────────────────────────────────────────────────────────────────────────────────────


def test_a_loudspeaker_that_is_missing_is_a_sentence_and_found_once_it_is_there(qtbot, make):
    bench = make()
    opened(qtbot, bench)
    bench.playback.toggle()
    assert "no loudspeaker" in bench.posted[0]
    assert not bench.playback.is_playing
    bench.backend.present = [SPEAKER]
    bench.playback.toggle()
    assert bench.playback.is_playing
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
    assert len(bench.posted) == 2
    bench.backend.present = [HEADPHONES]
    bench.playback.toggle()
    assert bench.player.device == HEADPHONES
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
    assert bench.player.device == HEADPHONES
    assert bench.playback.is_playing
