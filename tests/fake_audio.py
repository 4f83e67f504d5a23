"""A sound system made of plain Python: the test calls the callbacks, block by block."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np

from app.audio.ports import AppAudioError, DeviceInfo, Fill, OnBlock
from core.job import CancelToken

SPEAKER = DeviceInfo("Speaker (Fake)", "Speaker", "Fake", 0, 2, 48_000, default_out=True)
HEADPHONES = DeviceInfo("Headphones (Fake)", "Headphones", "Fake", 0, 2, 44_100)
MICROPHONE = DeviceInfo("Microphone (Fake)", "Microphone", "Fake", 2, 0, 48_000, default_in=True)
HEADSET = DeviceInfo("Headset (Fake)", "Headset", "Fake", 1, 0, 16_000)


class FakeClock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class FakeStream:
    """See `app.audio.ports.Stream`; `pull` and `push` stand for the sound card."""

    def __init__(
        self,
        device: DeviceInfo,
        rate: int,
        channels: int,
        callback: Callable[[np.ndarray], None],
    ) -> None:
        self.device, self.rate, self.channels = device, rate, channels
        self.latency = 0.0
        self.blocks = self.xruns = 0
        self.error: Exception | None = None
        self.running = self.closed = self.dead = False
        self.starts = 0
        self._callback = callback

    @property
    def active(self) -> bool:
        return self.running and not self.dead and self.error is None

    def start(self) -> None:
        if self.dead or self.closed:
            raise AppAudioError(f"“{self.device.name}” does not start.")
        self.running = True
        self.starts += 1

    def stop(self) -> None:
        self.running = False

    def close(self) -> None:
        self.running, self.closed = False, True

    def pull(self, frames: int, block: int = 256) -> np.ndarray:
        """What an output plays next, shape (frames, channels)."""
        out = np.full((frames, self.channels), np.nan, dtype=np.float32)
        for start in range(0, frames, block):
            self._call(out[start : start + block])
        return out

    def push(self, samples: np.ndarray, block: int = 256) -> None:
        """An input hears samples, shape (frames,) or (frames, channels)."""
        samples = np.asarray(samples, dtype=np.float32).reshape(len(samples), -1)
        samples = np.broadcast_to(samples, (len(samples), self.channels))
        for start in range(0, len(samples), block):
            self._call(samples[start : start + block])

    def _call(self, block: np.ndarray) -> None:
        assert self.active, "a stream that does not run has no callbacks"
        self.blocks += 1
        self._callback(block)


class FakeBackend:
    """See `app.audio.ports.AudioBackend`. `present` are the devices there are; `devices` tells of
    a change only after `restart`, as PortAudio does. `restarts` says of each in which thread it
    was, and what it ended."""

    def __init__(self, *present: DeviceInfo, problem: str | None = None) -> None:
        self.present: Sequence[DeviceInfo] = present
        self.problem = problem
        self.busy: set[str] = set()  # names of devices that do not open
        self.streams: list[FakeStream] = []
        self.shared = False  # whether a device opens twice, as those of a sound server do
        self.restarts: list[tuple[int, list[FakeStream]]] = []
        self._listed = tuple(present)

    @property
    def open(self) -> list[FakeStream]:
        """The streams that are."""
        return [stream for stream in self.streams if not stream.closed]

    @property
    def stream(self) -> FakeStream:
        """The one opened last."""
        return self.streams[-1]

    def devices(self) -> tuple[DeviceInfo, ...]:
        return self._listed

    def devices_now(self, cancel: CancelToken) -> tuple[DeviceInfo, ...]:
        return tuple(self.present)

    def restart(self) -> None:
        self.restarts.append((threading.get_ident(), self.open))
        for stream in self.streams:
            stream.close()
        self._listed = tuple(self.present)

    def unplug(self, device: DeviceInfo) -> None:
        """The device is gone, while it is being used."""
        self.present = [present for present in self.present if present != device]
        for stream in self.streams:
            stream.dead = stream.dead or stream.device == device

    def open_output(self, device: DeviceInfo, rate: int, channels: int, fill: Fill) -> FakeStream:
        return self._open(device, rate, channels, fill)

    def open_input(
        self, device: DeviceInfo, rate: int, channels: int, on_block: OnBlock
    ) -> FakeStream:
        return self._open(device, rate, channels, on_block)

    def _open(
        self, device: DeviceInfo, rate: int, channels: int, callback: Callable[[np.ndarray], None]
    ) -> FakeStream:
        in_use = not self.shared and device in [stream.device for stream in self.open]
        if device not in self.present or device.name in self.busy or in_use:
            raise AppAudioError(f"“{device.name}” does not open.")
        stream = FakeStream(device, rate, channels, callback)
        self.streams.append(stream)
        return stream
