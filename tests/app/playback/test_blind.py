"""What is heard, and not shown, in a blind test."""

from __future__ import annotations

import pytest

from tests.app.playback.bench import (
    EXPLANATION,
    LEVELS,
    ORIGINAL,
    RECONSTRUCTION,
    explain,
    heard,
    opened,
    passes,
)


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
