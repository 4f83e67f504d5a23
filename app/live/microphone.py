"""Live listening as a whole: device, decisions, captured events, and coming back after a loss."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from app.audio.meter import Level
from app.audio.ports import DeviceState
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
AWAY = "The microphone is not there; live listening goes on as soon as it is."


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
        bring_back: Callable[[], None],
        request: ExplanationRequest,
        settings: LiveSettings | None = None,
        *,
        capture: Callable[[LiveEvent], None] | None = None,
        keep: Callable[[LiveEvent, ExplanationResult], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        calendar: Callable[[], float] = time.time,
    ) -> None:
        """bring_back: looks for the recorder's device and opens it, now or later; called every 2 s
        while there is none. Never raises. capture, keep: see `Refiner`. clock, calendar: see
        `LiveLoop`.

        Models are opened in the threads that use them, once for decisions and once for events.
        """
        self._recorder, self._bring_back, self._clock = recorder, bring_back, clock
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

    @property
    def over(self) -> bool:
        """Whether it has no threads any more."""
        return not (self._loop.running or self._refiner.running)

    def wait(self) -> None:
        """After `stop`, at the end of a program: until its threads have ended.

        They do after what they are at: opening models, which takes seconds, or writing an event.
        """
        self._loop.join()
        self._refiner.join()

    def end(self) -> LiveStatus:
        """Stop listening. What was captured is still being explained; the device stays open."""
        self._ended, self._sentence = True, None
        return self._status(self._loop.stop(), listening=False, level=Level())

    def stop(self, *, refine: bool = True) -> LiveStatus:
        """End all of it. refine: wait until every captured event is explained; else for nothing.

        What waits to be captured then still is, in the thread that does so; see `wait`.
        """
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
        now = self._clock()
        if self._retry_at is None:
            self._sentence = sentence
            self._retry_at = now + RETRY
        elif now >= self._retry_at:
            self._sentence = sentence or AWAY
            self._retry_at = now + RETRY
            self._bring_back()
