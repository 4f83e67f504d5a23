"""The thread that decides while sound comes in."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from app.audio.ring import Tap
from app.live.monitor import Monitor
from core.errors import Cancelled, CoreError
from core.job import CancelToken
from core.live.detector import DetectorSettings
from core.live.frames import LiveEvent, LiveExplanation, LiveFrame
from core.live.listener import Listener
from core.types import Variant

T = TypeVar("T")
log = logging.getLogger(__name__)

TICK = 0.01  # s between looks at the ring while there is nothing to decide
KEPT = 600  # decisions that wait for a window which does not look; a minute's worth
GAP = 1.0  # s without sound after which what follows does not continue what was before

OpenListener = Callable[[], Listener]
"""Opens the models; called in the thread, as it may take a second."""


@dataclass(frozen=True, slots=True, eq=False)
class LiveUpdate:
    """What happened since the last look.

    frames, explanations: in order. events: captured in frames or at the end. seconds: of the
    stream. lost: samples at the device's rate that were overwritten before they were read.
    opened: whether the models are ready. error: what ended the thread.
    """

    frames: tuple[LiveFrame, ...]
    explanations: tuple[LiveExplanation, ...]
    events: tuple[LiveEvent, ...]
    seconds: float
    lost: int
    opened: bool
    error: Exception | None


class LiveLoop:
    """`start` it, `attach` a tap, `take` what it found, `stop` it. All from one thread."""

    def __init__(
        self,
        open_listener: OpenListener,
        *,
        clock: Callable[[], float] = time.monotonic,
        calendar: Callable[[], float] = time.time,
    ) -> None:
        """clock: s, never going back; ages are told on it. calendar: s that also pass while the
        computer sleeps.
        """
        self._open_listener, self.clock, self._calendar = open_listener, clock, calendar
        self._tap: Tap | None = None
        self._frames: deque[LiveFrame] = deque(maxlen=KEPT)
        self._explanations: deque[LiveExplanation] = deque(maxlen=KEPT)
        self._events: deque[LiveEvent] = deque()
        self._ending, self._cancel = threading.Event(), CancelToken()
        self._thread: threading.Thread | None = None
        self._seconds, self._lost, self._opened = 0.0, 0, False
        self._error: Exception | None = None
        # What the listener is to use from now on:
        self._detector: DetectorSettings | None = None
        self._gain = 1.0
        self._monitored: tuple[Monitor, Variant] | None = None

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def attach(self, tap: Tap | None) -> None:
        """Listen there from now on; None while there is no device."""
        self._tap = tap

    def use(self, detector: DetectorSettings) -> None:
        """What makes an event, from now on."""
        self._detector = detector

    def amplify(self, gain: float) -> None:
        """The factor that all that comes in is multiplied with, from now on."""
        self._gain = gain

    def monitor(self, monitor: Monitor | None, variant: Variant = Variant.EXPLANATION) -> None:
        """Give it every explained window as it sounds in this version; None: no longer."""
        self._monitored = None if monitor is None else (monitor, variant)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)
        self._thread.start()

    def stop(self) -> LiveUpdate:
        """End the thread. → what had not been taken yet, with the events still under way.

        While the models are being opened nobody has listened yet, and nobody waits: the thread
        ends when they are.
        """
        self._ending.set()
        self._cancel.set()
        if self._opened:
            self.join()
        return self.take()

    def join(self) -> None:
        """Wait until the thread has ended, after `stop`."""
        if self._thread is not None:
            self._thread.join()

    def take(self) -> LiveUpdate:
        """What happened since the last call. Never blocks."""
        frames, events = _drained(self._frames), _drained(self._events)
        explanations = _drained(self._explanations)
        return LiveUpdate(
            frames, explanations, events, self._seconds, self._lost, self._opened, self._error
        )

    def _run(self) -> None:
        try:
            listener = self._open_listener()
            if self._ending.is_set():
                return
            self._opened = True
            self._listen(listener)
            self._events.extend(listener.finish())
        except Exception as error:
            if not isinstance(error, CoreError):  # foreseen ones are sentences, not defects
                log.exception("live listening ended")
            self._error = error

    def _listen(self, listener: Listener) -> None:
        tap: Tap | None = None
        count = 0
        heard = self.clock(), self._calendar()
        while not self._ending.is_set():
            if self._detector is not None and self._detector != listener.detector:
                listener.use(self._detector)
            listener.gain = self._gain
            if self._tap is not tap:
                tap = self._tap
                self._events.extend(listener.interrupt())
                count = tap.ring.count if tap is not None else 0
            if tap is not None:
                # The clock is read first: what is written while the ring is read is younger.
                now = self.clock(), self._calendar()
                fresh = tap.ring.since(count)
                count = fresh.end
                self._lost += fresh.lost
                if len(fresh.samples):
                    passed = max(now[0] - heard[0], now[1] - heard[1])
                    if fresh.lost or passed > GAP + len(fresh.samples) / tap.rate:
                        self._events.extend(listener.interrupt())
                    heard = now
                listener.feed(fresh.samples, tap.rate, now[0] - tap.latency)
                self._seconds = listener.seconds
                if self._work(listener):
                    continue
            self._ending.wait(TICK)

    def _work(self, listener: Listener) -> bool:
        """One step: decide, or where no decision is due, explain. → whether there was one."""
        frame = listener.decide()
        if frame is not None:
            self._frames.append(frame)
            self._events.extend(frame.events)
            return True
        try:
            explained = listener.explain(self._cancel)
        except Cancelled:  # what was heard until then is still told
            return False
        if explained is None:
            return False
        self._explanations.append(explained)
        if self._monitored is not None:
            monitor, variant = self._monitored
            monitor.feed(explained, listener.version(explained, variant))
        return True


def _drained(waiting: deque[T]) -> tuple[T, ...]:
    found: list[T] = []
    while waiting:
        found.append(waiting.popleft())
    return tuple(found)
