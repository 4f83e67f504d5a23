"""Live explanation for the window: starts and stops it, and says how it goes."""

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
from app.live.microphone import LiveMicrophone, LiveStatus
from app.live.monitor import Monitor
from app.live.scroll import ScrollingSpectrogram
from app.live_events import LiveEvents
from app.notices import Notices
from app.playback_controller import PlaybackController
from app.session import Session, SessionState
from app.settings import Settings, SettingsStore
from core.audio_io import write_wav
from core.errors import CoreError
from core.file_names import usable_name
from core.folders import made
from core.levels import db_to_amplitude
from core.live.frames import LiveEvent, LiveExplanation, LiveFrame, LiveSettings
from core.live.listener import usual_detector
from core.models import classifier_manifest
from core.types import FloatArray, Variant

TICK_MS = 33
RETRY = 2.0  # s until a loudspeaker that was lost is looked for, once
FEEDBACK = (
    "Use headphones: what a loudspeaker plays comes back through the microphone and is explained "
    "again."
)


@dataclass(frozen=True, slots=True, eq=False)
class LivePicture:
    """What a look at the stream gave.

    frequencies: Hz of each row, None before anything came in. columns: dB (rows, n), from
    `scroll.FLOOR_DB` up, the last one ending at `columns_end` s of the stream.
    """

    frames: tuple[LiveFrame, ...]
    explanations: tuple[LiveExplanation, ...]
    frequencies: FloatArray | None
    columns: FloatArray
    columns_end: float


@dataclass(frozen=True, slots=True)
class LiveState:
    """How things stand. age: s of the newest decision, None before the first. skipped: windows left
    out so far. seconds: of the stream. ready: whether the models are open. level: as the classifier
    hears it. delay: s from the microphone to the ear of what is monitored; None: nothing is heard.
    """

    age: float | None
    skipped: int
    seconds: float
    ready: bool
    listening: bool
    sentence: str | None
    level: Level
    waiting: int
    delay: float | None


