"""Several channels as one: the mean, and a channel where the mean would be next to silence."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from core.audio_io import read_clip
from core.conversion import convert
from core.prepare import prepare
from core.scratch import Scratch
from core.types import AudioClip
from tests.core.sound_files import RATE, tones, write

NOTE = "took channel {} of {} alone: mixed to mono they cancel each other"


def noise(seed: int, n: int = 3 * RATE) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.5, 0.5, n).astype(np.float32)


def mixed(*channels: np.ndarray) -> AudioClip:
    return prepare(AudioClip(np.stack(channels), RATE), sample_rate=RATE)


@pytest.mark.parametrize(
    "channels",
    [
        (noise(0), noise(0)),
        (noise(0), noise(1)),  # nothing to do with each other: 3 dB softer
        (noise(0), 0 * noise(0)),  # one is silent: 6 dB softer
        (noise(0), *(0 * noise(0) for _ in range(5))),
        (0 * noise(0), 0 * noise(0)),
        (noise(0), -0.4 * noise(0)),
        (noise(0), noise(1), -noise(0), -noise(1), noise(2), noise(3)),
    ],
    ids=["same", "apart", "panned", "panned of six", "silent", "in part", "two pairs of six"],
)
def test_what_does_not_cancel_is_the_mean(channels: tuple[np.ndarray, ...]):
    clip = mixed(*channels)
    np.testing.assert_allclose(clip.samples[0], np.mean(channels, axis=0), atol=1e-6)
    assert clip.notes == (f"mixed {len(channels)} channels down to mono",)


@pytest.mark.parametrize(
    ("channels", "taken"),
    [
        ((noise(0), -noise(0)), 1),
        ((noise(0), -1.05 * noise(0)), 1),
        ((noise(0), -0.9 * noise(0) + 0.02 * noise(1)), 1),
        ((noise(0), -1.2 * noise(0)), 2),
        ((0.1 * noise(1), 2 * noise(0), -2 * noise(0)), 2),
        ((0.01 * noise(1), noise(0), -noise(0), -noise(2), noise(2)), 2),
    ],
)
def test_where_channels_cancel_the_loudest_is_taken(channels: tuple[np.ndarray, ...], taken: int):
    clip = mixed(*channels)
    np.testing.assert_array_equal(clip.samples[0], channels[taken - 1])
    assert clip.notes == (NOTE.format(taken, len(channels)),)


def test_the_whole_sound_decides(tmp_path: Path):
    loud = noise(0)
    soft_end = np.concatenate([loud, 0.05 * loud])
    clip = mixed(soft_end, np.concatenate([-loud, 0.05 * loud]))
    np.testing.assert_array_equal(clip.samples[0], soft_end)
    clip = mixed(soft_end, np.concatenate([loud, -0.05 * loud]))
    np.testing.assert_allclose(clip.samples[0, 3 * RATE :], 0, atol=1e-6)


OPPOSITE = np.stack([noise(0), -noise(0)], axis=1)


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
@pytest.mark.parametrize("rate", [RATE, 11_025])
@pytest.mark.parametrize("stretch", [(None, None), (0.4, 2.1)])
def test_a_file_and_the_clip_it_was_are_mixed_alike(
    tmp_path: Path, name: str, rate: int, stretch: tuple[float | None, float | None]
):
    path = write(tmp_path / name, OPPOSITE, subtype="PCM_24")
    start, end = stretch
    read = read_clip(path, sample_rate=rate, mono=True, start=start, end=end)
    whole = prepare(read_clip(path, start=start, end=end), sample_rate=rate)
    np.testing.assert_array_equal(read.samples, whole.samples)
    assert read.notes == whole.notes
    assert read.notes[0] == NOTE.format(1, 2)
    assert float(np.square(read.samples).mean()) > 0.05


def test_a_long_one_is_mixed_in_scratch(tmp_path: Path):
    path = write(tmp_path / "a.wav", OPPOSITE, subtype="FLOAT")
    clip = read_clip(path, mono=True, scratch=Scratch(tmp_path / "scratch", 1000))
    np.testing.assert_array_equal(clip.samples[0], OPPOSITE[:, 0])


@pytest.mark.parametrize("sound", [OPPOSITE, tones(3 * RATE, 3)], ids=["opposite", "apart"])
def test_the_blocks_a_sound_comes_in_change_no_bit_of_it(sound: np.ndarray):
    def made(size: int) -> tuple[np.ndarray, tuple[str, ...]]:
        def blocks() -> list[np.ndarray]:
            return [sound[first : first + size] for first in range(0, len(sound), size)]

        channels = (sound.shape[1], 1)
        return convert(blocks, channels=channels, rates=(RATE, 22_050), n_samples=len(sound))

    samples, notes = made(len(sound))
    for size in (7, 333, 8192, 20_000):
        again, the_same = made(size)
        np.testing.assert_array_equal(again, samples)
        assert the_same == notes


def test_a_sound_that_is_longer_than_expected_goes_to_scratch(tmp_path: Path):
    sound = tones(20_000, 2)
    blocks = [sound[first : first + 700] for first in range(0, 20_000, 700)]
    samples, _ = convert(
        partial(iter, blocks),
        channels=(2, 2),
        rates=(1, 1),
        n_samples=10,
        scratch=Scratch(tmp_path, 80_000),
    )
    np.testing.assert_array_equal(samples, sound.T)
    assert not samples.flags.writeable
    assert samples.base is not None  # the file
