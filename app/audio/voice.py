"""One sound within the deck: where it is read, and how loud it is at the moment."""

from __future__ import annotations

import numpy as np

from core.types import FloatArray

CHUNK = 1024  # most frames rendered at once; what a voice needs for that is allocated beforehand


class Voice:
    """Samples read at a position of their own, with a weight that moves in straight ramps.

    Used in the audio callback: nothing here allocates an array. A voice that holds no samples is
    idle.
    """

    __slots__ = (
        "_base",
        "_count",
        "_gains",
        "_product",
        "_slope",
        "position",
        "ramp_left",
        "samples",
        "target",
        "weight",
    )

    def __init__(self, channels: int) -> None:
        self.samples: FloatArray | None = None  # (frames, channels) or (frames, 1)
        self.position = 0
        self.weight = self.target = 0.0
        self.ramp_left = 0  # frames until the weight is at its target
        self._base = self._slope = 0.0
        self._count = np.arange(1, CHUNK + 1, dtype=np.float32)[:, None]
        self._gains = np.empty((CHUNK, 1), dtype=np.float32)
        self._product = np.empty((CHUNK, channels), dtype=np.float32)

    def begin(self, samples: FloatArray, position: int) -> None:
        """Starts out silent; see `ramp`."""
        self.samples, self.position = samples, position
        self.weight = self.target = 0.0
        self.ramp_left = 0

    def ramp(self, target: float, frames: int) -> None:
        """From the present weight to `target`, which the last of so many frames ≥ 1 has."""
        self.target, self.ramp_left = target, frames
        self._base, self._slope = self.weight, (target - self.weight) / frames

    def leave(self, frames: int) -> None:
        """Fades out within so many frames, or fewer where the samples end before, and is idle."""
        left = 0 if self.samples is None else min(frames, len(self.samples) - self.position)
        if left > 0 and (self.weight or self.ramp_left):
            self.ramp(0.0, left)
        else:
            self.drop()

    def drop(self) -> None:
        """Silent and idle at once."""
        self.samples = None
        self.weight = self.target = 0.0
        self.ramp_left = 0

    def add_to(self, out: FloatArray) -> None:
        """Adds the next frames to `out`, at most CHUNK and at most up to the end of a ramp."""
        samples, n = self.samples, len(out)
        if samples is None:
            return
        source = samples[self.position : self.position + n]
        product = self._product[:n]
        if self.ramp_left:
            gains = self._gains[:n]
            np.multiply(self._count[:n], self._slope, out=gains)
            np.add(gains, self._base, out=gains)
            if n == self.ramp_left:
                gains[-1] = self.target  # without the rounding
            np.multiply(source, gains, out=product)
            self._advance(n)
        else:
            np.multiply(source, self.weight, out=product)
        np.add(out, product, out=out)
        self.position += n

    def _advance(self, frames: int) -> None:
        self.ramp_left -= frames
        if self.ramp_left:
            self._base += self._slope * frames
            self.weight = self._base
        else:
            self.weight = self.target
