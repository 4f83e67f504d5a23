"""What the window wants to be played, as it crosses to the audio callback."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.audio.track import Track
from core.types import Variant


class Run:
    """One stretch of listening, told apart by identity: a start, or a jump to another place."""

    __slots__ = ("start",)

    def __init__(self, start: int) -> None:
        self.start = start


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """Everything the callback is to know, published whole. Positions and lengths in frames."""

    versions: Mapping[Variant, Track] = field(default_factory=dict)
    length: int = 0
    active: Variant = Variant.ORIGINAL
    loop: tuple[int, int] | None = None
    playing: bool = False
    run: Run = field(default_factory=lambda: Run(0))

    @property
    def end(self) -> int:
        return self.loop[1] if self.loop else self.length

    def inside(self, frame: int) -> int:
        """`frame`, or where a loop makes it go instead."""
        if self.loop:
            return frame if self.loop[0] <= frame < self.loop[1] else self.loop[0]
        return min(max(frame, 0), self.length)
