"""The spectrogram of a sound of any length as tiles of several resolutions.

Level 0 has the transform's own frames, a column each; a column of level n is the loudest of 2ⁿ
frames, so that a click stays visible however much time a picture shows. A tile has `TILE` columns.

The levels from `PyramidPlan.kept` up are made in one sweep over the sound and kept; finer tiles are
made from the samples when they are looked at. So an hour takes some 100 MB, not gigabytes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from core.frames import frames_of, magnitudes, window_of
from core.job import CancelToken
from core.types import AudioClip, FloatArray

TILE = 1024  # columns
PIECE = 256  # columns of the finest kept level that one step of a sweep makes
KEPT_BYTES = 32 * 2**20  # of the finest kept level; all of them together take twice that
FRAMES_AT_ONCE = 2048  # between two looks at the cancel token: some 20 ms
SILENCE = -300.0  # dB of full scale of what is softer

TilePlace = tuple[int, int]
"""Level and index of a tile."""
HalfArray = npt.NDArray[np.float16]


@dataclass(frozen=True)
class PyramidPlan:
    """The measures of a clip's pyramid."""

    clip: AudioClip

    @cached_property
    def window(self) -> int:
        return window_of(self.clip.sample_rate)

    @property
    def hop(self) -> float:
        """Seconds from frame to frame."""
        return self.window / 4 / self.clip.sample_rate

    @cached_property
    def frequencies(self) -> FloatArray:
        """Hz per bin."""
        lines = np.arange(self.window // 2 + 1) * (self.clip.sample_rate / self.window)
        return lines.astype(np.float32)

    @cached_property
    def n_frames(self) -> int:
        return frames_of(self.clip.n_samples, self.window)

    @cached_property
    def coarsest(self) -> int:
        """The level at which one tile holds everything."""
        return max(0, math.ceil(math.log2(self.n_frames / TILE)))

    @cached_property
    def kept(self) -> int:
        """The finest level that is kept."""
        n_bytes = 2 * self.n_frames * (self.window // 2 + 1)
        return min(self.coarsest, max(0, math.ceil(math.log2(n_bytes / KEPT_BYTES))))

    def columns_of(self, level: int) -> int:
        return -(-self.n_frames // (1 << level))


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What one step of a sweep found out.

    tiles: those of the kept levels that changed, in dB of full scale. loudest: the largest
    magnitude so far. share: of the sweep that is done.
    """

    tiles: Mapping[TilePlace, HalfArray]
    loudest: float
    share: float


class PyramidSweep:
    """Makes the kept levels of a pyramid, step by step from the start of the sound to its end.

    Belongs to one thread; what it returns is read-only. What the sweep has not come to yet is
    silent.
    """

    def __init__(self, plan: PyramidPlan) -> None:
        self.plan = plan
        self._done = 0  # columns of the finest kept level
        self._loudest = 0.0
        self._open: dict[int, tuple[int, FloatArray]] = {}  # by level: the tile under way

    @property
    def is_complete(self) -> bool:
        return self._done >= self.plan.columns_of(self.plan.kept)

    def step(self, cancel: CancelToken) -> Step:
        """The next piece, in every tile that it is part of. Raises: Cancelled."""
        plan, first = self.plan, self._done
        last = min(first + PIECE, plan.columns_of(plan.kept))
        columns = _columns(plan, plan.kept, first, last, cancel)
        self._loudest = max(self._loudest, float(columns.max()))
        values, changed = _decibels(columns), {}
        for level in range(plan.kept, plan.coarsest + 1):
            index, place = divmod(first, TILE)
            tile = self._tile(level, index)
            tile[:, place : place + values.shape[1]] = values
            changed[level, index] = _half(tile)
            values, first = _halved(values), first // 2
        self._done = last
        share = last / plan.columns_of(plan.kept)
        return Step(MappingProxyType(changed), self._loudest, share)

    def _tile(self, level: int, index: int) -> FloatArray:
        known = self._open.get(level)
        if known is not None and known[0] == index:
            return known[1]
        width = min(TILE, self.plan.columns_of(level) - index * TILE)
        tile = np.full((len(self.plan.frequencies), width), SILENCE, dtype=np.float32)
        self._open[level] = index, tile
        return tile


def fine_tile(plan: PyramidPlan, level: int, index: int, cancel: CancelToken) -> FloatArray:
    """A tile of any level from the samples, in dB of full scale (bins, ≤ TILE); read-only.

    Raises: Cancelled.
    """
    last = min((index + 1) * TILE, plan.columns_of(level))
    values = _decibels(_columns(plan, level, index * TILE, last, cancel))
    values.setflags(write=False)
    return values


def _columns(
    plan: PyramidPlan, level: int, first: int, last: int, cancel: CancelToken
) -> FloatArray:
    """Magnitudes of columns first … last − 1, (bins, columns): the largest of 2**level frames."""
    group = 1 << level
    columns = np.empty((len(plan.frequencies), last - first), dtype=np.float32)
    step = max(FRAMES_AT_ONCE // group, 1)
    for begin in range(first, last, step):
        cancel.raise_if_set()
        end = min(begin + step, last)
        frames = begin * group, min(end * group, plan.n_frames)
        block = magnitudes(plan.clip.samples, plan.window, *frames)
        if group > 1:
            block = np.maximum.reduceat(block, np.arange(0, block.shape[1], group), axis=1)
        columns[:, begin - first : end - first] = block
    return columns


def _decibels(values: FloatArray) -> FloatArray:
    softest = np.float32(10.0 ** (SILENCE / 20.0))
    db: FloatArray = np.float32(20.0) * np.log10(np.maximum(values, softest))
    return db


def _halved(values: FloatArray) -> FloatArray:
    """The larger of each two columns; an odd one stays by itself."""
    pairs = values.shape[1] // 2
    halved = np.maximum(values[:, : 2 * pairs : 2], values[:, 1 : 2 * pairs : 2])
    return np.concatenate([halved, values[:, 2 * pairs :]], axis=1)


def _half(values: FloatArray) -> HalfArray:
    """In half the memory: steps of at most 1/8 dB, which no colour shows."""
    half = values.astype(np.float16)
    half.setflags(write=False)
    return half
