"""The channels of a stream as one, however it comes in."""

from __future__ import annotations

import numpy as np
import pytest

from core.live.mixing import RunningMix

RATE = 48_000


def noise(seed: int, n: int = RATE) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.5, 0.5, n).astype(np.float32)


def heard(sound: np.ndarray, size: int) -> tuple[np.ndarray, RunningMix]:
    mix = RunningMix(sound.shape[1], RATE)
    blocks = [mix.feed(sound[first : first + size]) for first in range(0, len(sound), size)]
    return np.concatenate(blocks)[:, 0], mix


def test_one_channel_is_passed_on_as_it_comes():
    block = noise(0)[:, None]
    mix = RunningMix(1, RATE)
    assert mix.feed(block) is block
    assert (mix.waiting, mix.taken) == (0, None)


def test_usual_stereo_is_its_mean():
    sound = np.stack([noise(0), noise(1)], axis=1)
    mixed, mix = heard(sound, 480)
    np.testing.assert_allclose(mixed, sound.mean(axis=1), atol=1e-7)
    assert mix.taken is None


def test_opposite_channels_are_heard_from_the_first_moment():
    sound = np.stack([0.8 * noise(0), -noise(0)], axis=1)
    mixed, mix = heard(sound, 480)
    assert mix.taken == 1
    np.testing.assert_allclose(mixed[480:], sound[480:, 1])
    assert np.abs(mixed[:480]).max() > 0.3


@pytest.mark.parametrize("size", [1, 100, 480, 1000, RATE])
def test_the_blocks_change_nothing(size: int):
    sound = np.stack([noise(0, 9600), noise(1, 9600)], axis=1)
    sound[4000:, 1] = -sound[4000:, 0]
    whole, _ = heard(sound, len(sound))
    mixed, mix = heard(sound, size)
    np.testing.assert_array_equal(mixed, whole)
    assert mix.waiting == len(sound) - len(mixed) == 0
    mix.feed(sound[:100])
    assert mix.waiting == 100


def test_a_change_of_mind_takes_seconds_and_makes_no_click():
    seconds = 20
    apart = np.stack([noise(0), noise(1)], axis=1)
    tone = 0.3 * np.sin(2 * np.pi * 200 * np.arange(seconds * RATE) / RATE).astype(np.float32)
    opposite = np.stack([tone, -tone], axis=1)
    mixed, mix = heard(np.concatenate([apart, opposite]), 4800)
    assert mix.taken == 0
    steps = np.abs(np.diff(mixed[RATE + 480 :]))
    assert steps.max() < 0.02  # the tone itself steps by 0.008
    loud = np.abs(mixed[RATE:]) > 0.2
    assert 0.1 * RATE < np.argmax(loud) < 15 * RATE


def test_of_two_alike_one_is_kept():
    sound = np.stack([noise(0), -noise(0)], axis=1)
    sound += 0.05 * np.random.default_rng(2).uniform(-1, 1, sound.shape).astype(np.float32)
    mixed, mix = heard(sound, 480)
    assert mix.taken == 0
    np.testing.assert_array_equal(mixed[480:], sound[480:, 0])
