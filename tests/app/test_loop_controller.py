"""What the loop is, after selecting, marking its ends, and switching it on and off."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from app.audio.player import Player
from app.audio.versions import Versions
from app.loop_controller import LoopController
from app.session import Session
from core.types import AudioClip, ExplanationRequest
from tests.fake_audio import SPEAKER, FakeBackend


@pytest.fixture
def bench(qapp):
    session, player = Session(ExplanationRequest()), Player(FakeBackend(SPEAKER))
    bench = SimpleNamespace(session=session, player=player, told=[])
    session.clip_changed.connect(  # as the playback controller does
        lambda state: player.load(Versions(state.clip) if state.clip else None)
    )
    session.loop_changed.connect(lambda state: bench.told.append(state.loop))
    bench.loop = LoopController(session, player)
    read(bench, "a", 10.0)
    return bench


def read(bench: SimpleNamespace, key: str, seconds: float) -> None:
    bench.session.choose(key)
    bench.session.set_clip(AudioClip(np.zeros(round(seconds * 8000)), 8000))


def looped(bench: SimpleNamespace) -> tuple[float, float] | None:
    """What the session says, which must be what the player does."""
    said, done = bench.session.state.loop, bench.player.loop
    assert (said is None) == (done is None)
    assert said is None or said == pytest.approx(done, abs=1e-4)
    return said


def test_without_a_mark_all_of_the_clip_is_looped(bench):
    bench.loop.set_looping(True)
    assert looped(bench) == (0.0, 10.0)
    bench.loop.set_looping(False)
    assert looped(bench) is None
    assert bench.told == [(0.0, 10.0), None]


def test_a_selection_is_looped_and_moves_the_loop(bench):
    bench.session.set_selection((2.0, 3.0))
    assert looped(bench) is None
    bench.loop.set_looping(True)
    assert looped(bench) == (2.0, 3.0)
    bench.session.set_selection((4.0, 5.0))
    assert looped(bench) == (4.0, 5.0)
    bench.session.set_selection(None)
    assert looped(bench) == (0.0, 10.0)


def test_ends_that_were_put_stay_without_a_selection(bench):
    bench.loop.set_start(2.0)
    assert looped(bench) == (2.0, 10.0)
    bench.loop.set_end(3.0)
    assert looped(bench) == (2.0, 3.0)
    bench.session.set_selection((6.0, 7.0))
    assert looped(bench) == (6.0, 7.0)  # what was done last counts
    bench.loop.set_end(8.0)
    assert looped(bench) == (6.0, 8.0)
    bench.session.set_selection(None)
    assert looped(bench) == (6.0, 8.0)
    bench.loop.set_looping(False)
    bench.loop.set_looping(True)
    assert looped(bench) == (6.0, 8.0)


def test_an_end_on_the_wrong_side_moves_the_other_one_out_of_the_way(bench):
    bench.loop.set_end(3.0)
    assert looped(bench) == (0.0, 3.0)
    bench.loop.set_start(5.0)
    assert looped(bench) == (5.0, 10.0)
    bench.loop.set_end(4.0)
    assert looped(bench) == (0.0, 4.0)


def test_the_selection_can_be_made_the_loop_again(bench):
    bench.loop.loop_selection()
    assert looped(bench) is None
    bench.session.set_selection((2.0, 3.0))
    bench.loop.set_end(4.0)
    bench.loop.set_looping(False)
    bench.loop.loop_selection()
    assert looped(bench) == (2.0, 3.0)


@pytest.mark.parametrize(
    ("selection", "loop"),
    [((2.0, 2.01), (2.0, 2.05)), ((9.99, 10.0), (9.95, 10.0)), ((-1.0, 12.0), (0.0, 10.0))],
)
def test_a_loop_is_at_least_50_ms_long_and_inside_the_clip(bench, selection, loop):
    bench.loop.set_looping(True)
    bench.session.set_selection(selection)
    assert looped(bench) == pytest.approx(loop)


def test_a_clip_shorter_than_50_ms_is_looped_whole(bench):
    bench.loop.set_looping(True)
    read(bench, "b", 0.02)
    assert looped(bench) == (0.0, 0.02)


def test_looping_stays_on_from_clip_to_clip_but_not_its_place(bench):
    bench.session.set_selection((2.0, 3.0))
    bench.loop.set_looping(True)
    bench.session.choose("b")
    assert bench.session.state.loop is None
    read(bench, "b", 4.0)
    assert looped(bench) == (0.0, 4.0)


def test_the_same_clip_read_again_is_looped_again(bench):
    bench.loop.set_looping(True)
    bench.session.set_clip(bench.session.state.clip)
    assert looped(bench) == (0.0, 10.0)


def test_a_loop_from_a_session_file_is_taken_over(bench):
    bench.session.set_loop((2.0, 3.0))
    assert looped(bench) == (2.0, 3.0)
    bench.loop.set_looping(False)
    bench.loop.set_looping(True)
    assert looped(bench) == (2.0, 3.0)
    bench.session.set_loop(None)
    bench.session.set_selection((4.0, 5.0))
    assert looped(bench) is None


def test_without_a_clip_there_is_no_loop(bench):
    bench.session.choose("none")
    bench.loop.set_start(1.0)
    bench.loop.set_end(2.0)
    bench.loop.set_looping(True)
    assert looped(bench) is None
