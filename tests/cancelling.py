"""A wish to stop that comes in the middle of the work."""

from __future__ import annotations

from core.job import CancelToken


class StopAfter(CancelToken):
    """Is set when it has been looked at so many times. looks: how often it was."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks, self._left = 0, looks

    def raise_if_set(self) -> None:
        self.looks += 1
        if self.looks > self._left:
            self.set()
        super().raise_if_set()
