"""A tone in a steady noise, with or without other sound around it."""

import numpy as np
import pytest

from core.live.isolation import span, stands_alone

RATE = 16_000
MIDDLE, WINDOW = 3.0, 1.0


def sound(*tones, noise=0.002, seconds=3.8):
    """tones: (start, end, amplitude) in s."""
    samples = np.random.default_rng(0).normal(0, noise, round(seconds * RATE))
    for start, end, amplitude in tones:
        place = slice(round(start * RATE), round(end * RATE))
        samples[place] += amplitude * np.sin(np.arange(len(samples[place])))
    return samples.astype(np.float32)


WORD = (2.75, 3.25, 0.3)


def alone(*tones, **how):
    return stands_alone(sound(*tones, **how), RATE, MIDDLE, WINDOW)


def test_a_word_between_silences_stands_alone():
    assert alone(WORD)


@pytest.mark.parametrize("noise", [0.0, 0.0005, 0.02, 0.05])
def test_a_steady_noise_does_not_count(noise):
    assert alone(WORD, noise=noise)


@pytest.mark.parametrize("beside", [(2.2, 2.5, 0.3), (3.5, 3.8, 0.3)])
def test_sound_before_or_after_counts(beside):
    assert not alone(WORD, beside)


def test_what_is_far_softer_beside_it_does_not_count():
    assert alone(WORD, (2.2, 2.5, 0.3 * 10 ** (-13 / 20)))
    assert not alone(WORD, (2.2, 2.5, 0.3 * 10 ** (-7 / 20)))


def test_what_is_further_away_than_a_window_does_not_count():
    assert alone(WORD, (1.0, 2.1, 0.3))


def test_no_sound_at_all_does_not_stand_alone():
    assert not stands_alone(np.zeros(4 * RATE, dtype=np.float32), RATE, MIDDLE, WINDOW)
    assert not stands_alone(np.zeros(0, dtype=np.float32), RATE, 0.0, WINDOW)
    assert not alone()


def test_what_is_missing_behind_the_end_counts_as_quiet():
    assert stands_alone(sound(WORD, seconds=3.3), RATE, MIDDLE, WINDOW)


def test_the_span_holds_all_that_is_looked_at():
    start, end = span(10.0, 2.0)
    assert start < 10.0 - 0.8 * 2.0
    assert end == pytest.approx(10.0 + 0.8 * 2.0)
