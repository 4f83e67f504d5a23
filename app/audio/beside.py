"""What else is heard on the device of the player."""

from __future__ import annotations

from typing import Protocol

from core.types import FloatArray


class Beside(Protocol):
    """A sound that is heard beside the versions, on the same device."""

    def begin(self, rate: int) -> None:
        """A device was opened that takes samples at `rate` Hz."""

    def add_to(self, out: FloatArray) -> None:
        """The callback: adds the next frames to `out`, (frames, channels)."""
