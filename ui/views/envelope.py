"""The outline of a sound at every zoom: smallest and largest sample of each group."""

from __future__ import annotations

from typing import ClassVar
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt

from core.types import AudioClip, FloatArray

BLOCK = 256  # samples of a group of the finest level; below that the samples themselves are read
FACTOR = 8  # groups of one level in a group of the next
CHUNK = 1 << 18  # samples per step: a few milliseconds of work

Floats = npt.NDArray[np.float64]


class Envelope:
    """A pyramid of extremes over all channels.

    It is built in steps (`grow`), so that an hour of sound blocks nothing; what is not built yet is
    not a number. `Envelope(clip)` alone has built nothing; `Envelope.of(clip)` everything.
    `Envelope.shared(clip)` is the same one for all who show the clip, as far as it is built.
    """

    _shared: ClassVar[WeakValueDictionary[int, Envelope]] = WeakValueDictionary()

    def __init__(self, clip: AudioClip) -> None:
        self.sample_rate = clip.sample_rate
        self.n_samples = clip.n_samples
        self._samples = clip.samples
        self._done = 0
        groups = -(-clip.n_samples // BLOCK)
        self._levels: list[tuple[FloatArray, FloatArray]] = []
        while not self._levels or groups > 2 * FACTOR:
            if self._levels:
                groups = -(-groups // FACTOR)
            empty = np.full((2, groups), np.nan, dtype=np.float32)
            self._levels.append((empty[0], empty[1]))
        self.peak = 0.0

    @classmethod
    def of(cls, clip: AudioClip) -> Envelope:
        envelope = cls(clip)
        while envelope.grow():
            pass
        return envelope

    @classmethod
    def shared(cls, clip: AudioClip) -> Envelope:
        # While an envelope lives its samples do, so that no other array has their number.
        known = cls._shared.get(id(clip.samples))
        if known is None:
            known = cls._shared[id(clip.samples)] = cls(clip)
        return known

    @property
    def seconds(self) -> float:
        return self.n_samples / self.sample_rate

    @property
    def is_complete(self) -> bool:
        return self._done >= self.n_samples

    def grow(self) -> bool:
        """Build on for `CHUNK` samples; whether there is more to do."""
        first, last = self._done, min(self._done + CHUNK, self.n_samples)
        if first >= last:
            return False
        part = self._samples[:, first:last]
        starts = np.arange(0, last - first, BLOCK)
        low = np.minimum.reduceat(part.min(axis=0), starts)
        high = np.maximum.reduceat(part.max(axis=0), starts)
        self.peak = max(self.peak, float(-low.min()), float(high.max()))
        place = first // BLOCK
        for number, (lows, highs) in enumerate(self._levels):
            if number:
                # A group may have begun in the chunk before: it is made again from the level below.
                below_low, below_high = self._levels[number - 1]
                begin = place // FACTOR * FACTOR
                starts = np.arange(0, len(low) + place - begin, FACTOR)
                end = place + len(low)
                low = np.fmin.reduceat(below_low[begin:end], starts)
                high = np.fmax.reduceat(below_high[begin:end], starts)
                place = begin // FACTOR
            lows[place : place + len(low)] = low
            highs[place : place + len(high)] = high
        self._done = last
        return last < self.n_samples

    def extremes(self, start: float, end: float, columns: int) -> tuple[Floats, Floats]:
        """Smallest and largest sample in each of `columns` equal parts of [start, end] seconds.

        NaN where there is no sound or it is not built yet. A part shorter than a sample has the
        sample it lies in, so that a curve through the parts has steps, as the samples have.
        """
        edges = np.linspace(start, end, columns + 1) * self.sample_rate
        per_column = (edges[-1] - edges[0]) / columns
        size, lows, highs = 1, self._samples, self._samples
        for number, (low, high) in enumerate(self._levels):
            if BLOCK * FACTOR**number <= per_column:
                size, lows, highs = BLOCK * FACTOR**number, low[None], high[None]
        n_groups = lows.shape[1]
        firsts = np.floor(edges[:-1] / size).astype(np.int64)
        lasts = np.maximum(np.ceil(edges[1:] / size - 1e-9).astype(np.int64), firsts + 1)
        inside = (lasts > 0) & (firsts < n_groups)
        result = np.full((2, columns), np.nan)
        if inside.any():
            firsts = np.clip(firsts[inside], 0, n_groups - 1)
            lasts = np.clip(lasts[inside], 1, n_groups)
            begin, end_group = int(firsts[0]), int(lasts[-1])
            # reduceat takes pairs of bounds; one group more lets a bound be the very end.
            bounds = np.stack([firsts, lasts], axis=1).ravel() - begin
            low = _padded(lows[:, begin:end_group].min(axis=0))
            high = _padded(highs[:, begin:end_group].max(axis=0))
            result[0, inside] = np.fmin.reduceat(low, bounds)[::2]
            result[1, inside] = np.fmax.reduceat(high, bounds)[::2]
        return result[0], result[1]


def _padded(values: FloatArray) -> FloatArray:
    return np.append(values, np.float32(np.nan))
