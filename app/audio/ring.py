"""The newest stretch of a sound that never ends, between a callback and whoever reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.types import FloatArray


class Fresh(NamedTuple):
    """What came in since the last read.

    samples: float32 (n, channels), the reader's own. end: the count to pass to the next read. lost:
    frames that were overwritten before they could be read; they lie before `samples`.
    """

    samples: FloatArray
    end: int
    lost: int


class RingBuffer:
    """Holds the newest frames; one thread writes, others read, nobody waits.

    Readers keep their own count of what they have seen and change nothing here, so there may be
    several. A write announces what it is about to overwrite before it does, and publishes its
    frames after; a reader looks at the first after copying and drops what may have changed
    meanwhile. This is correct where single attributes are read and written whole, as in CPython.
    """

    def __init__(self, capacity: int, channels: int) -> None:
        """capacity: in frames, ≥ 1."""
        self._samples = np.zeros((capacity, channels), dtype=np.float32)
        self._count = self._announced = 0

    @property
    def capacity(self) -> int:
        """In frames."""
        return len(self._samples)

    @property
    def channels(self) -> int:
        return int(self._samples.shape[1])

    @property
    def count(self) -> int:
        """Frames written so far, those overwritten included."""
        return self._count

    def write(self, block: FloatArray) -> None:
        """The writer's thread: copies a block (n, channels). Allocates no array."""
        count, capacity = self._count, len(self._samples)
        self._announced = after = count + len(block)
        kept = block[-capacity:]
        start = (after - len(kept)) % capacity
        first = min(len(kept), capacity - start)
        self._samples[start : start + first] = kept[:first]
        self._samples[: len(kept) - first] = kept[first:]
        self._count = after

    def copy(self, count: int, out: FloatArray) -> None:
        """A reader that must not wait: fills `out` (n, channels) from frame number `count` on.

        Those frames must be there. Allocates no array.
        """
        start = count % self.capacity
        first = min(len(out), self.capacity - start)
        out[:first] = self._samples[start : start + first]
        out[first:] = self._samples[: len(out) - first]

    def newest(self, frames: int) -> FloatArray:
        """The last so many frames, fewer where there are not as many."""
        return self.since(max(self._count - frames, 0)).samples

    def since(self, count: int) -> Fresh:
        """All frames from number `count` on that are still there."""
        end, capacity = self._count, len(self._samples)
        begin = max(count, end - capacity, 0)
        start, n = begin % capacity, end - begin
        first = min(n, capacity - start)
        samples = np.empty((n, self._samples.shape[1]), dtype=np.float32)
        samples[:first] = self._samples[start : start + first]
        samples[first:] = self._samples[: n - first]
        changed = min(max(self._announced - capacity - begin, 0), n)  # overwritten as we copied
        return Fresh(samples[changed:], end, begin + changed - count)


@dataclass(frozen=True, slots=True, eq=False)
class Tap:
    """Where live sound can be read: the ring an open device writes to, and its rate in Hz.

    latency: s from the connector to the ring. Another object is another device, or the same one
    after it was closed: sound was missed in between.
    """

    ring: RingBuffer
    rate: int
    latency: float
