"""The short-time Fourier transform of any stretch of a sound, quickly.

A Hann window of 1,024 samples up to 24 kHz and 2,048 above, a frame every quarter of it; frame p is
centred on sample p · hop, and what lies outside the sound is silence. A magnitude is that of a
partial: a sine of amplitude A has A / 2.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.fft  # which numpy itself leaves until it is used

from core.types import FloatArray

AT_ONCE = 128  # frames; what one transform of so many needs stays in the processor's cache


def window_of(sample_rate: int) -> int:
    """Samples of a frame."""
    return 1024 if sample_rate <= 24_000 else 2048


def frames_of(n_samples: int, window: int) -> int:
    """How many frames a sound has: one on each multiple of the hop, up to the first at or behind
    the end."""
    return -(-n_samples // (window // 4)) + 1


def magnitudes(samples: FloatArray, window: int, first: int, last: int) -> FloatArray:
    """Magnitudes of frames first … last − 1.

    samples: (C, N), of which the mean over the channels is taken; only what these frames reach over
    is looked at. → float32 (window / 2 + 1, last − first).
    """
    # scipy's transform takes a quarter of the time, but loading it holds a window up for a while.
    hop, half = window // 4, window // 2
    begin, end = first * hop - half, (last - 1) * hop + half
    reached = samples[:, max(begin, 0) : max(end, 0)]
    sound = reached[0] if len(reached) == 1 else reached.mean(axis=0, dtype=np.float64)
    before = max(-begin, 0)
    padded = np.zeros(end - begin, dtype=np.float32)
    padded[before : before + len(sound)] = sound
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop]
    result = np.empty((half + 1, last - first), dtype=np.float32)
    for start in range(0, last - first, AT_ONCE):
        lines = np.fft.rfft(frames[start : start + AT_ONCE] * _hann(window), axis=1)
        result[:, start : start + AT_ONCE] = np.abs(lines).T
    return result


@lru_cache(maxsize=4)
def _hann(window: int) -> FloatArray:
    """One period of it, whose sum is 1."""
    shape = 0.5 - 0.5 * np.cos(2.0 * np.pi / window * np.arange(window))
    normalised: FloatArray = (shape / shape.sum()).astype(np.float32)
    normalised.setflags(write=False)
    return normalised
