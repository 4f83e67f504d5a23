"""Versions of a deck: one after the other, and new ones in their place."""

from __future__ import annotations

import numpy as np
import pytest

from app.audio.deck import VariantDeck
from app.audio.ports import AppAudioError
from tests.app.audio.decks import (
    DOWN,
    EXPLANATION,
    FADE,
    ORIGINAL,
    RATE,
    REMOVED,
    UP,
    close,
    column,
    level,
    make,
    playing,
    pull,
    steps,
)
from tests.app.audio.sounds import tracks

# ── switching versions ───────────────────────────────────────────────────────────────────────────


def test_a_switch_cross_fades_at_the_running_position():
    deck = playing(steps(), steps(start=-5000))
    deck.active = EXPLANATION
    out = pull(deck, 200)
    frames = np.arange(100, 300)
    close(out[:FADE], DOWN * frames[:FADE] + UP * (frames[:FADE] - 5000))
    assert (out[FADE:] == frames[FADE:] - 5000).all()
    assert deck.position == 300


def test_a_switch_takes_effect_with_the_next_block():
    deck = playing(level(0.0), level(1.0))
    deck.active = EXPLANATION
    out = np.empty((1, 1), dtype=np.float32)
    deck.fill(out)
    close(out[0], 1 / FADE)


def test_switching_between_equal_sounds_cannot_be_heard():
    same = np.sin(np.arange(4000) / 9)
    deck = playing(column(same), column(same), column(same))
    out = []
    for i in range(100):  # every 7 frames, amid the fade of the switch before
        deck.active = (ORIGINAL, EXPLANATION, REMOVED)[i % 3]
        out.append(pull(deck, 7, block=7))
    close(np.concatenate(out), same[100:800])


def test_a_switch_amid_a_fade_goes_on_from_the_level_it_had():
    deck = playing(level(1.0), level(-1.0), level(0.5))
    deck.active = EXPLANATION
    before = pull(deck, FADE // 2, block=FADE // 2)
    deck.active = REMOVED
    after = pull(deck, 100)
    close(before[-1], 0.0)
    close(after[:FADE], 0.5 * UP)
    assert (after[FADE:] == 0.5).all()


def test_with_all_voices_taken_a_switch_waits_until_one_is_free():
    deck = playing(level(1.0), level(-1.0), level(0.0))
    out = []
    for i in range(300):  # a switch at every frame
        deck.active = (ORIGINAL, EXPLANATION, REMOVED)[i % 3]
        out.append(pull(deck, 1))
    deck.active = REMOVED
    out.append(pull(deck, 3 * FADE))
    heard = np.concatenate(out)
    assert np.abs(np.diff(heard, prepend=1.0)).max() <= 2.01 / FADE
    assert not heard[-FADE:].any()


def test_a_version_that_is_not_there_is_refused_with_a_sentence():
    deck = playing(level(1.0))
    with pytest.raises(AppAudioError, match=r"no version “removed”.*\.$"):
        deck.active = REMOVED
    assert deck.active is ORIGINAL


def test_versions_of_different_length_are_a_defect():
    with pytest.raises(ValueError, match="shapes"):
        make(level(1.0, 100), level(1.0, 101))
    with pytest.raises(ValueError, match="shapes"):
        VariantDeck(RATE, 2).load(tracks({ORIGINAL: np.zeros((100, 3), dtype=np.float32)}, RATE))


# ── new versions ─────────────────────────────────────────────────────────────────────────────────


def test_swapping_all_versions_cross_fades_at_the_running_position():
    deck = playing(steps(), level(1.0))
    deck.swap(tracks({ORIGINAL: steps(start=-9000), EXPLANATION: level(2.0)}, RATE))
    out = pull(deck, 200)
    frames = np.arange(100, 300)
    close(out[:FADE], DOWN * frames[:FADE] + UP * (frames[:FADE] - 9000))
    assert (out[FADE:] == frames[FADE:] - 9000).all()
    deck.active = EXPLANATION
    assert (pull(deck, 100)[FADE:] == 2.0).all()


def test_swaps_amid_a_fade_do_not_click():
    deck = playing(level(1.0))
    out = []
    for i in range(60):
        deck.swap(tracks({ORIGINAL: level(i % 2)}, RATE))
        out.append(pull(deck, 11, block=11))
    assert np.abs(np.diff(np.concatenate(out), prepend=1.0)).max() <= 1.01 / FADE


def test_a_swap_keeps_loop_and_version_as_far_as_they_are_there():
    deck = playing(level(1.0), level(2.0))
    deck.active = EXPLANATION
    deck.loop = (0, 3000)
    deck.swap(tracks({ORIGINAL: level(1.0, 2000), EXPLANATION: level(4.0, 2000)}, RATE))
    assert (deck.active, deck.loop, deck.playing) == (EXPLANATION, (0, 2000), True)
    assert (pull(deck, 500)[-50:] == 4.0).all()
    deck.swap(tracks({ORIGINAL: level(3.0, 2000)}, RATE))
    assert deck.active is ORIGINAL
    assert (pull(deck, 500)[-50:] == 3.0).all()


def test_a_swap_to_less_than_was_played_ends():
    deck = playing(level(1.0))
    deck.swap(tracks({ORIGINAL: level(1.0, 50)}, RATE))
    out = pull(deck, 200)
    assert np.abs(np.diff(out, prepend=1.0)).max() <= 1.01 / FADE
    assert deck.ended


def test_nothing_in_place_of_a_sound_fades_it_out():
    deck = playing(level(1.0))
    deck.swap({})
    out = pull(deck, 100)
    close(out[:FADE], DOWN)
    assert not out[FADE:].any()
    assert (deck.playing, deck.length, deck.position) == (False, 0, 0)


def test_loading_another_sound_stops_and_starts_over():
    deck = playing(level(1.0), level(2.0))
    deck.active = EXPLANATION
    pull(deck, 100)
    deck.loop = (0, 1000)
    deck.load(tracks({ORIGINAL: steps(500), EXPLANATION: steps(500)}, RATE))
    assert (deck.position, deck.playing, deck.loop) == (0, False, None)
    assert deck.active is EXPLANATION
    out = pull(deck, 100)
    close(out[:FADE], 2.0 * DOWN)  # the old one, from where it was
    assert not out[FADE:].any()
