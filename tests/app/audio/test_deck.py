from __future__ import annotations

import tracemalloc
import weakref
from collections.abc import Callable

import numpy as np
import pytest

from app.audio.deck import VOICES, VariantDeck
from app.audio.ports import AppAudioError
from core.types import Variant
from tests.app.audio.sounds import tracks
from tests.fake_audio import FakeClock

ORIGINAL, EXPLANATION, REMOVED = Variant.ORIGINAL, Variant.EXPLANATION, Variant.REMOVED
RATE = 8000
FADE = 40  # frames in 5 ms
UP = np.arange(1, FADE + 1, dtype=np.float32) / FADE  # the weights of a fade in
DOWN = 1.0 - UP


def column(values: object) -> np.ndarray:
    return np.asarray(values, dtype=np.float32)[:, None]


def steps(n: int = 4000, start: float = 0.0) -> np.ndarray:
    """Samples that tell where they are from: one more each frame."""
    return column(start + np.arange(n))


def level(value: float, n: int = 4000) -> np.ndarray:
    return column(np.full(n, value))


def make(*samples: np.ndarray, clock: Callable[[], float] | None = None) -> VariantDeck:
    """A mono deck with these versions, in the order original, explanation, removed."""
    deck = VariantDeck(RATE, 1, clock or FakeClock())
    deck.load(tracks(dict(zip((ORIGINAL, EXPLANATION, REMOVED), samples, strict=False)), RATE))
    return deck


def pull(deck: VariantDeck, frames: int, block: int = 64) -> np.ndarray:
    """The next frames, shape (frames,), asked for in blocks."""
    out = np.full((frames, deck.channels), np.nan, dtype=np.float32)
    for start in range(0, frames, block):
        deck.fill(out[start : start + block])
    return out[:, 0]


def playing(*samples: np.ndarray) -> VariantDeck:
    """A deck that has played 100 frames, the fade in among them."""
    deck = make(*samples)
    deck.play()
    pull(deck, 100)
    return deck


def close(actual: np.ndarray, expected: object) -> None:
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5)


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


# ── seeking and loops ────────────────────────────────────────────────────────────────────────────


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


# ── whatever happens ─────────────────────────────────────────────────────────────────────────────


def disturb(deck: VariantDeck, rng: np.random.Generator, amplitude: float) -> None:
    """One thing a user may do, by chance."""
    match rng.integers(9):
        case 0:
            deck.play()
        case 1:
            deck.pause()
        case 2:
            deck.stop()
        case 3 | 4:
            deck.active = (ORIGINAL, EXPLANATION, REMOVED)[rng.integers(3)]
        case 5:
            deck.seek(int(rng.integers(-100, 3000)))
        case 6:
            deck.loop = tuple(np.sort(rng.integers(0, 2500, 2)).tolist())
        case 7:
            deck.loop = None
        case 8:
            n = int(rng.integers(1500, 2500))
            values = rng.uniform(-amplitude, amplitude, 3)
            sounds = [level(value, n) for value in (*values, 0.0)]
            deck.swap(tracks(dict(zip(Variant, sounds, strict=True)), RATE))
    if rng.random() < 0.5:
        deck.play()


@pytest.mark.parametrize("seed", range(20))
def test_no_order_of_events_clicks(seed: int):
    rng = np.random.default_rng(seed)
    deck = make(level(1.0), level(-1.0), level(0.0))
    out = []
    for _ in range(300):
        disturb(deck, rng, amplitude=1.0)
        frames = int(rng.integers(1, 120))
        out.append(pull(deck, frames, block=frames))
        assert 0 <= deck.position <= deck.length or deck.playing
    heard = np.concatenate(out)
    # At most one voice goes up while others, no more than one in sum, go down; twice as steep where
    # the end of a loop is moved to just ahead.
    assert np.abs(np.diff(heard, prepend=0.0)).max() <= 3.01 / FADE
    assert np.abs(heard).max() <= 1.001
    assert np.abs(heard).max() > 0.5


def test_the_sound_does_not_depend_on_how_it_is_cut_into_blocks():
    def session(block: int) -> np.ndarray:
        rng = np.random.default_rng(1)
        deck = make(*(column(rng.standard_normal(3000)) for _ in range(3)))
        deck.loop = (200, 1111)
        deck.play()
        out = []
        for variant in (EXPLANATION, REMOVED, ORIGINAL):
            out.append(pull(deck, 1500, block))
            deck.active = variant
            out.append(pull(deck, 13, block))
            deck.loop = None
        out.append(pull(deck, 4000, block))
        return np.concatenate(out)

    reference = session(5000)
    for block in (1, 7, 64, 383, 1024, 2000):
        np.testing.assert_allclose(session(block), reference, atol=2e-5)


def test_the_callback_allocates_no_array_while_it_plays():
    deck = playing(level(1.0, 200_000), level(2.0, 200_000))
    deck.loop = (0, 150_000)
    out = np.zeros((1024, 1), dtype=np.float32)  # 4 kB
    deck.fill(out)
    tracemalloc.start()
    try:
        deck.fill(out)
        tracemalloc.reset_peak()
        base, _ = tracemalloc.get_traced_memory()
        for _ in range(100):
            deck.fill(out)
        deck.active = EXPLANATION
        for _ in range(100):
            deck.fill(out)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - base < 2000  # views and numbers


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
