"""How loud the input is, and whether anything comes in at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.levels import amplitude_to_db, rms_db
from core.types import FloatArray

HOLD = 1.5  # s that the highest peak stays shown
RMS_WINDOW = 0.3  # s
FULL_SCALE = 1.0 - 2.0**-15  # the largest sample of a 16-bit converter
SUSPICIOUS = 1.0  # s of exact zeros; no microphone is that quiet


@dataclass(frozen=True, slots=True)
class Level:
    """A meter's reading. Levels in dBFS, None for exact silence.

    peak: of what came in since the last reading. hold: the highest peak of the last 1.5 s.
    rms: over the last 0.3 s. clipped: whether a sample reached full scale since `Meter.reset`.
    suspicious_silence: for 1 s and longer every sample was exactly zero, as when the system
    withholds permission to use the microphone.
    """

    peak: float | None = None
    hold: float | None = None
    rms: float | None = None
    clipped: bool = False
    suspicious_silence: bool = False


class Meter:
    """Fed with everything that comes in, in pieces of any length."""

    def __init__(self, rate: int) -> None:
        """rate: in Hz."""
        self._rate = rate
        self._recent = np.zeros((0, 1), dtype=np.float32)  # mean squares are taken over these
        self.reset()

    def reset(self) -> None:
        """Forgets the clipping, the peak held and the silence."""
        self._hold = 0.0
        self._hold_left = 0  # frames
        self._zeros = 0  # frames at the end of what came in
        self._clipped = False
        self._level = Level()

    @property
    def level(self) -> Level:
        """The last reading."""
        return self._level

    def read(self, samples: FloatArray) -> Level:
        """samples: what came in since the last reading, float32 (n, channels)."""
        if not len(samples):
            return self._level
        loudest = np.abs(samples).max(axis=1)  # (n,)
        peak = float(loudest.max())
        self._hold_peak(peak, len(samples))
        self._clipped = self._clipped or peak >= FULL_SCALE
        sounding = np.flatnonzero(loudest)
        if len(sounding):
            self._zeros = len(samples) - 1 - int(sounding[-1])
        else:
            self._zeros += len(samples)
        self._remember(samples)
        self._level = Level(
            peak=amplitude_to_db(peak),
            hold=amplitude_to_db(self._hold),
            rms=rms_db(self._recent),
            clipped=self._clipped,
            suspicious_silence=self._zeros >= SUSPICIOUS * self._rate,
        )
        return self._level

    def _hold_peak(self, peak: float, frames: int) -> None:
        self._hold_left -= frames
        if peak >= self._hold or self._hold_left <= 0:
            self._hold, self._hold_left = peak, round(HOLD * self._rate)

    def _remember(self, samples: FloatArray) -> None:
        room = round(RMS_WINDOW * self._rate)
        if self._recent.shape[1] == samples.shape[1]:
            samples = np.concatenate([self._recent, samples])
        self._recent = samples[-room:].copy()
