"""Frames of a sound: against scipy's own short-time transform, and however they are asked for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann

from core.frames import frames_of, magnitudes, window_of
from core.types import FloatArray


def noise(n_samples: int, channels: int = 1) -> FloatArray:
    return np.random.default_rng(0).normal(0.0, 0.1, (channels, n_samples)).astype(np.float32)


def reference(samples: FloatArray, window: int, first: int, last: int) -> FloatArray:
    transform = ShortTimeFFT(
        hann(window, sym=False), window // 4, fs=1.0, scale_to="magnitude", phase_shift=None
    )
    sound = samples.mean(axis=0, dtype=np.float64)
    sound = np.pad(sound, (0, max(0, window - len(sound))))
    return np.abs(transform.stft(sound, p0=first, p1=last)).astype(np.float32)


@pytest.mark.parametrize(("rate", "window"), [(8_000, 1024), (24_000, 1024), (44_100, 2048)])
def test_the_window_follows_the_rate(rate: int, window: int) -> None:
    assert window_of(rate) == window


@pytest.mark.parametrize("n_samples", [1, 255, 256, 257, 5000])
def test_frames_reach_from_the_first_sample_to_the_end(n_samples: int) -> None:
    frames = frames_of(n_samples, 1024)
    assert (frames - 2) * 256 < n_samples <= (frames - 1) * 256


@pytest.mark.parametrize("n_samples", [10, 1500, 40_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_magnitudes_are_those_of_the_reference(n_samples: int, channels: int) -> None:
    samples = noise(n_samples, channels)
    frames = frames_of(n_samples, 1024)
    found = magnitudes(samples, 1024, 0, frames)
    assert found.dtype == np.float32 and found.shape == (513, frames)
    np.testing.assert_allclose(found, reference(samples, 1024, 0, frames), atol=1e-7)


def test_a_sine_has_half_its_amplitude() -> None:
    samples = np.sin(2 * np.pi * 64 / 1024 * np.arange(8192))[None].astype(np.float32)
    assert magnitudes(samples, 1024, 10, 11)[64, 0] == pytest.approx(0.5, abs=1e-5)


def test_any_stretch_of_frames_is_the_same() -> None:
    samples = noise(300_000)
    whole = magnitudes(samples, 2048, 0, frames_of(300_000, 2048))
    assert np.array_equal(magnitudes(samples, 2048, 200, 431), whole[:, 200:431])


def test_long_sounds_have_the_same_frames_by_another_transform() -> None:
    samples = noise(2**20)
    first = magnitudes(samples, 1024, 0, 200)
    np.testing.assert_allclose(first, magnitudes(samples[:, :60_000], 1024, 0, 200), atol=1e-7)
