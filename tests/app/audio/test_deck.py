"""Start, pause, stop and end of a deck, and the place in it that is heard."""

from __future__ import annotations

import weakref

import numpy as np
import pytest

from app.audio.deck import VariantDeck
from tests.app.audio.decks import (
    DOWN,
    EXPLANATION,
    FADE,
    ORIGINAL,
    RATE,
    UP,
    close,
    level,
    make,
    playing,
    pull,
    steps,
)
from tests.app.audio.sounds import tracks
from tests.fake_audio import FakeClock

# ── start, pause, stop, end ──────────────────────────────────────────────────────────────────────


def test_nothing_sounds_before_play():
    deck = make(steps())
    assert not pull(deck, 100).any()
    assert (deck.position, deck.playing, deck.silent) == (0, False, True)


def test_playing_fades_in_and_is_then_the_sample_itself():
    deck = make(steps(start=7))
    deck.play()
    out = pull(deck, 500)
    close(out[:FADE], UP * np.arange(7, 7 + FADE))
    assert (out[FADE:] == np.arange(7 + FADE, 507)).all()
    assert deck.position == 500


def test_one_channel_is_heard_on_all_and_two_stay_apart():
    deck = VariantDeck(RATE, 2, FakeClock())
    both = np.stack([np.full(500, 0.25), np.full(500, -0.5)], axis=1).astype(np.float32)
    deck.load(tracks({ORIGINAL: both, EXPLANATION: level(0.75, 500)}, RATE))
    deck.play()
    out = np.empty((200, 2), dtype=np.float32)
    deck.fill(out)
    assert (out[FADE:] == (0.25, -0.5)).all()
    deck.active = EXPLANATION
    deck.fill(out)
    assert (out[FADE:] == 0.75).all()


def test_pause_fades_out_where_it_is_and_play_goes_on_from_there():
    deck = playing(steps())
    deck.pause()
    out = pull(deck, 200)
    close(out[:FADE], DOWN * np.arange(100, 100 + FADE))
    assert not out[FADE:].any()
    assert (deck.position, deck.playing, deck.silent) == (100, False, True)
    deck.play()
    close(pull(deck, FADE), UP * np.arange(100, 100 + FADE))


def test_pause_and_play_within_one_fade_do_not_click():
    deck = playing(level(1.0))
    deck.pause()
    out = [pull(deck, 15, block=15)]
    deck.play()
    out.append(pull(deck, 100))
    assert np.abs(np.diff(np.concatenate(out), prepend=1.0)).max() <= 1.01 / FADE


def test_stop_goes_back_to_where_listening_began():
    deck = make(steps())
    deck.seek(1000)
    deck.play()
    pull(deck, 300)
    deck.stop()
    assert (deck.position, deck.playing) == (1000, False)
    out = pull(deck, 100)
    close(out[:FADE], DOWN * np.arange(1300, 1300 + FADE))
    assert not out[FADE:].any()
    assert deck.position == 1000


def test_the_end_fades_out_and_says_so():
    deck = make(level(1.0, 300))
    deck.play()
    out = pull(deck, 400)
    close(out[300 - FADE : 300], DOWN)
    assert not out[300:].any()
    assert (deck.position, deck.playing, deck.ended, deck.silent) == (300, False, True, True)


def test_nothing_but_play_starts_a_sound_that_has_ended():
    deck = make(steps(300), steps(300))
    deck.seek(200)
    deck.play()
    pull(deck, 200)
    deck.active = EXPLANATION
    assert not pull(deck, 100).any()
    deck.play()  # from where listening began
    assert not deck.ended
    close(pull(deck, FADE), UP * np.arange(200, 200 + FADE))


def test_more_of_a_sound_that_has_ended_does_not_start_it():
    deck = make(level(1.0, 300))
    deck.play()
    pull(deck, 400)
    deck.swap(tracks({ORIGINAL: level(1.0, 3000)}, RATE))
    assert not pull(deck, 100).any()
    assert not deck.playing


def test_moving_after_the_end_stays_silent():
    deck = make(steps(300))
    deck.play()
    pull(deck, 400)
    deck.seek(50)
    assert (deck.position, deck.ended, deck.playing) == (50, False, False)
    assert not pull(deck, 100).any()


@pytest.mark.parametrize("length", [1, 2, 30, FADE, FADE + 1, 2 * FADE + 1])
def test_sounds_shorter_than_their_fades_end_too(length: int):
    deck = make(level(1.0, length))
    deck.play()
    out = pull(deck, 200)
    assert np.abs(np.diff(out, prepend=0.0)).max() <= 1.01 / FADE
    assert not out[length - 1 :].any()
    assert deck.ended


def test_an_empty_deck_plays_nothing():
    deck = VariantDeck(RATE, 1, FakeClock())
    deck.play()
    deck.loop = (0, 100)
    assert not pull(deck, 100).any()
    assert (deck.playing, deck.length, deck.loop) == (False, 0, None)


# ── what is heard, and without a callback ────────────────────────────────────────────────────────


def test_the_place_that_is_heard_runs_on_between_callbacks_behind_by_the_latency():
    clock = FakeClock()
    deck = make(steps(), clock=clock)
    deck.play()
    pull(deck, 800, block=800)
    assert deck.heard(latency=0.05) == 0  # not before the start
    clock.now += 0.06
    assert deck.heard(latency=0.05) == 80
    assert deck.heard(latency=0.0) == 480
    clock.now += 1.0
    assert deck.heard(latency=0.0) == 800  # not beyond what was written


def test_the_place_that_is_heard_is_never_from_before_a_jump():
    clock = FakeClock()
    deck = make(steps(), clock=clock)
    deck.play()
    pull(deck, 800, block=800)
    clock.now += 1.0
    deck.seek(2000)
    assert deck.heard(0.05) == 2000
    pull(deck, 100, block=100)
    assert deck.heard(0.05) == 2000
    clock.now += 60 / RATE
    assert deck.heard(0.0) == 2060
    deck.loop = (2100, 3000)
    pull(deck, 100, block=100)
    assert deck.heard(0.05) == 2100


def test_the_place_that_is_heard_goes_round_with_the_loop():
    clock = FakeClock()
    deck = make(steps(), clock=clock)
    deck.loop = (1000, 1500)
    deck.play()
    pull(deck, 510, block=510)
    clock.now += 505 / RATE
    assert deck.heard(0.0) == 1005
    pull(deck, 10, block=10)  # is at 1010 now
    assert deck.heard(100 / RATE) == 1410


def test_the_place_that_is_heard_is_the_position_when_nothing_plays():
    deck = make(steps(1000), clock=FakeClock())
    deck.seek(123)
    assert deck.heard(0.1) == 123
    deck.play()
    pull(deck, 1000)
    assert deck.heard(0.1) == 1000


def test_halting_keeps_the_place_and_forgets_the_fade():
    deck = playing(steps(), level(1.0))
    deck.active = EXPLANATION
    pull(deck, 10, block=10)
    deck.halt()
    assert (deck.position, deck.playing, deck.silent) == (110, False, True)
    assert not pull(deck, 50).any()
    deck.play()
    close(pull(deck, FADE), UP)


def test_halting_lets_go_of_the_sound_before():
    before = tracks({ORIGINAL: level(1.0)}, RATE)
    gone = weakref.ref(before[ORIGINAL])
    deck = make()
    deck.load(before)
    deck.load(tracks({ORIGINAL: level(2.0)}, RATE))
    deck.halt()
    del before
    assert gone() is None
