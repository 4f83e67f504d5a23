"""Channels, rates, lengths and windows, against signals whose answer is known."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import AudioError, RequestError
from core.prepare import (
    cut,
    pad_to,
    prepare,
    windows,
)
from core.types import AudioClip


def noise(channels: int, n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.9, 0.9, (channels, n)).astype(np.float32)


def test_a_clip_that_fits_is_passed_on_as_it_is() -> None:
    clip = AudioClip(noise(1, 100), 16_000)
    assert prepare(clip, sample_rate=16_000) is clip


def test_mixing_down_is_the_mean_over_channels() -> None:
    clip = AudioClip(noise(6, 50_000), 16_000, "film", ("read",))
    mono = prepare(clip, sample_rate=16_000)
    np.testing.assert_allclose(mono.samples[0], clip.samples.mean(axis=0), atol=1e-6)
    assert mono.notes == ("read", "mixed 6 channels down to mono")
    assert mono.name == "film"


def test_mono_is_copied_to_more_channels() -> None:
    clip = AudioClip(noise(1, 50_000), 16_000)
    stereo = prepare(clip, sample_rate=16_000, channels=2)
    np.testing.assert_array_equal(stereo.samples, np.repeat(clip.samples, 2, axis=0))
    assert stereo.notes == ("copied mono to 2 channels",)


def test_other_changes_of_channels_are_refused() -> None:
    with pytest.raises(AudioError, match="6 channels and cannot become 2"):
        prepare(AudioClip(noise(6, 100), 16_000), sample_rate=16_000, channels=2)


@pytest.mark.parametrize("rates", [(48_000, 16_000), (44_100, 16_000), (8_000, 44_100)])
def test_resampling_keeps_a_sine_in_place(rates: tuple[int, int]) -> None:
    rate_in, rate_out = rates
    sine = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(rate_in) / rate_in)
    clip = prepare(AudioClip(sine, rate_in), sample_rate=rate_out)
    wanted = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(rate_out) / rate_out)
    assert clip.sample_rate == rate_out
    middle = slice(1000, -1000)
    np.testing.assert_allclose(clip.samples[0, middle], wanted[middle], atol=1e-5)
    assert clip.notes == (f"resampled from {rate_in:,} to {rate_out:,} Hz",)


def test_too_few_samples_to_resample_are_refused() -> None:
    with pytest.raises(AudioError, match="too few to resample to 8,000 Hz"):
        prepare(AudioClip(np.ones((1, 1)), 48_000, "click"), sample_rate=8_000)


def test_a_result_owns_memory_that_no_one_else_writes_to() -> None:
    clip = prepare(AudioClip(noise(2, 100), 16_000), sample_rate=16_000)
    assert clip.samples.base is None
    assert not clip.samples.flags.writeable


def test_cutting_takes_the_stretch() -> None:
    clip = AudioClip(noise(2, 1000), 1000, "a")
    np.testing.assert_array_equal(cut(clip, 0.25, 0.5).samples, clip.samples[:, 250:500])
    np.testing.assert_array_equal(cut(clip, None, 0.5).samples, clip.samples[:, :500])
    np.testing.assert_array_equal(cut(clip, 0.25, None).samples, clip.samples[:, 250:])


def test_an_end_typed_from_a_rounded_length_is_the_end() -> None:
    clip = AudioClip(noise(1, 997), 1000)
    assert cut(clip, 0.5, 1.0).n_samples == 497


@pytest.mark.parametrize(
    ("start", "end"),
    [(-0.1, 0.5), (0.5, 1.1), (1.0, None), (2.0, 3.0), (0.6, 0.5), (0.5, 0.5), (float("nan"), 1)],
)
def test_a_stretch_outside_the_clip_names_the_clip_and_its_length(
    start: float, end: float | None
) -> None:
    with pytest.raises(RequestError, match=r"“bell”, which lasts 1\.000 s"):
        cut(AudioClip(noise(1, 1000), 1000, "bell"), start, end)


def test_padding_adds_silence_at_the_end_and_says_so() -> None:
    clip = AudioClip(noise(2, 160), 16_000, "tick", ("read",))
    padded = pad_to(clip, 1.0)
    assert padded.n_samples == 16_000
    np.testing.assert_array_equal(padded.samples[:, :160], clip.samples)
    assert not padded.samples[:, 160:].any()
    assert padded.notes == ("read", "padded from 0.010 s to 1.000 s with silence")
    assert pad_to(padded, 0.5) is padded


@given(n=st.integers(0, 500), window=st.integers(1, 100), hop=st.integers(1, 100))
def test_windows_cover_the_clip_and_end_with_it(n: int, window: int, hop: int) -> None:
    if hop > window:
        with pytest.raises(RequestError, match="do not cover"):
            windows(n, window, hop)
        return
    spans = windows(n, window, hop)
    assert spans[0][0] == 0
    assert spans[-1][1] == n
    assert all(end - start == min(window, n) for start, end in spans)
    assert all(0 < b - a <= hop for (a, _), (b, _) in pairwise(spans))
    assert all(b - a == hop for (a, _), (b, _) in pairwise(spans[:-1]))
