"""The newest stretch of a stream, addressed by where it lies in the stream."""

from __future__ import annotations

import numpy as np

from core.types import FloatArray


class History:
    """Remembers the last seconds of a mono stream; samples are counted from the stream's start."""

    def __init__(self, capacity: int) -> None:
        """capacity: samples that can always be looked back, ≥ 1."""
        self._room = np.zeros(2 * capacity, dtype=np.float32)
        self._capacity = capacity
        self._used = 0
        self.count = 0

    def remember(self, capacity: int) -> None:
        """So many samples, if not more, can be looked back from now on."""
        if capacity > self._capacity:
            room = np.zeros(2 * capacity, dtype=np.float32)
            room[: self._used] = self._room[: self._used]
            self._room, self._capacity = room, capacity

    @property
    def first(self) -> int:
        """The oldest sample there is."""
        return self.count - self._used

    def append(self, samples: FloatArray) -> None:
        """samples: (n,), the next of the stream."""
        kept = samples[-self._capacity :]
        if len(kept) < len(samples):
            self._used = 0  # nothing before this block can be looked back at any more
        if self._used + len(kept) > len(self._room):  # seldom, so it is cheap on average
            older = self._capacity
            self._room[:older] = self._room[self._used - older : self._used]
            self._used = older
        self._room[self._used : self._used + len(kept)] = kept
        self._used += len(kept)
        self.count += len(samples)

    def stretch(self, start: int, end: int) -> FloatArray:
        """A copy of samples start…end; silence where the stream had not begun or is forgotten.

        Raises: ValueError when `end` is still to come.
        """
        if end > self.count:
            raise ValueError(f"sample {end} has not come in yet, only {self.count}")
        found = np.zeros(end - start, dtype=np.float32)
        begin = max(start, self.first)
        if begin < end:
            offset = begin - self.first
            found[begin - start :] = self._room[offset : offset + end - begin]
        return found
