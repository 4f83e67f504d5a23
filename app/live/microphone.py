"""Live listening as a whole: device, decisions, captured events, and coming back after a loss."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from app.audio.meter import Level
from app.audio.ports import AppAudioError, DeviceState
from app.audio.recorder import Recorder
from app.live.loop import LiveLoop, LiveUpdate
from app.live.monitor import Monitor
from app.live.refiner import Refined, Refiner
from core.live.detector import DetectorSettings
from core.live.frames import LiveEvent, LiveSettings
from core.live.listener import Listener
from core.models import open_toolbox
from core.types import ExplanationRequest, ExplanationResult, Variant

RETRY = 2.0  # s between looks whether a lost device is back

SILENT = (
    "The microphone gives exact zeros: the system may be withholding permission, or it is muted; "
    "look at the privacy and sound settings."
)


@dataclass(frozen=True, slots=True, eq=False)
class LiveStatus:
    """What there is to show. update: decisions and events since the last look.

    refined: events explained in full since then. listening: whether sound comes in. sentence: what
    is wrong, for the user, or None. waiting: events that are still being explained.
    """

    update: LiveUpdate
    refined: tuple[Refined, ...]
    listening: bool
    sentence: str | None
    level: Level
    waiting: int


class LiveMicrophone:
    """Used from one thread: `start`, `poll` a few times a second, `stop`."""

    def __init__(
        self,
        recorder: Recorder,
        rescan: Callable[[], None],
        request: ExplanationRequest,
        settings: LiveSettings | None = None,
        *,
        capture: Callable[[LiveEvent], None] | None = None,
        keep: Callable[[LiveEvent, ExplanationResult], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        calendar: Callable[[], float] = time.time,
    ) -> None:
        """rescan: looks for devices again; everyone who holds one lets go of it meanwhile.
        capture, keep: see `Refiner`. clock, calendar: see `LiveLoop`.

        Models are opened in the threads that use them, once for decisions and once for events.
        """
        self._recorder, self._rescan, self._clock = recorder, rescan, clock
        self._loop = LiveLoop(
            lambda: Listener(open_toolbox(request), request, settings),
            clock=clock,
            calendar=calendar,
        )
        self._refiner = Refiner(lambda: open_toolbox(request), request, capture, keep)
        self._sentence: str | None = None
        self._retry_at: float | None = None
        self._ended = False

    @property
    def clock(self) -> Callable[[], float]:
        """What `LiveFrame.captured` is told on."""
        return self._clock

    def start(self) -> None:
        """Raises: AppAudioError when there is no microphone or it does not open."""
        if self._recorder.tap is None:
            self._recorder.open()
        self._loop.attach(self._recorder.tap)
        self._loop.start()

    def use(self, detector: DetectorSettings) -> None:
        """What makes an event, from now on."""
        self._loop.use(detector)

    def amplify(self, gain: float) -> None:
        """The factor that all that comes in is multiplied with, from now on."""
        self._loop.amplify(gain)

    def monitor(self, monitor: Monitor | None, variant: Variant = Variant.EXPLANATION) -> None:
        """See `LiveLoop.monitor`."""
        self._loop.monitor(monitor, variant)

    def poll(self) -> LiveStatus:
        """How things stand. Never raises; what ended the work is in `update.error`.

        After `end` only explanations of captured events are still to come.
        """
        if self._ended:
            return self._status(self._loop.take(), listening=False, level=Level())
        status = self._recorder.poll()
        if status.state is DeviceState.READY:
            self._sentence = SILENT if status.level.suspicious_silence else None
            self._retry_at = None
        else:
            self._come_back(status.sentence)
        self._loop.attach(self._recorder.tap)
        listening = self._recorder.tap is not None
        return self._status(self._loop.take(), listening=listening, level=status.level)

    def end(self) -> LiveStatus:
        """Stop listening. What was captured is still being explained; the device stays open."""
        self._ended, self._sentence = True, None
        return self._status(self._loop.stop(), listening=False, level=Level())

    def stop(self, *, refine: bool = True) -> LiveStatus:
        """End all of it. refine: wait until every captured event is explained."""
        update = self._loop.stop()
        self._ended, self._sentence = True, None
        for event in update.events:
            self._refiner.add(event)
        if refine:
            refined = self._refiner.finish()
        else:
            self._refiner.stop()
            refined = self._refiner.take()
        return LiveStatus(update, tuple(refined), False, None, Level(), 0)

    def _status(self, update: LiveUpdate, *, listening: bool, level: Level) -> LiveStatus:
        for event in update.events:
            self._refiner.add(event)
        refined = tuple(self._refiner.take())
        return LiveStatus(update, refined, listening, self._sentence, level, self._refiner.waiting)

    def _come_back(self, sentence: str | None) -> None:
        """The device is lost: look for it now and then."""
        self._sentence = sentence or self._sentence
        now = self._clock()
        if self._retry_at is None:
            self._retry_at = now + RETRY
        elif now >= self._retry_at:
            self._retry_at = now + RETRY
            self._rescan()
            if self._recorder.tap is None:
                try:
                    self._recorder.open()
                except AppAudioError as error:
                    self._sentence = str(error)
