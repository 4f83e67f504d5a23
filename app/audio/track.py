"""One version of a sound as the callback reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from app.audio.tape import Tape
from core.types import FloatArray

EDGE = 0.005  # s; so long a window takes over from what is around it, and hands back


class _Section(NamedTuple):
    """Frames of a window. ramp: its weight against what is around it; None where it is alone."""

    first: int
    last: int
    ramp: FloatArray | None


class Track:
    """A clip, a window of which may be replaced by another sound.

    The two cross-fade over the first and the last 5 ms of the window, in straight lines whose sum
    is one; not where the window begins or ends with the clip. Never changed once it is made.
    """

    def __init__(
        self,
        whole: Tape,
        gain: float = 1.0,
        window: Tape | None = None,
        first: int = 0,
        window_gain: float = 1.0,
    ) -> None:
        """first: the window's first frame. gain, window_gain: amplitude factors.

        A window that reaches beyond the clip is cut there.
        """
        self.whole, self.window = whole, window
        self._gain, self._window_gain = np.float32(gain), np.float32(window_gain)
        self._first = first
        self._sections = (
            () if window is None else _sections(len(whole), first, len(window), whole.rate)
        )

    def __len__(self) -> int:
        return len(self.whole)

    @property
    def channels(self) -> int:
        """The most that one of its parts has."""
        return max(tape.channels for tape in (self.whole, self.window) if tape is not None)

    def missing(self, first: int, last: int) -> Iterator[tuple[Tape, int]]:
        """What of the frames first…last is not made yet: numbers of pieces, by their tapes."""
        alone = [(part.first, part.last) for part in self._sections if part.ramp is None]
        if self.window is None or not alone:
            alone = [(last, last)]
        for start, end in ((first, min(last, alone[0][0])), (max(first, alone[0][1]), last)):
            for number in self.whole.missing(start, end):
                yield self.whole, number
        if self.window is not None:
            for number in self.window.missing(first - self._first, last - self._first):
                yield self.window, number

    def copy_to(self, out: FloatArray, position: int, spare: FloatArray) -> None:
        """The frames from `position` on into `out`, (frames, channels).

        spare: as large as `out`; what is in it afterwards means nothing. Allocates no array.
        """
        self.whole.copy_to(out, position)
        np.multiply(out, self._gain, out=out)
        if self.window is None:
            return
        for section in self._sections:
            start, end = max(section.first, position), min(section.last, position + len(out))
            if start >= end:
                continue
            part, around = spare[: end - start], out[start - position : end - position]
            self.window.copy_to(part, start - self._first)
            np.multiply(part, self._window_gain, out=part)
            if section.ramp is None:
                around[:] = part
            else:
                np.subtract(part, around, out=part)
                ramp = section.ramp[start - section.first : end - section.first]
                np.multiply(part, ramp, out=part)
                np.add(around, part, out=around)


def _sections(length: int, first: int, frames: int, rate: int) -> tuple[_Section, ...]:
    """How a window of so many frames takes over in a clip of `length` frames, and hands back."""
    edge = round(EDGE * rate)
    end = min(first + frames, length)
    if length - end < edge:
        end = length  # so short a remainder comes from rounding and would only click
    edge = min(edge, (end - first) // 2)
    up: FloatArray = (np.arange(1, edge + 1) / (edge + 1)).astype(np.float32)[:, None]
    rising, falling = first > 0, end < length
    start_alone, end_alone = first + edge * rising, end - edge * falling
    return (
        _Section(first, start_alone, up),
        _Section(start_alone, end_alone, None),
        _Section(end_alone, end, up[::-1]),
    )
