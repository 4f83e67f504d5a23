"""Recording: the callback fills a ring, a thread brings it to disk, the window polls."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np

from app.audio.devices import Watch, choose, inputs
from app.audio.meter import Level, Meter
from app.audio.ports import AppAudioError, AudioBackend, DeviceInfo, DeviceState, Stream
from app.audio.ring import RingBuffer, Tap
from app.audio.takes import TakeWriter
from core.types import FloatArray

RING = 30.0  # s; as long as the disk may stand still, and the most that live analysis looks back
WRITE_EVERY = 0.1  # s
SYNC_EVERY = 20  # writes


@dataclass(frozen=True, slots=True)
class RecorderStatus:
    """What the window shows of a recorder.

    sentence: what went wrong last, for the user, or None. seconds: of the take under way or, after
    it, of the last one. take: the file of the last take, once it is finished. overflows: how often
    sound was thrown away since the device was opened, because something was too slow.
    """

    state: DeviceState
    sentence: str | None
    recording: bool
    seconds: float
    level: Level
    overflows: int
    take: Path | None


class _Input:
    """An open device with what hangs on it."""

    def __init__(
        self,
        backend: AudioBackend,
        device: DeviceInfo,
        channels: int,
        clock: Callable[[], float],
    ) -> None:
        channels = min(channels, device.channels_in)
        self.device = device
        self.ring = RingBuffer(round(RING * device.default_rate), channels)
        self.stream: Stream = backend.open_input(
            device, device.default_rate, channels, self.ring.write
        )
        self.meter = Meter(self.stream.rate)
        self.metered = 0
        try:
            self.stream.start()
        except AppAudioError:
            self.stream.close()
            raise
        self.watch = Watch(self.stream, clock)
        self.tap = Tap(self.ring, self.stream.rate, self.stream.latency)

    def read_meter(self) -> None:
        fresh = self.ring.since(self.metered)
        self.metered = fresh.end
        self.meter.read(fresh.samples)


class Recorder:
    """Holds the input device, its meter, and the take under way.

    Used from one thread. Between `open` and `close` the meter runs, and `newest` gives the latest
    sound; between `start` and `stop` everything goes to disk as well, by a thread of its own, so
    that a window that stands still loses nothing. A device that is lost ends the take and keeps it.

    folder: for the takes to come. preferred: key of the device that `open` takes when it is told
    none; where that is missing or None, it takes the default one.
    """

    def __init__(
        self,
        backend: AudioBackend,
        folder: Path,
        *,
        channels: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """folder: for takes. channels: to record, as far as the device has them."""
        self.folder = folder
        self.preferred: str | None = None
        self._backend, self._channels, self._clock = backend, channels, clock
        self._input: _Input | None = None
        self._state = DeviceState.CLOSED
        self._sentence: str | None = None
        self._seconds = 0.0
        self._take: Path | None = None
        # Of the take under way; the lock is between the two threads that write it, and the
        # callback knows nothing of it.
        self._lock = threading.Lock()
        self._writer: TakeWriter | None = None
        self._written = 0  # the ring's count
        self._dropped = 0
        self._failure: AppAudioError | None = None
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def device(self) -> DeviceInfo | None:
        """The one that is open, or was lost."""
        return self._input.device if self._input else None

    @property
    def is_open(self) -> bool:
        return self._input is not None and self._state is DeviceState.READY

    @property
    def in_use(self) -> bool:
        """Whether a take, a meter or live listening would end with the stream."""
        return self.is_open

    @property
    def rate(self) -> int | None:
        """Hz of what `newest` gives; None where no device is open."""
        return self._input.stream.rate if self._input else None

    @property
    def tap(self) -> Tap | None:
        """For whoever analyses sound as it comes; None where no device is open, or it is lost."""
        return self._input.tap if self._input is not None and self.is_open else None

    @property
    def recording(self) -> bool:
        return self._writer is not None

    def open(self, device: DeviceInfo | None = None) -> None:
        """Listens to `device`, preferred from then on, or to the preferred one. Ends a take.

        Raises: AppAudioError when there is none or it does not run; one that was open stays so.
        """
        self._open(device)

    def close(self) -> None:
        """Lets go of the device; a take under way is finished and kept."""
        self._end_take()
        if self._input:
            self._input.stream.close()
            self._input = None
        self._state = DeviceState.CLOSED

    def start(self) -> None:
        """Starts a take, and opens a device first where none is.

        Raises: AppAudioError when there is no device, or nothing can be written to the folder.
        """
        if self.recording:
            return
        source = self._input
        if source is None or self._state is not DeviceState.READY:
            source = self._open()
        writer = TakeWriter(self.folder, source.stream.rate, source.ring.channels)
        source.meter.reset()
        self._failure, self._take, self._seconds, self._sentence = None, None, 0.0, None
        self._written, self._writer = source.ring.count, writer
        self._ending.clear()
        self._thread = threading.Thread(target=self._keep_writing, name="take", daemon=True)
        self._thread.start()

    def stop(self) -> Path | None:
        """Finishes the take. → its file; None where nothing came in, or `poll` says what failed."""
        self._end_take()
        return self._take

    def poll(self) -> RecorderStatus:
        """How things stand; to be asked a few times a second. Never raises."""
        if self._input and self._state is DeviceState.READY:
            self._input.read_meter()
            if self._input.watch.lost():
                self._lose(self._input)
        if self._failure is not None:
            self._end_take()
        writer = self._writer
        if writer is not None:
            self._seconds = writer.frames / writer.rate
        return RecorderStatus(
            state=self._state,
            sentence=self._sentence,
            recording=self.recording,
            seconds=self._seconds,
            level=self._input.meter.level if self._input else Level(),
            overflows=self._dropped + (self._input.stream.xruns if self._input else 0),
            take=self._take,
        )

    def newest(self, seconds: float) -> FloatArray:
        """The latest sound, float32 (channels, n) at `rate`; empty where no device is open.

        seconds: at most 30; fewer come where there are not as many yet.
        """
        if self._input is None:
            return np.zeros((self._channels, 0), dtype=np.float32)
        return self._input.ring.newest(round(seconds * self._input.stream.rate)).T

    def drain(self) -> None:
        """Brings to disk what came in. Happens by itself; for whoever wants it now."""
        with self._lock:
            writer = self._writer
            if writer is None or self._input is None or self._failure is not None:
                return
            fresh = self._input.ring.since(self._written)
            self._written = fresh.end
            self._dropped += fresh.lost > 0
            try:
                writer.append(fresh.samples)
            except AppAudioError as error:
                self._failure = error

    def _open(self, device: DeviceInfo | None = None) -> _Input:
        chosen = device or choose(inputs(self._backend.devices()), self.preferred)
        if chosen is None:
            raise AppAudioError(
                self._backend.problem
                or "There is no microphone or other sound input; connect one and look for devices "
                "again."
            )
        if self._input and self._input.device.key == chosen.key:
            self.close()  # many devices do not open twice
        opened = _Input(self._backend, chosen, self._channels, self._clock)
        self.close()
        self._input, self._dropped = opened, 0
        if device is not None:
            self.preferred = device.key
        self._state, self._sentence = DeviceState.READY, None
        return opened

    def _keep_writing(self) -> None:
        for number in count(1):
            if self._ending.wait(WRITE_EVERY):
                return
            self.drain()
            if number % SYNC_EVERY == 0:
                self._bring_to_disk()

    def _bring_to_disk(self) -> None:
        """Without the lock: it may take a while. The take ends only after its thread has."""
        writer = self._writer
        try:
            if writer is not None and self._failure is None:
                writer.sync()
        except AppAudioError as error:
            self._failure = error

    def _end_take(self) -> None:
        """The take under way gets its name; what went wrong with it becomes the sentence."""
        if self._thread is not None:
            self._ending.set()
            self._thread.join()
            self._thread = None
        self.drain()
        with self._lock:
            writer, self._writer = self._writer, None
        if writer is None:
            return
        self._seconds = writer.frames / writer.rate
        try:
            self._take = writer.finish()
        except AppAudioError as error:
            self._failure = self._failure or error
        if self._failure is not None:
            self._sentence, self._failure = f"{self._failure}{self._kept()}", None

    def _lose(self, lost: _Input) -> None:
        recording, self._sentence = self.recording, None
        self._end_take()
        lost.stream.close()
        self._state = DeviceState.LOST
        if self._sentence is None:
            self._sentence = (
                f"“{lost.device.name}” stopped answering: it was unplugged, or the sound system "
                f"ended; look for devices again.{self._kept() if recording else ''}"
            )

    def _kept(self) -> str:
        return f" The take until then ({self._seconds:.1f} s) is kept." if self._take else ""
