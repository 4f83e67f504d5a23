"""A microphone that hears a recording, for pictures of live listening where there is no device."""

from __future__ import annotations

import threading
import time

from app.audio.ports import OnBlock
from core.types import FloatArray

BLOCK = 0.01  # s


class PlayedStream:
    """See `app.audio.ports.Stream`: gives the recording again and again, as fast as it sounds."""

    latency = 0.0
    xruns = 0
    error = None

    def __init__(self, samples: FloatArray, rate: int, on_block: OnBlock) -> None:
        """samples: (n, channels)."""
        self._samples, self._on_block = samples, on_block
        self.rate, self.channels = rate, samples.shape[1]
        self.blocks = 0
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def active(self) -> bool:
        return self._thread is not None

    def start(self) -> None:
        self._ending.clear()
        self._thread = threading.Thread(target=self._play, name="played", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def close(self) -> None:
        self.stop()

    def _play(self) -> None:
        length = round(BLOCK * self.rate)
        begun, place = time.monotonic(), 0
        while not self._ending.wait(max(0.0, begun + self.blocks * BLOCK - time.monotonic())):
            if place + length > len(self._samples):
                place = 0
            self._on_block(self._samples[place : place + length])
            place += length
            self.blocks += 1
