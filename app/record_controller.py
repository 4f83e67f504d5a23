"""Recording takes: from the microphone to the disk and from there into the list of clips."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.audio.ports import AppAudioError, DeviceState
from app.audio.recorder import Recorder, RecorderStatus
from app.audio.takes import newest_takes, recover_takes
from app.device_controller import DeviceController
from app.explain_controller import ExplainController
from app.jobs import JobRunner
from app.notices import Notices
from app.playback_controller import PlaybackController
from app.session import ClipItem, Session
from app.settings import Settings, SettingsStore

log = logging.getLogger(__name__)

TICK_MS = 40  # how often meter and clock move
LISTED = 20  # takes of earlier runs that are offered
NO_PLAYING = "A take is being recorded; end it with R to play."


@dataclass(frozen=True, slots=True)
class FoundTakes:
    """What lay in the folder for takes. recovered: those a crash had left unfinished."""

    takes: list[Path]
    recovered: list[Path]


class RecordController(QObject):
    """Opens the microphone only while a take is recorded or the user checks the level.

    A take that ends, for whatever reason, becomes a clip and is opened like any other.

    Signals: recording_changed(bool); checking_changed(bool); time_changed(seconds of the take);
    level_changed(Level, or None once the microphone is closed).
    """

    recording_changed = Signal(bool)
    checking_changed = Signal(bool)
    time_changed = Signal(float)
    level_changed = Signal(object)

    def __init__(
        self,
        session: Session,
        recorder: Recorder,
        devices: DeviceController,
        playback: PlaybackController,
        explain: ExplainController,
        settings: SettingsStore,
        notices: Notices,
        runner: JobRunner,
        parent: QObject | None = None,
    ) -> None:
        """runner: for looking into the folder of takes."""
        super().__init__(parent)
        self._session, self._recorder, self._devices = session, recorder, devices
        self._playback, self._explain = playback, explain
        self._settings, self._notices, self._runner = settings, notices, runner
        self._recording = self._checking = False
        self._starting = self._to_check = False  # as soon as the microphone is open
        self._told_of_silence = False
        self._overflows = 0  # before the take began
        self._chosen = settings.settings.input_device
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.poll)
        devices.add_user(recorder)
        settings.changed.connect(self._on_settings)
        runner.succeeded.connect(self._on_found)
        runner.failed.connect(notices.error)

    @property
    def recording(self) -> bool:
        return self._recording

    @property
    def checking(self) -> bool:
        """Whether the microphone is open to show its level."""
        return self._checking

    def toggle(self) -> None:
        """Start a take, or end it."""
        if self._recording or self._starting:
            self.stop()
        else:
            self.start()

    def start(self) -> None:
        """Start a take; what plays is stopped, as the microphone would hear it.

        Where the microphone has to be looked for, it starts when that is found. What prevents it
        becomes a notice.
        """
        if self._recording or self._starting:
            return
        self._playback.pause()
        self._starting = True
        if self._recorder.poll().state is DeviceState.READY:
            self._begin()
        else:
            device = self._settings.settings.input_device
            self._devices.open_input(self._recorder, device, self._begin, self._fail)

    def _begin(self) -> None:
        if not self._starting:  # it took so long that the user thought better of it
            self._rest()
            return
        self._starting = False
        self._playback.pause()  # it may have been started meanwhile
        self._recorder.folder = self._settings.settings.take_folder
        try:
            self._recorder.start()
        except AppAudioError as error:
            self._notices.error(error)
            self._rest()
            return
        self._recording = True
        self._told_of_silence = False
        self._overflows = self._recorder.poll().overflows
        self._playback.block(NO_PLAYING)
        self._timer.start()
        self.recording_changed.emit(True)
        if self._to_check:
            self._begin_check()
        self.poll()

    def stop(self) -> None:
        """End the take and open it."""
        self._starting = False
        if self._recording:
            self._recorder.stop()
            self.poll()

    def check(self, device_key: str | None) -> None:
        """Show the level of a device without recording; None: of the system's choice.

        While a take is recorded it is that take's level, whichever device is named.
        """
        self._to_check = True
        if self._recording:
            self._begin_check()
        elif not self._starting:
            self._devices.open_input(self._recorder, device_key, self._begin_check, self._fail)

    def _begin_check(self) -> None:
        if not self._to_check:
            self._rest()
            return
        self._told_of_silence = False
        if not self._checking:
            self._checking = True
            self.checking_changed.emit(True)
        self._timer.start()

    def end_check(self) -> None:
        self._to_check = False
        if self._checking:
            self._checking = False
            self.checking_changed.emit(False)
            self._rest()

    def look_for_takes(self) -> None:
        """Offer the takes of earlier runs; those a crash interrupted are made whole."""
        folder = self._settings.settings.take_folder
        self._runner.submit(lambda report, cancel: _found(folder))

    def poll(self) -> None:
        """See how things stand; happens by itself while the microphone is open."""
        status = self._recorder.poll()
        if self._recording and not status.recording:
            self._end(status)
        elif status.state is DeviceState.LOST:
            self._tell(status)
            self.end_check()
        if self._recording:
            self.time_changed.emit(status.seconds)
        if self._recording or self._checking:
            self.level_changed.emit(status.level)
            self._watch_for_silence(status)

    def shut_down(self) -> None:
        """Close the microphone; a take under way is finished and kept."""
        self._timer.stop()
        self._recorder.close()
        if self._recording and (sentence := self._recorder.poll().sentence):
            log.error("%s", sentence)
        self._recording = self._checking = self._starting = self._to_check = False

    def _fail(self, error: AppAudioError) -> None:
        """There is no microphone."""
        self._starting = False
        self._notices.error(error)
        self.end_check()
        self._rest()

    def _end(self, status: RecorderStatus) -> None:
        """The take is over: by wish, or because device or disk gave up."""
        self._recording = False
        self._playback.block(None)
        self.recording_changed.emit(False)
        self._tell(status)
        lost = status.overflows - self._overflows
        if lost > 0:
            self._notices.warning(
                f"The take has gaps ({lost}): the computer was too busy to take in all the sound."
            )
        if status.state is DeviceState.LOST:
            self.end_check()
        self._rest()
        if status.take is not None:
            item = _item(status.take)
            self._session.add_items([item])
            self._explain.open_item(item.key)
        elif status.sentence is None:
            self._notices.info("Nothing was recorded: no sound came in before the take ended.")

    def _tell(self, status: RecorderStatus) -> None:
        if status.sentence is not None:
            self._notices.warning(status.sentence)

    def _rest(self) -> None:
        """The microphone is closed as soon as nobody needs it."""
        if not (self._recording or self._checking or self._starting):
            self._timer.stop()
            self._recorder.close()
            self.level_changed.emit(None)

    def _watch_for_silence(self, status: RecorderStatus) -> None:
        device = self._recorder.device
        if not status.level.suspicious_silence:
            self._told_of_silence = False
        elif not self._told_of_silence and device is not None:
            self._told_of_silence = True
            self._notices.warning(
                f"“{device.name}” gives nothing but zeros: it is muted, or the system does not "
                "let HearWhy use it; look into the system's sound and privacy settings."
            )

    def _on_settings(self, settings: Settings) -> None:
        if settings.take_folder != self._recorder.folder:
            self._recorder.folder = settings.take_folder
            self.look_for_takes()
        before, self._chosen = self._chosen, settings.input_device
        if self._recording and self._chosen != before:
            name = "The system's microphone" if self._chosen is None else f"“{self._chosen}”"
            self._notices.info(f"{name} is used from the next recording on.")
        elif self._checking and self._chosen != self._recorder.preferred:
            self.check(self._chosen)

    def _on_found(self, outcome: object) -> None:
        if not isinstance(outcome, FoundTakes):
            return
        self._session.add_items(_item(path) for path in outcome.takes)
        for path in outcome.recovered:
            self._notices.warning(
                f"“{path.stem}” was still being recorded when HearWhy ended unexpectedly; "
                "what was recorded until then is among the takes."
            )


def _found(folder: Path) -> FoundTakes:
    recovered = recover_takes(folder)
    return FoundTakes(newest_takes(folder, LISTED), recovered)


def _item(path: Path) -> ClipItem:
    return ClipItem(path, path.stem.removeprefix("take "), "takes")  # its group says the rest
