"""The one sound system: listed, started anew, and devices opened, without disturbing what runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from app.audio.devices import DeviceUser
from app.audio.ports import AppAudioError, AudioBackend, DeviceInfo
from app.jobs import JobRunner

TRIES = 3  # after a restart: a device that was just plugged in, or its server, may need a moment
AGAIN_MS = 100  # between two of them

Ranked = Callable[[Iterable[DeviceInfo]], list[DeviceInfo]]
"""`app.audio.devices.inputs` or `outputs`."""


@dataclass(slots=True, eq=False)
class Opening:
    """A device that somebody waits for.

    key: what is asked for, else the default one. may_interrupt: whether `user` itself may lose the
    device it has. Exactly one of `opened` and `failed` is called, at once where that is possible,
    unless another opening for the same user takes its place.
    """

    user: DeviceUser
    ranked: Ranked
    key: str | None
    opened: Callable[[], None]
    failed: Callable[[AppAudioError], None]
    may_interrupt: bool
    restarted: bool = False
    tries: int = 0


@dataclass(frozen=True, slots=True)
class _Listed:
    """What the runner found. restarted: the sound system knows all of it."""

    devices: tuple[DeviceInfo, ...]
    restarted: bool


class SoundSystem(QObject):
    """Starting the sound system anew ends every stream of it, and takes time.

    So that is done on the runner's thread, and only while nobody uses a device; whoever wants one
    meanwhile gets it afterwards. While somebody does, another process looks which there are.

    Signals: listed(): the devices are known, or known again; not_listed(exception).
    """

    listed = Signal()
    not_listed = Signal(object)

    def __init__(
        self, backend: AudioBackend, runner: JobRunner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._backend, self._runner = backend, runner
        self._users: list[DeviceUser] = []
        self._openings: dict[DeviceUser, Opening] = {}
        self._devices: tuple[DeviceInfo, ...] | None = None
        self._outdated = self._restarting = False
        runner.succeeded.connect(self._on_listed)
        runner.failed.connect(self._on_failed)

    @property
    def devices(self) -> tuple[DeviceInfo, ...] | None:
        """As they were when last looked for; None before the first time.

        Some may be new, and be opened only after a restart: see `knows`.
        """
        return self._devices

    @property
    def outdated(self) -> bool:
        """Whether other devices were found than those the sound system started with."""
        return self._outdated

    def add_user(self, user: DeviceUser) -> None:
        """Somebody who opens devices: all who do must be known here."""
        self._users.append(user)

    def knows(self, key: str) -> bool:
        """Whether the device of that key can be opened without a restart."""
        return key in [device.key for device in self._backend.devices()]

    def may_restart(self, for_user: DeviceUser | None = None) -> bool:
        """Whether nobody uses a device, apart from one who wants another one anyway."""
        return not any(user.in_use for user in self._users if user is not for_user)

    def is_waiting(self, user: DeviceUser) -> bool:
        """Whether `user` has asked for a device and neither got it nor heard why not."""
        return user in self._openings

    def list_first(self) -> None:
        """Start the sound system; `listed` follows."""
        backend = self._backend
        self._runner.submit(lambda report, cancel: _Listed(backend.devices(), restarted=True))

    def list_again(self) -> None:
        """Look which devices there are now; `listed` follows, or `not_listed`."""
        if self._restarting:
            return
        if self.may_restart():
            self._restart()
        else:
            backend = self._backend
            self._runner.submit(
                lambda report, cancel: _Listed(backend.devices_now(cancel), restarted=False)
            )

    def note_listed(self) -> bool:
        """Take over what the sound system started with. → whether that is news."""
        is_news = self._devices is None
        if is_news:
            self._devices = self._backend.devices()
        return is_news

    def open(self, opening: Opening) -> None:
        """Open a device for somebody; looks for it where it is not known or does not open."""
        opening.user.preferred = opening.key
        self._openings[opening.user] = opening
        self._attempt(opening)

    def shut_down(self) -> None:
        """Whoever waits for a device gets none any more."""
        self._openings.clear()

    def _attempt(self, opening: Opening) -> None:
        user = opening.user
        if self._restarting or self._openings.get(user) is not opening:
            return  # it comes to all of them afterwards; another one took its place
        can_restart = not opening.restarted and self.may_restart(
            user if opening.may_interrupt else None
        )
        is_unknown = opening.key is not None and not self.knows(opening.key)
        if can_restart and (self._outdated or is_unknown):
            self._restart()
            return
        try:
            user.open()
        except AppAudioError as error:
            if can_restart:  # the list may be older than the device, or than the sound system
                self._restart()
            elif opening.restarted and opening.tries < TRIES and self._offers(opening):
                opening.tries += 1
                QTimer.singleShot(AGAIN_MS, self, lambda: self._attempt(opening))
            else:
                del self._openings[user]
                opening.failed(error)
        else:
            del self._openings[user]
            opening.opened()

    def _offers(self, opening: Opening) -> bool:
        return bool(opening.ranked(self._backend.devices()))

    def _restart(self) -> None:
        """Those who hold a device and do not use it lose it; they open one when they need it."""
        for user in self._users:
            if user.is_open:
                user.close()
        self._restarting = True
        backend = self._backend

        def restart() -> _Listed:
            backend.restart()
            return _Listed(backend.devices(), restarted=True)

        self._runner.submit(lambda report, cancel: restart())

    def _on_listed(self, outcome: object) -> None:
        if not isinstance(outcome, _Listed):
            return
        if outcome.restarted:
            self._devices, self._outdated = outcome.devices, False
        else:
            self._devices = _with_those_open(outcome.devices, self._users)
            self._outdated = self._devices != self._backend.devices()
        self.listed.emit()
        self._go_on()

    def _on_failed(self, error: Exception) -> None:
        self.not_listed.emit(error)
        self._go_on()

    def _go_on(self) -> None:
        """Whoever waited for a restart gets a device now."""
        if self._restarting:
            self._restarting = False
            for opening in list(self._openings.values()):
                opening.restarted = True
                self._attempt(opening)


def _with_those_open(
    found: Sequence[DeviceInfo], users: Iterable[DeviceUser]
) -> tuple[DeviceInfo, ...]:
    """Another process finds no device, or no channels of it, that only one can have at a time."""
    held = {user.device.key: user.device for user in users if user.is_open and user.device}
    kept = [held.pop(device.key, device) for device in found]
    return (*kept, *held.values())
