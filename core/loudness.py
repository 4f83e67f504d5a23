"""Programme loudness, as ITU-R BS.1770-4 measures it.

Own code, because the libraries for it load scipy's signal package, for which a window waits a
second, and copy the whole sound several times, which an hour of it does not forgive.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from core.job import CancelToken
from core.types import AudioClip, FloatArray

HOP = 0.1  # s, from block to block
HOPS_A_BLOCK = 4
SHORTEST = HOP * HOPS_A_BLOCK  # s: one gating block
CHANNEL_WEIGHTS = (1.0, 1.0, 1.0, 1.41, 1.41)  # left, right, centre, and what comes from behind
OFFSET = -0.691  # LUFS, so that a sine of 997 Hz reads its level
ABSOLUTE_GATE, RELATIVE_GATE = -70.0, -10.0  # LUFS; LU below what passed the first
HOPS_AT_ONCE = 40
SETTLING = 0.25  # s after which the filters have forgotten what was before


def integrated_loudness(
    clip: AudioClip, gain_db: float = 0.0, cancel: CancelToken | None = None
) -> float | None:
    """LUFS of a clip; None where BS.1770 says nothing: the clip is shorter than 0.4 s, has
    more than five channels, or no block of it passes the gates.

    gain_db: with which it is gated; the loudness is that without it.
    Raises: Cancelled.
    """
    hops = math.floor(clip.n_samples / clip.sample_rate / HOP + 1e-9)
    if hops < HOPS_A_BLOCK or clip.n_channels > len(CHANNEL_WEIGHTS):
        return None
    energies, lengths = _hop_energies(clip, hops, cancel)
    power = _in_blocks(energies) / _in_blocks(lengths)
    for gate in (_power(ABSOLUTE_GATE - gain_db), None):
        if gate is None:  # relative to what passed the first
            gate = float(power.mean()) * 10.0 ** (RELATIVE_GATE / 10.0)
        power = power[power > gate]
        if power.size == 0:
            return None
    return OFFSET + 10.0 * math.log10(float(power.mean()))


def _hop_energies(
    clip: AudioClip, hops: int, cancel: CancelToken | None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Weighted energy and length in samples of each tenth of a second, each (hops,)."""
    bounds = np.round(np.arange(hops + 1) * (HOP * clip.sample_rate)).astype(np.intp)
    weights = np.asarray(CHANNEL_WEIGHTS[: clip.n_channels])
    energies = np.empty(hops)
    for first in range(0, hops, HOPS_AT_ONCE):
        if cancel is not None:
            cancel.raise_if_set()
        last = min(first + HOPS_AT_ONCE, hops)
        start, end = int(bounds[first]), int(bounds[last])
        weighted = _k_weighted(clip.samples, start, end, clip.sample_rate)
        squares = weights @ np.square(weighted, dtype=np.float64)
        energies[first:last] = np.add.reduceat(squares, bounds[first:last] - start)
    return energies, np.diff(bounds).astype(np.float64)


def _k_weighted(
    samples: FloatArray, start: int, end: int, rate: int
) -> npt.NDArray[np.floating[Any]]:
    """Samples [start, end) of every channel behind both filters; (channels, end − start).

    Filtered by their spectrum: what came before is taken along, so that what a Fourier transform
    carries from the end to the beginning falls into what is thrown away.
    """
    lead = round(SETTLING * rate)
    n = lead + end - start
    begin = max(start - lead, 0)
    part = np.zeros((samples.shape[0], n), dtype=samples.dtype)
    part[:, n - (end - begin) :] = samples[:, begin:end]
    spectrum = np.fft.rfft(part, axis=1)
    spectrum *= _response(n, rate).astype(spectrum.dtype)
    return np.asarray(np.fft.irfft(spectrum, n, axis=1))[:, lead:]


@lru_cache(maxsize=2)
def _response(n: int, rate: int) -> npt.NDArray[np.complex128]:
    """Of both filters in series at the frequencies of a transform of n samples."""
    delay = np.exp(-2j * np.pi * np.arange(n // 2 + 1) / n)
    response = np.ones(delay.shape, dtype=np.complex128)
    for numerator, denominator in _filters(rate):
        response *= np.polyval(numerator[::-1], delay) / np.polyval(denominator[::-1], delay)
    return response


def _filters(rate: int) -> Iterator[tuple[tuple[float, ...], tuple[float, ...]]]:
    """The shelf that stands for the head, and the high-pass: coefficients of z⁰, z⁻¹, z⁻².

    The standard tabulates them for 48 kHz; these are the analogue filters behind that table, by the
    bilinear transform, as B. De Man has worked them out.
    """
    gain, k, q = 10.0 ** (3.999843853973347 / 20.0), _warped(1681.974450955533, rate), 0.7071752369
    middle = gain**0.4996667741545416
    yield (
        (gain + middle * k / q + k * k, 2.0 * (k * k - gain), gain - middle * k / q + k * k),
        (1.0 + k / q + k * k, 2.0 * (k * k - 1.0), 1.0 - k / q + k * k),
    )
    k, q = _warped(38.13547087602444, rate), 0.5003270373238773
    scale = 1.0 + k / q + k * k  # the table leaves the numerator without it
    yield (
        (scale, -2.0 * scale, scale),
        (scale, 2.0 * (k * k - 1.0), 1.0 - k / q + k * k),
    )


def _warped(frequency: float, rate: int) -> float:
    return math.tan(math.pi * min(frequency, 0.499 * rate) / rate)


def _in_blocks(hops: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Sums over four neighbours."""
    return np.convolve(hops, np.ones(HOPS_A_BLOCK), "valid")


def _power(lufs: float) -> float:
    return float(10.0 ** ((lufs - OFFSET) / 10.0))
