"""Overlapping windows of a sound, joined to one sound while they come in."""

from __future__ import annotations

import numpy as np

from core.scratch import Scratch, new_tape
from core.types import FloatArray


class CrossfadeJoin:
    """Windows in order of time, with linear cross-fades over each overlap.

    The two gains of a cross-fade sum to one, so windows cut from one signal give that signal back.
    Memory holds the newest window and, unless that is kept elsewhere, the sound.
    """

    def __init__(self, channels: int, total: int, scratch: Scratch | None = None) -> None:
        """total: samples of the whole sound. scratch: where it is kept if it is long.

        Raises: AudioError when nothing can be written there.
        """
        self._tape, self._total = new_tape(scratch, channels, total), total
        self._open = np.zeros((channels, 0), dtype=np.float32)  # what a window to come may overlap
        self._start = 0  # of that

    def add(self, start: int, piece: FloatArray) -> None:
        """The window (C, n) that begins at sample `start`.

        It begins no earlier than the one before, and before or where that ends; it ends no earlier.
        Raises: ValueError when it does not, which is a defect of the caller; AudioError when the
        disk is full.
        """
        done, end = self._start + self._open.shape[1], start + piece.shape[1]
        if not self._start <= start <= done <= end <= self._total:
            raise ValueError(f"a piece {start}…{end} cannot follow {done} of {self._total} samples")
        self._tape.append(self._open[:, : start - self._start].T)
        before, overlap = self._open[:, start - self._start :], done - start
        gain = ((np.arange(overlap) + 0.5) / max(overlap, 1)).astype(np.float32)
        joined = np.array(piece, dtype=np.float32)
        joined[:, :overlap] = before + gain * (piece[:, :overlap] - before)
        self._open, self._start = joined, start

    def samples(self) -> FloatArray:
        """The whole, float32 (C, total), read-only. Nothing can be added afterwards.

        Raises: ValueError when the windows do not cover it; AudioError when the disk is full.
        """
        done = self._start + self._open.shape[1]
        if done != self._total:
            raise ValueError(f"the pieces end at {done} of {self._total} samples")
        self._tape.append(self._open.T)
        return self._tape.samples()
