"""What tests of real sound share."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.audio.sound_server import PULSEAUDIO, SoundServer

__all__ = ["PULSEAUDIO", "SoundServer", "until"]


def until(condition: Callable[[], object], what: str, seconds: float = 20.0) -> None:
    """Returns as soon as `condition` holds. Raises: AssertionError when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.005)
