"""The settings dialog ↔ the settings, the devices and the microphone's level."""

from __future__ import annotations

from dataclasses import asdict

from PySide6.QtCore import QObject

from app.bootstrap import Application
from ui.dialogs.settings import SettingsDialog, SettingsValues
from ui.parts import Parts
from ui.wiring.recording import ShownLevel


class Preferences(QObject):
    """See the file's first line."""

    def __init__(self, parts: Parts, app: Application) -> None:
        super().__init__(parts.window)
        self._parts, self._app = parts, app
        self._dialog: SettingsDialog | None = None
        parts.actions["settings"].triggered.connect(lambda _checked: self._open())
        app.devices.changed.connect(self._show_devices)
        app.record.checking_changed.connect(self._on_checking)
        app.record.level_changed.connect(self._on_level)

    def _open(self) -> None:
        if self._dialog is not None:
            return
        settings = self._app.settings.settings
        fields = SettingsValues.__dataclass_fields__
        values = SettingsValues(**{name: getattr(settings, name) for name in fields})
        dialog = self._dialog = SettingsDialog(values, self._parts.window)
        self._show_devices()
        dialog.show_checking(self._app.record.checking)
        dialog.values_changed.connect(self._on_values)
        dialog.rescan_requested.connect(self._app.devices.rescan)
        dialog.check_requested.connect(self._check)
        dialog.finished.connect(lambda _result: self._on_closed())
        dialog.open()

    def _on_closed(self) -> None:
        dialog, self._dialog = self._dialog, None
        self._app.record.end_check()
        if dialog is not None:
            dialog.deleteLater()

    def _on_values(self, values: SettingsValues) -> None:
        self._app.settings.change(**asdict(values))

    def _check(self, wanted: bool, device_key: str | None) -> None:
        if wanted:
            self._app.record.check(device_key)
        else:
            self._app.record.end_check()
        self._on_checking(self._app.record.checking)

    def _on_checking(self, checking: bool) -> None:
        if self._dialog is not None:
            self._dialog.show_checking(checking)

    def _on_level(self, level: ShownLevel | None) -> None:
        if self._dialog is not None and level is not None:
            self._dialog.show_level(level.rms, level.peak)

    def _show_devices(self) -> None:
        if self._dialog is not None:
            devices = self._app.devices
            self._dialog.show_devices(
                [(device.key, device.label_in) for device in devices.inputs],
                [(device.key, device.label_out) for device in devices.outputs],
            )