class LiveController(QObject):
    """Holds the microphone while live listening is on, whatever clip is open meanwhile.

    Events are written into a folder of their own as they are captured, then explained in full.

    Signals: running_changed(bool); pictured(LivePicture); state_changed(LiveState);
    threshold_changed(float); monitored_changed(Variant or None).
    """

    running_changed = Signal(bool)
    pictured = Signal(object)
    state_changed = Signal(object)
    threshold_changed = Signal(float)
    monitored_changed = Signal(object)

    def __init__(
        self,
        session: Session,
        recorder: Recorder,
        devices: DeviceController,
        playback: PlaybackController,
        events: LiveEvents,
        settings: SettingsStore,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        """recorder: one of its own, so that a take can be recorded beside it."""
        super().__init__(parent)
        self.events = events
        self._session, self._recorder, self._devices = session, recorder, devices
        self._playback, self._settings, self._notices = playback, settings, notices
        self._microphone: LiveMicrophone | None = None
        self._starting = False  # as soon as the device is open
        self._finishing: LiveMicrophone | None = None  # ended, but events are still explained
        self._let_go: list[LiveMicrophone] = []  # ended, but their threads may not have
        self._scroll: ScrollingSpectrogram | None = None
        self._folder = Path()
        self._newest: LiveFrame | None = None
        self._skipped, self._begun = 0, 0.0
        self._sentence: str | None = None
        self._classifier = ""
        self._threshold = usual_detector(None).threshold
        self._monitor = Monitor()
        self._monitored: Variant | None = None
        self._retry_at = 0.0
        self._device = settings.settings.input_device
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.poll)
        devices.add_user(recorder)
        session.request_changed.connect(self._on_request)
        settings.changed.connect(self._on_settings)
        self._on_request(session.state)

    @property
    def running(self) -> bool:
        return self._microphone is not None

    @property
    def threshold(self) -> float:
        """Probability from which it is an event; at first the one that the classifier states."""
        return self._threshold

    def set_threshold(self, threshold: float) -> None:
        """Takes effect at once, and holds until another classifier is chosen."""
        self._threshold = threshold
        if self._microphone is not None:
            self._microphone.use(usual_detector(threshold))

    @property
    def gain_db(self) -> float:
        """Of what the classifier hears, over what the device gives."""
        return self._settings.settings.live_gain_db

    def set_gain(self, gain_db: float) -> None:
        """In dB; takes effect at once, and is remembered."""
        self._settings.change(live_gain_db=gain_db)

    @property
    def monitored(self) -> Variant | None:
        """The version of what comes in that is heard; None: nothing is."""
        return self._monitored

    def set_monitored(self, variant: Variant | None) -> None:
        """Hear what is explained while it is; what prevents it is a notice. Off at every start."""
        before, self._monitored = self._monitored, variant
        if variant is not None and before is None:
            self._notices.warning(FEEDBACK)
        self.monitored_changed.emit(variant)
        self._hear()

    def toggle(self) -> None:
        if self.running or self._starting:
            self.stop()
        else:
            self.start()

    def start(self) -> None:
        """Listen with the classifier of the session's request; what prevents it is a notice.

        Where the microphone has to be looked for, it starts when that is found.
        """
        if self.running or self._starting:
            return
        self._starting = True
        self._devices.open_input(self._recorder, self._device, self._begin, self._fail)

    def _begin(self) -> None:
        if not self._starting:  # it took so long that the user thought better of it
            self._recorder.close()
            return
        self._starting = False
        name = f"live {datetime.now():%Y-%m-%d %H.%M.%S}"
        self._folder = self._settings.settings.take_folder / name
        request = replace(
            self._session.state.request, start=None, end=None, target=None, every_window=False
        )
        microphone = LiveMicrophone(
            self._recorder,
            self._bring_back,
            request,
            LiveSettings(detector=usual_detector(self._threshold)),
            capture=self._write,
        )
        microphone.amplify(db_to_amplitude(self.gain_db))
        microphone.start()
        self._microphone = microphone
        self._scroll, self._newest, self._skipped = None, None, 0
        self._hear()
        self._timer.start()
        self.running_changed.emit(True)

    def stop(self) -> None:
        """End it; what is captured is still being explained, and comes when it is.

        Models that are just being opened are let go of when they are open; nobody waits for that.
        """
        self._starting = False
        if self._microphone is None:
            return
        self._drop_finishing()
        self._finishing, self._microphone = self._microphone, None
        self._take(self._finishing.end())
        self._recorder.close()
        self.set_monitored(None)
        self.running_changed.emit(False)

    def poll(self) -> None:
        """See what there is; happens by itself while it runs."""
        if self._finishing is not None:
            status = self._finishing.poll()
            self.events.take(status.refined)
            if not status.waiting:
                self._drop_finishing()
        if self._microphone is not None:
            status = self._microphone.poll()
            self._take(status)
            self._hear_again(status.listening)
            if status.update.error is not None:
                self._notices.error(status.update.error)
                self.stop()
        self._take_late()
        if self._microphone is None and self._finishing is None and not self._let_go:
            self._timer.stop()

    def shut_down(self) -> None:
        """End it at once; captured events are on disk."""
        self._starting = False
        if self._microphone is not None:
            self._finishing, self._microphone = self._microphone, None
        self._drop_finishing()
        self._timer.stop()
        self._recorder.close()
        for microphone in self._let_go:
            microphone.wait()
        self._take_late()

    def _take(self, status: LiveStatus) -> None:
        update = status.update
        for event in update.events:
            self.events.add(event, self._file(event))
        self.events.take(status.refined)
        if update.frames:
            self._newest = update.frames[-1]
            self._skipped += sum(frame.skipped for frame in update.frames)
        self.pictured.emit(self._pictured(update.frames, update.explanations))
        if status.sentence != self._sentence:
            self._sentence = status.sentence
            if status.sentence is not None:
                self._notices.warning(status.sentence)
            else:
                self._notices.info("Live listening goes on.")
        now = time.monotonic()
        self.state_changed.emit(
            LiveState(
                age=None if self._newest is None else now - self._newest.captured,
                skipped=self._skipped,
                seconds=update.seconds,
                ready=update.opened,
                listening=status.listening,
                sentence=status.sentence,
                level=_amplified(status.level, self.gain_db),
                waiting=status.waiting,
                delay=self._monitor.delay(now, self._playback.latency),
            )
        )

    def _drop_finishing(self) -> None:
        """Events of an earlier run that are not explained by now stay as they were captured."""
        if self._finishing is not None:
            finishing, self._finishing = self._finishing, None
            self.events.take(finishing.stop(refine=False).refined)
            self._let_go.append(finishing)

    def _take_late(self) -> None:
        """What became of events whose run was over before they were written."""
        for microphone in tuple(self._let_go):
            if microphone.over:
                self._let_go.remove(microphone)
            self.events.take(microphone.poll().refined)

    def _hear(self) -> None:
        """Let be heard what is wished for, as far as there is a microphone and a loudspeaker."""
        if self._microphone is None or self._monitored is None:
            self._playback.end_mix()
        else:
            self._playback.mix(self._monitor, self._on_unheard)
        if self._microphone is not None:
            if self._monitored is None:
                self._microphone.monitor(None)
            else:
                self._microphone.monitor(self._monitor, self._monitored)

    def _on_unheard(self, error: AppAudioError) -> None:
        """There is no loudspeaker: said once, and whoever connects one chooses again."""
        self._notices.error(error)
        self._monitored = None
        self.monitored_changed.emit(None)
        if self._microphone is not None:
            self._microphone.monitor(None)

    def _hear_again(self, listening: bool) -> None:
        """After the loudspeaker was lost: look for it, once the microphone is there."""
        now = time.monotonic()
        if self._monitored is None or self._playback.mixes or not listening:
            self._retry_at = now + RETRY
        elif now >= self._retry_at:
            self._retry_at = now + RETRY
            self._playback.mix(self._monitor, self._on_unheard)

    def _on_request(self, state: SessionState) -> None:
        """Another classifier states another threshold."""
        if state.request.classifier == self._classifier:
            return
        self._classifier = state.request.classifier
        try:
            stated = classifier_manifest(self._classifier)[2].threshold
        except CoreError:  # it is told where it is opened
            stated = None
        self.set_threshold(usual_detector(stated).threshold)
        self.threshold_changed.emit(self._threshold)

    def _on_settings(self, settings: Settings) -> None:
        if self._microphone is not None:
            self._microphone.amplify(db_to_amplitude(settings.live_gain_db))
        before, self._device = self._device, settings.input_device
        if self._device != before and self._microphone is not None:
            self._devices.open_input(
                self._recorder, self._device, self._on_microphone, self._notices.error
            )

    def _bring_back(self) -> None:
        self._devices.bring_back(self._recorder, self._device, self._on_microphone)

    def _on_microphone(self) -> None:
        """Another one is open, or the lost one again; unless nobody listens any more."""
        if self._microphone is None and not self._starting:
            self._recorder.close()

    def _fail(self, error: AppAudioError) -> None:
        self._starting = False
        self._notices.error(error)
        self._recorder.close()

    def _pictured(
        self, frames: tuple[LiveFrame, ...], explanations: tuple[LiveExplanation, ...]
    ) -> LivePicture:
        columns: list[FloatArray] = []
        for frame in frames:
            if self._scroll is None:
                self._scroll = ScrollingSpectrogram(frame.rate)
                self._begun = frame.end - len(frame.sound) / frame.rate
            columns.append(self._scroll.append(frame.sound))
        if self._scroll is None or not columns:
            nothing = np.zeros((0, 0), dtype=np.float32)
            return LivePicture(frames, explanations, None, nothing, 0.0)
        end = self._begun + self._scroll.seconds
        joined = np.concatenate(columns, axis=1)
        return LivePicture(frames, explanations, self._scroll.frequencies, joined, end)

    def _file(self, event: LiveEvent) -> Path:
        return self._folder / f"{event.number:04d} {usable_name(event.label)}.wav"

    def _write(self, event: LiveEvent) -> None:
        """In the thread that explains events, before it does."""
        with made(self._folder):
            write_wav(self._file(event), event.clip)


def _amplified(level: Level, gain_db: float) -> Level:
    """What the meter would read behind the gain."""
    peak, hold, rms = (
        None if value is None else value + gain_db for value in (level.peak, level.hold, level.rms)
    )
    return replace(level, peak=peak, hold=hold, rms=rms)
