"""Record button, its menu, the meter and the R key ↔ the record and device controllers."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject

from app.bootstrap import Application
from ui.formatting import duration
from ui.parts import Parts


class ShownLevel(Protocol):
    """What the meter needs of a reading, in dBFS; None for digital silence."""

    @property
    def rms(self) -> float | None: ...
    @property
    def peak(self) -> float | None: ...


class Recording(QObject):
    """See the file's first line."""

    def __init__(self, parts: Parts, app: Application) -> None:
        super().__init__(parts.window)
        self._parts, self._app = parts, app
        self._seconds = 0.0
        self._connect()
        parts.transport.microphone.add_commands(
            parts.actions[action_id] for action_id in ("rescan", "settings")
        )
        self._on_devices()
        app.devices.look()
        app.record.look_for_takes()

    def _connect(self) -> None:
        transport, record, actions = self._parts.transport, self._app.record, self._parts.actions
        transport.record_requested.connect(lambda _wanted: self._toggle())
        transport.microphone_chosen.connect(self._choose_microphone)
        transport.check_requested.connect(self._check)
        actions["record"].triggered.connect(lambda _checked: self._toggle())
        actions["rescan"].triggered.connect(lambda _checked: self._app.devices.rescan())
        self._app.devices.found.connect(self._on_found)
        record.recording_changed.connect(self._on_recording)
        record.checking_changed.connect(transport.microphone.show_checking)
        record.time_changed.connect(self._on_time)
        record.level_changed.connect(self._on_level)
        self._app.devices.changed.connect(self._on_devices)

    def _toggle(self) -> None:
        self._app.record.toggle()
        self._show_recording(self._app.record.recording)  # it may have been impossible

    def _on_found(self) -> None:
        devices = self._app.devices
        self._app.notices.info(
            self.tr("Sound devices found: {inputs} to record from, {outputs} to listen to.").format(
                inputs=len(devices.inputs), outputs=len(devices.outputs)
            )
        )

    def _choose_microphone(self, key: str | None) -> None:
        self._app.settings.change(input_device=key)

    def _check(self, wanted: bool) -> None:
        if wanted:
            self._app.record.check(self._app.settings.settings.input_device)
        else:
            self._app.record.end_check()
        self._parts.transport.microphone.show_checking(self._app.record.checking)

    def _on_recording(self, recording: bool) -> None:
        self._show_recording(recording)
        if recording:
            self._parts.status.announce(self.tr("Recording"))
        else:
            self._parts.status.announce(
                self.tr("The take has ended, {time}").format(time=duration(self._seconds))
            )

    def _show_recording(self, recording: bool) -> None:
        self._parts.transport.show_recording(recording)
        self._parts.actions["record"].setChecked(recording)

    def _on_time(self, seconds: float) -> None:
        self._seconds = seconds
        self._parts.transport.show_recorded(seconds)

    def _on_level(self, level: ShownLevel | None) -> None:
        if level is None:
            self._parts.transport.show_no_recording_level()
        else:
            self._parts.transport.show_recording_level(level.rms, level.peak)

    def _on_devices(self) -> None:
        devices, transport = self._app.devices, self._parts.transport
        transport.show_unable_to_record(devices.problem)
        transport.show_microphone(devices.input.label_in if devices.input is not None else "")
        transport.microphone.show_microphones(
            [(device.key, device.label_in) for device in devices.inputs],
            self._app.settings.settings.input_device,
        )
