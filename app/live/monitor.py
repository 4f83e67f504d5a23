"""Hearing what explains while it happens: explained windows joined to a sound on its way out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from app.audio.ring import RingBuffer
from core.conversion import Conversion
from core.live.frames import LiveExplanation
from core.live.overlap import OverlapAdd
from core.types import AudioClip, FloatArray

WAITING = 0.4  # s of sound kept ready, so that an explanation that comes late is not heard
MOST = 1.2  # s; more has piled up because the two devices' clocks differ, and is passed over
ROOM = 5.0  # s that the ring holds
FADE = 0.005  # s
CHUNK = 4096  # frames that the callback takes at a time


class _Told(NamedTuple):
    """captured: when, on the clock of the microphone, the ring's sample number `sample` was."""

    sample: int
    captured: float


class _Way:
    """From explained windows to samples of one output.

    The thread that explains does the work; what it leaves in the ring, the callback copies.
    """

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.ring = RingBuffer(round(ROOM * rate), 1)
        self.joined: OverlapAdd | None = None
        self.conversion: Conversion | None = None
        self.told: _Told | None = None
        # Of the callback:
        self.read = 0
        self.sounding = False
        self._copied = np.empty((CHUNK, 1), dtype=np.float32)
        self._rise = np.linspace(0, 1, round(FADE * rate), dtype=np.float32)[:, None]

    def add_to(self, out: FloatArray) -> None:
        """out: at most CHUNK frames."""
        ready = self.ring.count - self.read
        starting = not self.sounding
        if starting or ready > MOST * self.rate:
            waiting = round(WAITING * self.rate)
            if ready < waiting:
                return
            self.read, ready = self.ring.count - waiting, waiting
            starting = self.sounding = True
        samples = self._copied[: min(ready, len(out))]
        self.ring.copy(self.read, samples)
        self.read += len(samples)
        if starting:
            ramp = self._ramp(len(samples))
            samples[: len(ramp)] *= ramp
        if ready < 2 * len(out):  # not enough for the block to come
            ramp = self._ramp(len(samples))
            samples[len(samples) - len(ramp) :] *= ramp[::-1]
            self.sounding = False
        out[: len(samples)] += samples

    def _ramp(self, most: int) -> FloatArray:
        """From 0 to 1 in 5 ms, or in `most` frames where those are fewer."""
        return self._rise[:: -(-len(self._rise) // max(most, 1))]


class Monitor:
    """`feed` it in the thread that explains; the output's callback takes with `add_to`."""

    def __init__(self) -> None:
        self._way: _Way | None = None

    def begin(self, rate: int) -> None:
        """An output at `rate` Hz was opened; what was on its way to another one is dropped."""
        self._way = _Way(rate)

    def feed(self, explained: LiveExplanation, sound: AudioClip) -> None:
        """sound: the explained window as it is to be heard, mono."""
        way = self._way
        if way is None:
            return
        if way.joined is None or way.conversion is None:
            way.joined = OverlapAdd(sound.n_samples)
            way.conversion = Conversion((1, 1), (sound.sample_rate, way.rate))
        start = round(explained.start * sound.sample_rate)
        told = way.joined.add(start, sound.samples[0])
        if len(told):
            way.ring.write(way.conversion.feed(told[:, None]))
        behind = explained.end - explained.start + way.conversion.lag
        way.told = _Told(way.ring.count, explained.captured - behind)

    def delay(self, now: float, latency: float) -> float | None:
        """s from the microphone to the ear of what is heard now; None while nothing is.

        now: on the microphone's clock. latency: s from the callback to the connector.
        """
        way = self._way
        if way is None or way.told is None or not way.sounding:
            return None
        heard = way.told.captured - (way.told.sample - way.read) / way.rate
        return now - heard + latency

    def add_to(self, out: FloatArray) -> None:
        """The callback: adds the next frames to `out`, (frames, channels)."""
        way = self._way
        if way is not None:
            for first in range(0, len(out), CHUNK):
                way.add_to(out[first : first + CHUNK])
