"""One sound within the deck: where it is read, and how loud it is at the moment."""

from __future__ import annotations

import numpy as np

from app.audio.track import Track
from core.types import FloatArray

CHUNK = 1024  # most frames rendered at once; what a voice needs for that is allocated beforehand


class Voice:
    """A track read at a position of its own, with a weight that moves in straight ramps.

    Used in the audio callback: nothing here allocates an array. A voice that has no track is idle.
    """

    __slots__ = (
        "_base",
        "_count",
        "_gains",
        "_product",
        "_slope",
        "_spare",
        "position",
        "ramp_left",
        "target",
        "track",
        "weight",
    )

    def __init__(self, channels: int) -> None:
        self.track: Track | None = None
        self.position = 0
        self.weight = self.target = 0.0
        self.ramp_left = 0  # frames until the weight is at its target
        self._base = self._slope = 0.0
        self._count = np.arange(1, CHUNK + 1, dtype=np.float32)[:, None]
        self._gains = np.empty((CHUNK, 1), dtype=np.float32)
        self._product = np.empty((CHUNK, channels), dtype=np.float32)
        self._spare = np.empty((CHUNK, channels), dtype=np.float32)

    def begin(self, track: Track, position: int) -> None:
        """Starts out silent; see `ramp`."""
        self.track, self.position = track, position
        self.weight = self.target = 0.0
        self.ramp_left = 0

    def ramp(self, target: float, frames: int) -> None:
        """From the present weight to `target`, which the last of so many frames ≥ 1 has."""
        self.target, self.ramp_left = target, frames
        self._base, self._slope = self.weight, (target - self.weight) / frames

    def leave(self, frames: int) -> None:
        """Fades out within so many frames, or fewer where the track ends before, and is idle."""
        left = 0 if self.track is None else min(frames, len(self.track) - self.position)
        if left > 0 and (self.weight or self.ramp_left):
            self.ramp(0.0, left)
        else:
            self.drop()

    def drop(self) -> None:
        """Silent and idle at once."""
        self.track = None
        self.weight = self.target = 0.0
        self.ramp_left = 0

    def add_to(self, out: FloatArray) -> None:
        """Adds the next frames to `out`, at most CHUNK and at most up to the end of a ramp."""
        track, n = self.track, len(out)
        if track is None:
            return
        product = self._product[:n]
        track.copy_to(product, self.position, self._spare[:n])
        if self.ramp_left:
            gains = self._gains[:n]
            np.multiply(self._count[:n], self._slope, out=gains)
            np.add(gains, self._base, out=gains)
            if n == self.ramp_left:
                gains[-1] = self.target  # without the rounding
            np.multiply(product, gains, out=product)
            self._advance(n)
        elif self.weight != 1.0:
            np.multiply(product, self.weight, out=product)
        np.add(out, product, out=out)
        self.position += n

    def _advance(self, frames: int) -> None:
        self.ramp_left -= frames
        if self.ramp_left:
            self._base += self._slope * frames
            self.weight = self._base
        else:
            self.weight = self.target
