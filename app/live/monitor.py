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


class _Told(NamedTuple):
    """captured: when, on the clock of the microphone, the ring's sample number `sample` was."""

    sample: int
    captured: float


class _Way:
    """From explained windows to samples of one output."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.ring = RingBuffer(round(ROOM * rate), 1)
        self.joined: OverlapAdd | None = None
        self.conversion: Conversion | None = None
        self.told: _Told | None = None
        # Of the callback:
        self.read = 0
        self.sounding = False


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
        if way is None:
            return
        ready = way.ring.count - way.read
        fade = min(round(FADE * way.rate), len(out))
        starting = not way.sounding
        if starting or ready > MOST * way.rate:
            if ready < WAITING * way.rate:
                return
            way.read = way.ring.count - round(WAITING * way.rate)
            starting = way.sounding = True
        samples = way.ring.since(way.read).samples[: len(out)]
        way.read += len(samples)
        if starting:
            samples[:fade] *= np.linspace(0, 1, len(samples[:fade]), dtype=np.float32)[:, None]
        if ready < 2 * len(out):  # not enough for the block to come
            ending = samples[-fade:]
            ending *= np.linspace(1, 0, len(ending), dtype=np.float32)[:, None]
            way.sounding = False
        out[: len(samples)] += samples
