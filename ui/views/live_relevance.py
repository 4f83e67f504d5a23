"""Relevance of a stream, gathered from windows that overlap."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


class StreamRelevance:
    """Each moment has the mean of all windows that hold it; those count most whose middle it is.

    A moment enters at a window's right edge and leaves at its left, where a classifier hardly looks
    at it: its last explanation alone would say little.
    """

    def __init__(self, seconds: float) -> None:
        """seconds: that are remembered, at least."""
        self._seconds = seconds
        self._sum: Floats = np.zeros((0, 0), dtype=np.float32)
        self._weight: Floats = np.zeros(0, dtype=np.float32)
        self._first = 0  # frame of the stream at which they begin
        self.step = 1.0  # s of a frame
        self.end = 0.0  # s up to which the stream was explained
        self.edges: npt.NDArray[np.float64] = np.zeros(0)  # Hz, one more than there are bands

    @property
    def start(self) -> float:
        """s at which `mean` begins."""
        return self._first * self.step

    def mean(self) -> Floats:
        """(bands, frames); 0 where no window was."""
        return self._sum / np.maximum(self._weight, 1e-6)

    def add(
        self, values: npt.ArrayLike, edges: npt.ArrayLike, start: float, end: float, step: float
    ) -> None:
        """values: (bands, F) of the window [start, end] s, between `edges` in Hz. step: seconds of
        a frame."""
        given = np.asarray(values, dtype=np.float32)
        bands, count = given.shape
        self.edges = np.asarray(edges, dtype=np.float64)
        if len(self._sum) != bands or not np.isclose(self.step, step):
            self.step = step
            self._sum = np.zeros((bands, 0), dtype=np.float32)
            self._weight = np.zeros(0, dtype=np.float32)
            self._first = max(0, round(start / self.step))
        first = round(start / self.step)
        self._make_room(first + count)
        place = np.arange(first, first + count) - self._first
        seen = place >= 0
        rising = (np.arange(count) + 0.5) / count
        weights = np.minimum(rising, 1.0 - rising).astype(np.float32)[seen]
        self._sum[:, place[seen]] += weights * given[:, seen]
        self._weight[place[seen]] += weights
        self.end = max(self.end, end)

    def pass_over(self, end: float) -> None:
        """The stream was explained up to `end` s, with nothing that is to be shown."""
        self.end = max(self.end, end)

    def _make_room(self, end: int) -> None:
        missing = max(0, end - self._first - len(self._weight))
        gone = max(0, len(self._weight) + missing - round(self._seconds / self.step))
        self._sum = np.pad(self._sum, ((0, 0), (0, missing)))[:, gone:]
        self._weight = np.pad(self._weight, (0, missing))[gone:]
        self._first += gone
