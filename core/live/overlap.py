"""Windows of a stream that overlap, joined to one sound while they come in."""

from __future__ import annotations

import numpy as np

from core.types import FloatArray


class OverlapAdd:
    """Each moment is the mean of all windows that hold it, those counting most whose middle it is.

    A moment is told when no window to come can hold it, so the sound runs a window's length and
    the time from one window to the next behind the stream.
    """

    def __init__(self, window: int) -> None:
        """window: samples of each."""
        rising = (np.arange(window) + 0.5) / window
        self._weights = np.minimum(rising, 1.0 - rising).astype(np.float32)
        self._sum = np.zeros(window, dtype=np.float32)
        self._weight = np.zeros(window, dtype=np.float32)
        self._first: int | None = None  # sample of the stream at which the sums begin

    @property
    def end(self) -> int:
        """The sample of the stream up to which all was told."""
        return self._first or 0

    def add(self, start: int, samples: FloatArray) -> FloatArray:
        """The window (n,) that begins at sample `start`, not before an earlier one.

        → what is certain now and was not told before, (m,); silence where no window was.
        """
        if self._first is None:
            self._first = start
        passed = start - self._first
        told = np.zeros(passed, dtype=np.float32)
        known = min(passed, len(self._sum))
        weight = self._weight[:known]
        np.divide(self._sum[:known], weight, out=told[:known], where=weight > 0)
        for sums in (self._sum, self._weight):
            sums[: len(sums) - known] = sums[known:].copy()
            sums[len(sums) - known :] = 0.0
        self._sum += self._weights * samples
        self._weight += self._weights
        self._first = start
        return told
