"""Which sound devices there are, which are used, and looking for new ones."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.audio.devices import DeviceUser, choose, inputs, outputs
from app.audio.player import Player
from app.audio.ports import AppAudioError, AudioBackend, DeviceInfo
from app.jobs import JobRunner
from app.notices import Notices
from app.settings import Settings, SettingsStore
from app.sound_system import Opening, Ranked, SoundSystem

Opened = Callable[[], None]
Failed = Callable[[AppAudioError], None]
LATER_IN = (
    "“{key}” was connected while sound devices were in use: it is used from the next recording on, "
    "“{device}” until then."
)
LATER_OUT = (
    "“{key}” was connected while sound devices were in use: it is used when you play next, "
    "“{device}” until then."
)


class DeviceController(QObject):
    """The devices of the settings, or what stands in for them while they are not there.

    Listing devices takes long enough to be seen, so it is done on the runner's thread; before the
    first time there are neither devices nor a problem. Nothing here ends a take or what plays.

    Signals: changed(): there are other devices than before, or others are chosen; found(): devices
    were looked for as it was asked for.
    """

    changed = Signal()
    found = Signal()

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
        self._settings, self._notices = settings, notices
        self._system = SoundSystem(backend, runner, self)
        self._system.add_user(player)
        self._asked = False
        self._told: object = None  # what `changed` was last emitted for
        self._chosen = self._wanted()
        player.preferred = self._chosen[1]
        settings.changed.connect(self._on_settings)
        self._system.listed.connect(self._on_listed)
        self._system.not_listed.connect(self._on_not_listed)

    @property
    def inputs(self) -> list[DeviceInfo]:
        """Those one can record from, the best first guess first."""
        return inputs(self._system.devices or ())

    @property
    def outputs(self) -> list[DeviceInfo]:
        """Those one can listen to, the best first guess first."""
        return outputs(self._system.devices or ())

    @property
    def input(self) -> DeviceInfo | None:
        """What a recording would be made from."""
        return choose(self.inputs, self._settings.settings.input_device)

    @property
    def problem(self) -> str | None:
        """Why nothing can be recorded, as a sentence; None where something can."""
        if self._system.devices is None or self.inputs:
            return None
        return self._backend.problem or (
            "There is no microphone or other sound input; connect one and press R, which looks "
            "for it."
        )

    @property
    def output_ready(self) -> bool:
        """Whether a loudspeaker is open, and there is no news that should be looked at first."""
        moves = self._system.outdated and self._system.may_restart()
        return self._player.is_open and not moves

    def look(self) -> None:
        """List the devices for the first time; `changed` follows."""
        self._system.list_first()

    def add_user(self, user: DeviceUser) -> None:
        """Somebody who opens devices, besides the player."""
        self._system.add_user(user)

    def rescan(self) -> None:
        """Look again which devices there are; `changed` and `found` follow, or a notice."""
        self._asked = True
        self._system.list_again()

    def open_input(
        self, recorder: DeviceUser, key: str | None, opened: Opened, failed: Failed
    ) -> None:
        """Open the microphone of that key for a recorder that makes no take, else the default one.

        key: None for the system's choice. One of `opened` and `failed` is called, at once where
        devices need not be looked for again. A notice says when another one stands in.
        """
        self._open(recorder, inputs, key, opened, failed, LATER_IN)

    def open_output(self, opened: Opened, failed: Failed) -> None:
        """Open the loudspeaker of the settings for the player, in the same way.

        What it plays on while something is heard it keeps until the other one is open.
        """
        key = self._settings.settings.output_device
        self._open(self._player, outputs, key, opened, failed, LATER_OUT)

    def bring_back(self, recorder: DeviceUser, key: str | None, opened: Opened) -> None:
        """Look for the microphone that a recorder has lost, without a word while it is not there.

        While somebody else uses a device it is found only if it comes back as it was.
        """
        if not self._system.is_waiting(recorder):
            self._system.open(
                Opening(recorder, inputs, key, opened, lambda _error: None, may_interrupt=True)
            )

    def shut_down(self) -> None:
        """No device is opened any more."""
        self._system.shut_down()

    def _open(
        self,
        user: DeviceUser,
        ranked: Ranked,
        key: str | None,
        opened: Opened,
        failed: Failed,
        later: str,
    ) -> None:
        self._note_listed()
        may_interrupt = user is not self._player
        is_missing = key is not None and not self._system.knows(key)
        if is_missing and user.is_open:
            stand_in = choose(ranked(self._backend.devices()), key)
            can_look = self._system.may_restart(user if may_interrupt else None)
            if user.device == stand_in and not can_look:  # opening it anew would be no gain
                user.preferred = key
                self._tell_of_stand_in(user, key, later)
                opened()
                return

        def told() -> None:
            self._tell_of_stand_in(user, key, later)
            opened()

        self._system.open(Opening(user, ranked, key, told, failed, may_interrupt))

    def _tell_of_stand_in(self, user: DeviceUser, key: str | None, later: str) -> None:
        device = user.device
        if key is None or device is None or device.key == key:
            return
        if key in [known.key for known in self._system.devices or ()]:
            self._notices.info(later.format(key=key, device=device.name))
        else:
            self._notices.warning(
                f"“{key}” is not connected; “{device.name}” is used until it is there again."
            )

    def _on_listed(self) -> None:
        asked, self._asked = self._asked, False
        before, self._told = self._told, (self._system.devices, self._backend.problem)
        if asked or self._told != before:  # live listening may look every two seconds
            self.changed.emit()
        if asked:
            self.found.emit()

    def _on_not_listed(self, error: Exception) -> None:
        self._asked = False
        self._notices.error(error)

    def _note_listed(self) -> None:
        if self._system.note_listed():
            self.changed.emit()

    def _on_settings(self, _settings: Settings) -> None:
        before, self._chosen = self._chosen, self._wanted()
        if self._chosen == before:
            return
        self._player.preferred = self._chosen[1]
        if self._chosen[1] != before[1] and self._player.is_open:
            self.open_output(lambda: None, self._notices.error)
        self.changed.emit()

    def _wanted(self) -> tuple[str | None, str | None]:
        settings = self._settings.settings
        return settings.input_device, settings.output_device
