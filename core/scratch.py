"""Room for long sounds outside of memory.

A long sound is written to a file without a name and mapped: the system brings in what is looked at
and may take it away again whenever memory is needed for something else. Such a file vanishes with
the process, however that ends.
"""

from __future__ import annotations

import mmap
import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.errors import AudioError

if TYPE_CHECKING:
    from core.types import FloatArray  # which asks for extremes

BLOCK = 2**18  # samples a channel, where nothing else is wanted
PASSED = 16 * 2**20  # bytes of a mapped sound after which they are let go
FROM_BYTES = 48 * 2**20  # a quarter of an hour at 16 kHz; what is shorter stays in memory


@dataclass(frozen=True, slots=True)
class Scratch:
    """Where long sounds are kept.

    folder: on a disk, made where it is missing. from_bytes: smaller sounds stay in memory.
    """

    folder: Path
    from_bytes: int = FROM_BYTES

    def takes(self, channels: int, n_samples: int) -> bool:
        """Whether a sound of so many samples a channel is to be kept here."""
        return 4 * channels * n_samples >= self.from_bytes


class Tape:
    """Blocks (n, C) laid end to end in memory."""

    def __init__(self, channels: int, expected: int) -> None:
        """expected: samples a channel; room is made for them, and for more when they come."""
        self._room = np.empty((channels, expected), dtype=np.float32)
        self.used = 0

    def append(self, block: FloatArray) -> None:
        used = self.used + len(block)
        if used > self._room.shape[1]:
            larger = np.empty((self._room.shape[0], 2 * used), dtype=np.float32)
            larger[:, : self.used] = self._room[:, : self.used]
            self._room = larger
        self._room[:, self.used : used] = block.T
        self.used = used

    def samples(self) -> FloatArray:
        """All that was appended, (C, N), read-only."""
        exact = self.used == self._room.shape[1]
        samples = self._room if exact else self._room[:, : self.used].copy()
        samples.setflags(write=False)
        return samples


class MappedTape:
    """Blocks (n, C) laid end to end in a file without a name."""

    def __init__(self, folder: Path, channels: int) -> None:
        """Raises: AudioError when nothing can be written there."""
        self._folder, self._channels = folder, channels
        self._used = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 – see the next line
        except OSError as error:
            raise self._full(error) from error
        weakref.finalize(self, self._file.close)  # where a sound ends early, too

    def append(self, block: FloatArray) -> None:
        """Raises: AudioError when the disk is full."""
        try:
            self._file.write(np.ascontiguousarray(block, dtype=np.float32).data)
        except OSError as error:
            raise self._full(error) from error
        self._used += len(block)

    def samples(self) -> FloatArray:
        """All that was appended, (C, N), read-only. Nothing can be appended afterwards."""
        shape = (self._channels, self._used)
        if not self._used:
            return np.empty(shape, dtype=np.float32)
        try:
            with self._file as file:
                file.flush()
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise self._full(error) from error
        return np.ndarray(shape, np.float32, buffer=mapped, strides=(4, 4 * self._channels))

    def _full(self, error: OSError) -> AudioError:
        return AudioError(
            f"There is no room for a long sound in “{self._folder}” ({error.strerror or error}); "
            "free some space on that disk."
        )


def new_tape(scratch: Scratch | None, channels: int, n_samples: int) -> Tape | MappedTape:
    """What a sound of about so many samples a channel is laid on: in memory, or where it is long in
    `scratch`. Raises: AudioError when nothing can be written there."""
    if scratch is not None and scratch.takes(channels, n_samples):
        return MappedTape(scratch.folder, channels)
    return Tape(channels, n_samples)


def passing(samples: FloatArray, block: int) -> Iterator[FloatArray]:
    """A sound (C, N) in blocks (n, C) in order of time; of a mapped one little stays in memory."""
    every = max(1, PASSED // (4 * block * max(len(samples), 1)))
    for number, first in enumerate(range(0, samples.shape[1], block)):
        yield samples[:, first : first + block].T
        if number % every == every - 1:
            let_go(samples)
    let_go(samples)


def extremes(samples: FloatArray) -> tuple[float, float]:
    """The lowest and the highest sample of a sound (C, N), but at least 0; NaN where any is NaN."""
    found = [(block.min(), block.max()) for block in passing(samples, BLOCK)]
    return float(np.min(found, initial=0.0)), float(np.max(found, initial=0.0))


def let_go(samples: FloatArray) -> None:
    """Take a mapped sound out of this process's memory; it comes back where it is looked at."""
    if isinstance(samples.base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        samples.base.madvise(mmap.MADV_DONTNEED)
