"""Live explanation for the window: starts and stops it, keeps what was captured."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from app.audio.meter import Level
from app.audio.ports import AppAudioError
from app.audio.recorder import Recorder
from app.device_controller import DeviceController
from app.explain_controller import ExplainController
from app.jobs import JobRunner
from app.live.microphone import LiveMicrophone, LiveStatus
from app.live.refiner import Refined
from app.live.scroll import ScrollingSpectrogram
from app.notices import Notices
from app.playback_controller import PlaybackController
from app.session import ClipItem, Session
from app.settings import SettingsStore
from core.audio_io import write_wav
from core.export import write_result
from core.file_names import usable_name
from core.job import CancelToken, Report
from core.live.detector import DetectorSettings
from core.live.listener import LiveEvent, LiveFrame, LiveSettings
from core.types import ExplanationResult, FloatArray, Variant

TICK_MS = 33
_NO_SOUND: FloatArray = np.zeros(0, dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class CapturedEvent:
    """One event of the list. number: unique in it. file: its sound. result: once explained.

    problem: why it is not explained.
    """

    number: int
    event: LiveEvent
    file: Path
    result: ExplanationResult | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class LivePicture:
    """What a look at the stream gave.

    frequencies: Hz of each row, None before anything came in. columns: dB (rows, n), from
    `scroll.FLOOR_DB` up, the last one ending at `columns_end` s of the stream.
    """

    frames: tuple[LiveFrame, ...]
    frequencies: FloatArray | None
    columns: FloatArray
    columns_end: float


@dataclass(frozen=True, slots=True)
class LiveState:
    """How things stand. age: s of the newest decision, None before the first. skipped: windows left
    out so far. seconds: of the stream. ready: whether the models are open.
    """

    age: float | None
    skipped: int
    seconds: float
    ready: bool
    listening: bool
    sentence: str | None
    level: Level
    waiting: int


class LiveController(QObject):
    """Holds the microphone while live listening is on, whatever clip is open meanwhile.

    Events are written into a folder of their own as they are captured, then explained in full.

    Signals: running_changed(bool); pictured(LivePicture); state_changed(LiveState);
    events_changed(tuple of CapturedEvent).
    """

    running_changed = Signal(bool)
    pictured = Signal(object)
    state_changed = Signal(object)
    events_changed = Signal(object)

    def __init__(
        self,
        session: Session,
        recorder: Recorder,
        devices: DeviceController,
        playback: PlaybackController,
        explain: ExplainController,
        settings: SettingsStore,
        notices: Notices,
        exporting: JobRunner,
        parent: QObject | None = None,
    ) -> None:
        """recorder: one of its own, so that a take can be recorded beside it.

        exporting: writes all events at once.
        """
        super().__init__(parent)
        self._session, self._recorder, self._devices = session, recorder, devices
        self._playback, self._explain = playback, explain
        self._settings, self._notices, self._exporting = settings, notices, exporting
        self._microphone: LiveMicrophone | None = None
        self._scroll: ScrollingSpectrogram | None = None
        self._events: dict[int, CapturedEvent] = {}
        self._numbers: dict[LiveEvent, int] = {}
        self._folder = Path()
        self._newest: LiveFrame | None = None
        self._skipped, self._begun = 0, 0.0
        self._threshold = DetectorSettings().threshold
        self._sentence: str | None = None
        self._finishing: LiveMicrophone | None = None  # ended, but events are still explained
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.poll)
        devices.add_user(self)
        exporting.succeeded.connect(self._on_exported)
        exporting.failed.connect(notices.error)

    @property
    def running(self) -> bool:
        return self._microphone is not None

    @property
    def events(self) -> tuple[CapturedEvent, ...]:
        return tuple(self._events.values())

    @property
    def threshold(self) -> float:
        """Probability from which it is an event."""
        return self._threshold

    def set_threshold(self, threshold: float) -> None:
        """Takes effect at once."""
        self._threshold = threshold
        if self._microphone is not None:
            self._microphone.use(_detector(threshold))

    def toggle(self) -> None:
        if self.running:
            self.stop()
        else:
            self.start()

    def start(self) -> None:
        """Listen with the classifier of the session's request; what prevents it is a notice."""
        if self.running:
            return
        name = f"live {datetime.now():%Y-%m-%d %H.%M.%S}"
        self._folder = self._settings.settings.take_folder / name
        request = replace(
            self._session.state.request, start=None, end=None, target=None, every_window=False
        )
        try:
            self._devices.open_input(self._recorder, self._settings.settings.input_device)
            microphone = LiveMicrophone(
                self._recorder,
                self._devices.rescan,
                request,
                LiveSettings(detector=_detector(self._threshold)),
                capture=self._write,
            )
            microphone.start()
        except AppAudioError as error:
            self._notices.error(error)
            self._recorder.close()
            return
        self._microphone = microphone
        self._scroll, self._newest, self._skipped = None, None, 0
        self._numbers.clear()
        self._timer.start()
        self.running_changed.emit(True)

    def stop(self) -> None:
        """End it; what is captured is still being explained, and comes when it is."""
        if self._microphone is None:
            return
        self._drop_finishing()
        self._finishing, self._microphone = self._microphone, None
        self._take(self._finishing.end())
        self._recorder.close()
        self.running_changed.emit(False)

    def release(self) -> None:
        """Let go of the microphone while devices are looked for."""
        self._recorder.release()

    def reopen(self) -> None:
        """After that: listen on."""
        if self.running:
            self._recorder.reopen()

    def poll(self) -> None:
        """See what there is; happens by itself while it runs."""
        if self._finishing is not None:
            status = self._finishing.poll()
            self._take_refined(status)
            if not status.waiting:
                self._drop_finishing()
        if self._microphone is not None:
            status = self._microphone.poll()
            self._take(status)
            if status.update.error is not None:
                self._notices.error(status.update.error)
                self.stop()
        if self._microphone is None and self._finishing is None:
            self._timer.stop()

    def play(self, number: int, variant: Variant) -> None:
        """Hear one version of an event, from its start; opens it in the main view."""
        if self.open(number):
            self._session.set_active(variant)
            self._playback.seek(0.0)
            if not self._playback.is_playing:
                self._playback.toggle()

    def open(self, number: int) -> bool:
        """Show an event in the main view. → whether its explanation is shown at once."""
        captured = self._events[number]
        item = ClipItem(captured.file, captured.file.stem, "events")
        self._session.add_items([item])
        if captured.result is None:
            if self._session.state.current != item.key:
                self._explain.open_item(item.key)
            return False
        if self._session.state.current != item.key or self._session.state.result is None:
            self._explain.cancel()
            self._session.choose(item.key)
            self._session.set_clip(captured.event.clip)
            self._session.set_result(captured.result)
        return True

    def list_all(self) -> None:
        """Put every event into the list of clips, from where a session file can be saved."""
        self._session.add_items(
            ClipItem(captured.file, captured.file.stem, "events") for captured in self.events
        )

    def clear(self) -> None:
        """Empty the list; the files stay."""
        self._events.clear()
        self.events_changed.emit(self.events)

    def export(self, folder: Path) -> None:
        """Write every explained event into a folder of its own below `folder`."""
        explained = [captured for captured in self.events if captured.result is not None]

        def work(report: Report, cancel: CancelToken) -> tuple[int, Path]:
            for done, captured in enumerate(explained):
                cancel.raise_if_set()
                report(done / len(explained), f"Writing {captured.file.stem}")
                assert captured.result is not None
                write_result(captured.result, folder / captured.file.stem, captured.file)
            return len(explained), folder

        if explained:
            self._exporting.submit(work)
        else:
            self._notices.info("There is no explained event to export.")

    def shut_down(self) -> None:
        """End it at once; captured events are on disk."""
        if self._microphone is not None:
            microphone, self._microphone = self._microphone, None
            microphone.stop(refine=False)
        self._drop_finishing()
        self._timer.stop()
        self._recorder.close()

    def _take(self, status: LiveStatus) -> None:
        update = status.update
        for event in update.events:
            number = max(self._events, default=0) + 1
            self._numbers[event] = number
            self._events[number] = CapturedEvent(number, event, self._file(event))
        if update.events and not status.refined:
            self.events_changed.emit(self.events)
        self._take_refined(status)
        if update.frames:
            self._newest = update.frames[-1]
            self._skipped += sum(frame.skipped for frame in update.frames)
        self.pictured.emit(self._pictured(update.frames))
        if status.sentence != self._sentence:
            self._sentence = status.sentence
            if status.sentence is not None:
                self._notices.warning(status.sentence)
            else:
                self._notices.info("Live listening goes on.")
        age = None if self._newest is None else time.monotonic() - self._newest.captured
        self.state_changed.emit(
            LiveState(
                age,
                self._skipped,
                update.seconds,
                update.opened,
                status.listening,
                status.sentence,
                status.level,
                status.waiting,
            )
        )

    def _take_refined(self, status: LiveStatus) -> None:
        for refined in status.refined:
            self._refined(refined)
        if status.refined:
            self.events_changed.emit(self.events)

    def _drop_finishing(self) -> None:
        """Events of an earlier run that are not explained by now stay as they were captured."""
        if self._finishing is not None:
            finishing, self._finishing = self._finishing, None
            self._take_refined(finishing.stop(refine=False))

    def _refined(self, refined: Refined) -> None:
        number = self._numbers.pop(refined.event, None)
        if number is None or number not in self._events:
            return
        problem = None if refined.error is None else str(refined.error)
        captured = replace(self._events[number], result=refined.result, problem=problem)
        self._events[number] = captured
        if refined.error is not None:
            self._notices.error(refined.error)

    def _pictured(self, frames: tuple[LiveFrame, ...]) -> LivePicture:
        columns: list[FloatArray] = []
        for frame in frames:
            if self._scroll is None:
                self._scroll = ScrollingSpectrogram(frame.rate)
                self._begun = frame.end - len(frame.sound) / frame.rate
            columns.append(self._scroll.append(frame.sound))
        if self._scroll is None:
            return LivePicture(frames, None, np.zeros((0, 0), dtype=np.float32), 0.0)
        joined = np.concatenate([*columns, self._scroll.append(_NO_SOUND)], axis=1)
        end = self._begun + self._scroll.seconds
        return LivePicture(frames, self._scroll.frequencies, joined, end)

    def _file(self, event: LiveEvent) -> Path:
        return self._folder / f"{event.number:04d} {usable_name(event.label)}.wav"

    def _write(self, event: LiveEvent) -> None:
        """In the thread that explains events, before it does."""
        self._folder.mkdir(parents=True, exist_ok=True)
        write_wav(self._file(event), event.clip)

    def _on_exported(self, outcome: object) -> None:
        if isinstance(outcome, tuple):
            number, folder = outcome
            self._notices.info(f"{number} events were written to “{folder}”.")


def _detector(threshold: float) -> DetectorSettings:
    """The usual settings with another threshold; the release stays below it."""
    usual = DetectorSettings()
    return replace(usual, threshold=threshold, release=min(usual.release, threshold))
