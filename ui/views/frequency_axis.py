"""Frequency scales and their axis.

pyqtgraph's logarithmic mode leaves images alone, so pictures are resampled to rows of the scale and
the axis says which frequency a place on it has. A place is 0 at the bottom and 1 at the top.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt

from core.types import FloatArray
from ui.formatting import hertz_tick
from ui.plotting import pg
from ui.views.time_axis import multiples

Number = TypeVar("Number", np.float32, np.uint8)
ScaleKind = Literal["mel", "linear", "log"]
SCALES: tuple[ScaleKind, ...] = ("mel", "linear", "log")
LOWEST_LOG = 50.0  # Hz; below, a row of the picture would be finer than the transform
TICK_PIXELS, TEXT_PIXELS = 26, 14
LINEAR_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)  # Hz

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FrequencyScale:
    """Where on an axis from `low` to `high` Hz a frequency lies.

    mel: 2595·log10(1 + f/700) (O'Shaughnessy 1987). log: evenly in octaves, from `LOWEST_LOG`.
    """

    kind: ScaleKind
    high: float

    @property
    def low(self) -> float:
        return min(LOWEST_LOG, self.high / 2) if self.kind == "log" else 0.0

    def place(self, hertz: npt.ArrayLike) -> Floats:
        """0…1 for frequencies between `low` and `high`; outside, beyond."""
        bottom, top = self._bend(self.low), self._bend(self.high)
        return np.asarray((self._bend(hertz) - bottom) / (top - bottom))

    def hertz(self, place: npt.ArrayLike) -> Floats:
        bottom, top = self._bend(self.low), self._bend(self.high)
        return self._unbend(bottom + np.asarray(place, dtype=np.float64) * (top - bottom))

    def _bend(self, hertz: npt.ArrayLike) -> Floats:
        values = np.asarray(hertz, dtype=np.float64)
        if self.kind == "mel":
            return np.asarray(np.log1p(values / 700.0))
        if self.kind == "log":
            return np.asarray(np.log(np.maximum(values, 1e-3)))
        return values

    def _unbend(self, bent: Floats) -> Floats:
        if self.kind == "mel":
            return np.asarray(700.0 * np.expm1(bent))
        return np.asarray(np.exp(bent)) if self.kind == "log" else bent


class RowMap:
    """Resamples the rows of a spectrogram to `rows` even rows of a scale, row 0 at the bottom.

    A row in whose span lie lines of the transform is the loudest of them, so that no pure tone is
    lost where rows are fewer than lines; others are interpolated.
    """

    def __init__(self, frequencies: FloatArray, scale: FrequencyScale, rows: int) -> None:
        self.rows = rows
        edges = scale.hertz(np.linspace(0.0, 1.0, rows + 1))
        edges[-1] += 1e-3  # the line on the top edge belongs to the last row
        place = np.interp(
            scale.hertz((np.arange(rows) + 0.5) / rows), frequencies, np.arange(len(frequencies))
        )
        bounds = np.searchsorted(frequencies, edges)
        has_lines = bounds[1:] > bounds[:-1]
        self._loudest = np.flatnonzero(has_lines)
        self._first = bounds[self._loudest]
        lines = bounds[self._loudest + 1] - self._first
        # Row by row this is several times faster than one reduction with bounds. By how many lines
        # a row has beyond the first: which rows, and where that line is.
        self._further = [
            (rows, self._first[rows] + beyond)
            for beyond in range(1, int(lines.max(initial=1)))
            for rows in [np.flatnonzero(lines > beyond)]
        ]
        self._between = np.flatnonzero(~has_lines)
        below = np.minimum(place[self._between].astype(np.intp), len(frequencies) - 1)
        self._below, self._above = below, np.minimum(below + 1, len(frequencies) - 1)
        self._weight = (place[self._between] - below).astype(np.float32)[:, None]

    def apply(self, values: npt.NDArray[Number]) -> npt.NDArray[Number]:
        """(bins, columns) → (rows, columns) of the same kind, whole numbers rounded."""
        result = np.empty((self.rows, values.shape[1]), dtype=values.dtype)
        if len(self._between):
            below = values[self._below].astype(np.float32, copy=False)
            between = below + self._weight * (values[self._above] - below)
            if np.issubdtype(values.dtype, np.integer):
                between += np.float32(0.5)
            result[self._between] = between
        if len(self._loudest):
            loudest = values[self._first]
            for rows, lines in self._further:
                loudest[rows] = np.maximum(loudest[rows], values[lines])
            result[self._loudest] = loudest
        return result


class FrequencyAxis(pg.AxisItem):
    """Left of a picture whose places are those of a `FrequencyScale`; ticks at round Hz."""

    def __init__(self) -> None:
        super().__init__("left", maxTickLength=4)
        self.frequency_scale = FrequencyScale("mel", 8000.0)
        self.setStyle(maxTextLevel=0, tickTextOffset=4, hideOverlappingLabels=3)

    def show_scale(self, scale: FrequencyScale) -> None:
        self.frequency_scale = scale
        self.picture = None  # what pyqtgraph has drawn so far
        self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list]]:
        scale = self.frequency_scale
        distance = TICK_PIXELS / max(size, 1.0) * (maxVal - minVal)
        cut = TEXT_PIXELS / 2 / max(size, 1.0) * (maxVal - minVal)  # off a number at the very top
        low, high = (float(value) for value in scale.hertz([minVal, maxVal]))
        chosen: list[float] = []
        for tick in _by_roundness(scale.kind, max(low, 0.0), high, distance / (maxVal - minVal)):
            place = float(scale.place(tick))
            if minVal - 1e-9 <= place <= maxVal - cut and all(
                abs(place - other) >= distance for other in chosen
            ):
                chosen.append(place)
        return [(1.0, sorted(chosen))]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [hertz_tick(round(float(self.frequency_scale.hertz(value)), 3)) for value in values]


def _by_roundness(kind: ScaleKind, low: float, high: float, share: float) -> Iterator[float]:
    """Frequencies that could carry a tick, the roundest first. share: of the axis a tick takes."""
    if kind == "linear":
        wanted = share * (high - low)
        step = next((step for step in LINEAR_STEPS if step >= wanted), LINEAR_STEPS[-1])
        yield from multiples(step, low, high)
        return
    if low == 0.0:
        yield 0.0
    for digits in ((1,), (2, 5), (3, 4, 6, 7, 8, 9)):
        for power in count(1):
            if 10.0**power > high:
                break
            yield from (digit * 10.0**power for digit in digits if low <= digit * 10**power <= high)
    for step in reversed(LINEAR_STEPS):  # a narrow stretch, between which no rounder ones lie
        if 2 <= (high - low) / step <= 4 / share:
            yield from multiples(step, low, high)
