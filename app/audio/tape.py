"""A clip as an output plays it, made second by second as it is about to be heard.

An hour at the rate of the sound card is more than memory should hold and takes seconds to make, so
nothing is made until it is needed, and what was heard long ago is forgotten again.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np

from core.conversion import Conversion, resampled_length
from core.prepare import louder_of
from core.types import AudioClip, FloatArray

KEPT = 60  # pieces of a second that a tape holds at most
REACH = 512  # samples, at the lower rate, beyond which the resampler's filter hears nothing


class OutputFormat(NamedTuple):
    """Of an open output; rate in Hz."""

    rate: int
    channels: int


class Tape:
    """The samples of a clip at the rate of an output, as float32 (frames, channels or 1).

    They are those that `core.prepare` makes of the whole clip. A clip with neither one channel nor
    those of the output is mixed down. One thread makes pieces while another may copy from them;
    what is not made yet is silent.
    """

    def __init__(self, clip: AudioClip, output: OutputFormat, kept: int = KEPT) -> None:
        """kept: how many pieces are held at most; those made first are forgotten first."""
        self.clip = clip
        self.channels = clip.n_channels if clip.n_channels == output.channels else 1
        self.rate = output.rate  # in Hz, and so many frames are a piece
        self._kept = kept
        self._length = resampled_length(clip.n_samples, clip.sample_rate, self.rate)
        self._pieces: list[FloatArray | None] = [None] * -(-self._length // self.rate)
        self._made: deque[int] = deque()

    def __len__(self) -> int:
        return self._length

    @cached_property
    def _taken(self) -> int | None:
        """The channel that is heard alone; as all of the clip is, and not piece by piece."""
        return louder_of(self.clip) if self.channels < self.clip.n_channels else None

    def missing(self, first: int, last: int) -> Iterator[int]:
        """Numbers of the pieces that hold frames of first…last and are not made, in order."""
        first, last = max(first, 0), min(last, self._length)
        if first < last:
            for number in range(first // self.rate, -(-last // self.rate)):
                if self._pieces[number] is None:
                    yield number

    def make(self, number: int) -> None:
        """Make a piece; about a millisecond."""
        clip, rate = self.clip, self.rate
        # Second for second both rates have whole samples, and so has every multiple of this unit.
        unit = clip.sample_rate // math.gcd(clip.sample_rate, rate)
        reach = REACH * max(1.0, clip.sample_rate / rate)
        margin = math.ceil(reach / unit) * unit
        start = max(number * clip.sample_rate - margin, 0)
        end = (number + 1) * clip.sample_rate + margin
        around = clip.samples[:, start:end].T
        conversion = Conversion(
            (clip.n_channels, self.channels), (clip.sample_rate, rate), self._taken
        )
        made = np.concatenate([conversion.feed(around), conversion.finish()])
        skipped = (number * clip.sample_rate - start) * rate // clip.sample_rate
        self._pieces[number] = made[skipped : skipped + rate].copy()  # without the margins
        self._made.append(number)
        if len(self._made) > self._kept:
            self._pieces[self._made.popleft()] = None

    def copy_to(self, out: FloatArray, position: int) -> None:
        """The frames from `position` on into `out`, (frames, channels); silence behind the end.

        Allocates no array: it is called by the audio callback.
        """
        done = 0
        while done < len(out):
            number, first = divmod(position + done, self.rate)
            piece = self._pieces[number] if number < len(self._pieces) else None
            n = min(len(out) - done, self.rate - first)
            here = 0 if piece is None else max(0, min(n, len(piece) - first))
            if piece is not None and here:
                out[done : done + here] = piece[first : first + here]
            out[done + here : done + n] = 0.0
            done += n
