"""Which sound devices there are, which are used, and looking for new ones."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, Signal

from app.audio.devices import DeviceUser, choose, inputs, outputs, rescan
from app.audio.player import Player
from app.audio.ports import AppAudioError, AudioBackend, DeviceInfo
from app.jobs import JobRunner
from app.notices import Notices
from app.settings import Settings, SettingsStore


class DeviceHolder(Protocol):
    """A player or recorder."""

    preferred: str | None

    @property
    def device(self) -> DeviceInfo | None: ...

    def open(self) -> None: ...


class DeviceController(QObject):
    """The devices of the settings, or what stands in for them while they are not there.

    Listing devices for the first time takes long enough to be seen, so it is done on the runner's
    thread; until then there are neither devices nor a problem.

    Signals: changed(): there are other devices than before, or others are chosen.
    """

    changed = Signal()

    def __init__(
        self,
        backend: AudioBackend,
        player: Player,
        settings: SettingsStore,
        notices: Notices,
        runner: JobRunner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._backend, self._player = backend, player
        self._settings, self._notices, self._runner = settings, notices, runner
        self._users: list[DeviceUser] = []
        self._listed = False
        self._chosen = self._wanted()
        player.preferred = self._chosen[1]
        settings.changed.connect(self._on_settings)
        runner.succeeded.connect(self._on_listed)
        runner.failed.connect(notices.error)

    @property
    def inputs(self) -> list[DeviceInfo]:
        """Those one can record from, the best first guess first."""
        return inputs(self._backend.devices()) if self._listed else []

    @property
    def outputs(self) -> list[DeviceInfo]:
        """Those one can listen to, the best first guess first."""
        return outputs(self._backend.devices()) if self._listed else []

    @property
    def input(self) -> DeviceInfo | None:
        """What a recording would be made from."""
        return choose(self.inputs, self._settings.settings.input_device)

    @property
    def problem(self) -> str | None:
        """Why nothing can be recorded, as a sentence; None where something can."""
        if not self._listed or self.inputs:
            return None
        return self._backend.problem or (
            "There is no microphone or other sound input; connect one and press R, which looks "
            "for it."
        )

    def look(self) -> None:
        """List the devices for the first time; `changed` follows."""
        backend = self._backend
        self._runner.submit(lambda report, cancel: backend.devices())

    def add_user(self, user: DeviceUser) -> None:
        """Somebody who lets go of a device while others are looked for."""
        self._users.append(user)

    def rescan(self) -> None:
        """Look again which devices there are; what plays or listens is interrupted for it."""
        playing = [self._player] if self._player.device is not None else []
        rescan(self._backend, [*self._users, *playing])
        self._listed = True
        self.changed.emit()

    def open_input(self, recorder: DeviceHolder, key: str | None) -> None:
        """Open the microphone of that key, else the default one with a notice.

        key: None for the system's choice. Looks for devices again where that one is missing or does
        not open.
        Raises: AppAudioError when there is none or it does not run.
        """
        self._open(recorder, key)

    def open_output(self) -> None:
        """Open the loudspeaker of the settings for the player, in the same way.

        Raises: AppAudioError when there is none or it does not run.
        """
        self._open(self._player, self._settings.settings.output_device)

    def _open(self, holder: DeviceHolder, key: str | None) -> None:
        self._note_listed()
        holder.preferred = key
        if key is not None and key not in [device.key for device in self._backend.devices()]:
            self.rescan()
        try:
            holder.open()
        except AppAudioError:
            self.rescan()  # the list may be older than the device, or than the sound system
            holder.open()
        device = holder.device
        if key is not None and device is not None and device.key != key:
            self._notices.warning(
                f"“{key}” is not connected; “{device.name}” is used until it is there again."
            )

    def _on_listed(self, _devices: object) -> None:
        self._note_listed()

    def _note_listed(self) -> None:
        if not self._listed:
            self._listed = True
            self.changed.emit()

    def _on_settings(self, _settings: Settings) -> None:
        before, self._chosen = self._chosen, self._wanted()
        if self._chosen == before:
            return
        self._player.preferred = self._chosen[1]
        if self._chosen[1] != before[1] and self._player.device is not None:
            try:
                self.open_output()
            except AppAudioError as error:
                self._notices.error(error)
        self.changed.emit()

    def _wanted(self) -> tuple[str | None, str | None]:
        settings = self._settings.settings
        return settings.input_device, settings.output_device
