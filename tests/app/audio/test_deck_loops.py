"""Seeking in a deck, and its loops."""

from __future__ import annotations

import numpy as np
import pytest

from app.audio.deck import VOICES
from tests.app.audio.decks import (
    DOWN,
    EXPLANATION,
    FADE,
    ORIGINAL,
    UP,
    close,
    level,
    make,
    playing,
    pull,
    steps,
)


def test_seeking_while_playing_cross_fades_between_the_places():
    deck = playing(steps())
    deck.seek(2000)
    assert deck.position == 2000  # before the callback has come by, too
    out = pull(deck, 100)
    k = np.arange(FADE)
    close(out[:FADE], DOWN * (100 + k) + UP * (2000 + k))
    assert (out[FADE:] == np.arange(2000 + FADE, 2100)).all()


def test_seeking_stays_inside_the_sound():
    deck = make(steps(1000))
    deck.seek(-5)
    assert deck.position == 0
    deck.seek(5000)
    assert deck.position == 1000
    deck.play()  # there is nothing left at the end
    assert deck.position == 0


def test_a_loop_takes_exactly_its_length_and_fades_at_its_seam():
    deck = make(steps(4000, start=1))
    deck.loop = (1000, 1500)
    deck.play()
    first, second, third = pull(deck, 1500).reshape(3, 500)
    expected = np.arange(1001, 1501, dtype=np.float32)
    expected[:FADE] *= UP
    expected[-FADE:] *= DOWN
    close(first, expected)
    close(second, expected)
    close(third, expected)
    assert deck.playing
    assert 1000 <= deck.position <= 1500


def test_nothing_outside_a_loop_is_heard():
    samples = level(1e6)
    samples[1000:1500] = 1.0
    deck = make(samples)
    deck.loop = (1000, 1500)
    deck.play()
    assert pull(deck, 5000, block=77).max() <= 1.0


def test_the_whole_sound_can_loop():
    deck = make(steps(600, start=1))
    deck.loop = (0, 600)
    deck.play()
    out = pull(deck, 1800)
    close(out[600:1200], out[:600])
    close(out[1200:], out[:600])
    assert (out[FADE : 600 - FADE] == np.arange(FADE + 1, 601 - FADE)).all()
    assert not deck.ended


def test_a_loop_is_at_least_50_ms_long_and_inside_the_sound():
    deck = make(steps(1000))
    for wanted, got in [
        ((100, 110), (100, 500)),
        ((900, 905), (600, 1000)),
        ((-50, 700), (0, 700)),
        ((700, 5000), (600, 1000)),
        ((100, 900), (100, 900)),
    ]:
        deck.loop = wanted
        assert deck.loop == got


def test_a_sound_shorter_than_50_ms_loops_as_a_whole():
    deck = make(level(1.0, 100))
    deck.loop = (20, 30)
    assert deck.loop == (0, 100)
    deck.play()
    out = pull(deck, 300)
    close(out[100:200], out[:100])
    assert out[50] == 1.0


def test_a_loop_around_the_position_keeps_it_and_one_elsewhere_moves_it():
    deck = playing(steps())
    deck.loop = (50, 1000)
    assert deck.position == 100
    assert (pull(deck, 100) == np.arange(100, 200)).all()
    deck.loop = (2000, 3000)
    assert deck.position == 2000
    deck.seek(100)
    assert deck.position == 2000
    deck.seek(2500)
    assert deck.position == 2500


def test_a_loop_taken_away_amid_its_seam_plays_on():
    deck = make(level(1.0))
    deck.loop = (0, 1000)
    deck.play()
    pull(deck, 990)  # 30 frames into the fade before the seam
    deck.loop = None
    out = pull(deck, 1000)
    assert np.abs(np.diff(out, prepend=0.25)).max() <= 1.01 / FADE
    assert (out[-400:] == 1.0).all()
    end = pull(deck, 2500)
    assert np.abs(np.diff(end, prepend=1.0)).max() <= 1.01 / FADE
    assert deck.ended


def test_a_loop_that_ends_just_ahead_does_not_click():
    deck = playing(level(1.0))
    pull(deck, 897)
    deck.loop = (0, 1000)
    out = pull(deck, 600)
    assert np.abs(np.diff(out, prepend=1.0)).max() <= 1.01 / FADE
    assert deck.position == 3 + 594


@pytest.mark.parametrize("switches", [VOICES - 2, VOICES - 1, VOICES, 20])
def test_a_seam_finds_a_voice_with_all_others_fading(switches: int):
    deck = playing(level(1.0), level(-1.0))
    pull(deck, 500)
    out = []
    for i in range(switches):
        deck.active = (EXPLANATION, ORIGINAL)[i % 2]
        out.append(pull(deck, 1))
    deck.loop = (0, deck.position + 3)
    out.append(pull(deck, 500))
    assert np.abs(np.diff(np.concatenate(out), prepend=1.0)).max() <= 2.01 / FADE
