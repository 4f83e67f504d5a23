"""Which device to use, and looking for new ones."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Protocol

from app.audio.ports import AppAudioError, AudioBackend, DeviceInfo, Stream

log = logging.getLogger(__name__)

# Names under which ALSA offers the sound server. Its devices share the card with other programs and
# follow the user's choice in the system's settings; the bare cards beside them do neither.
SERVERS = ("pulse", "pipewire", "default")
STALLED = 3.0  # s without a callback; far beyond the slowest start of a sound server


class DeviceUser(Protocol):
    """A player or recorder.

    preferred: key of the device that `open` takes; where that is missing or None, it takes the
    default one.
    """

    preferred: str | None

    @property
    def device(self) -> DeviceInfo | None:
        """The one that is open; a recorder keeps telling which one it lost."""

    @property
    def is_open(self) -> bool:
        """Whether it holds a stream."""

    @property
    def in_use(self) -> bool:
        """Whether somebody would notice if its stream were closed."""

    def open(self) -> None:
        """Raises: AppAudioError."""

    def close(self) -> None:
        """Lets go of the device."""


def inputs(devices: Iterable[DeviceInfo]) -> list[DeviceInfo]:
    """Those one can record from, the best first guess first."""
    return sorted(
        (device for device in devices if device.channels_in),
        key=lambda device: _rank(device, device.default_in),
    )


def outputs(devices: Iterable[DeviceInfo]) -> list[DeviceInfo]:
    """Those one can listen to, the best first guess first."""
    return sorted(
        (device for device in devices if device.channels_out),
        key=lambda device: _rank(device, device.default_out),
    )


def choose(ranked: Sequence[DeviceInfo], key: str | None = None) -> DeviceInfo | None:
    """The device of that key, else the first; None where there is none."""
    for device in ranked:
        if device.key == key:
            return device
    return ranked[0] if ranked else None


def find_again(backend: AudioBackend, user: DeviceUser) -> None:
    """Looks for the device of the only user there is, and opens it where it is found.

    For programs without a window, which may wait for the sound system; see `app.sound_system`.
    """
    user.close()
    with suppress(AppAudioError):  # somebody else holds a stream: what is known has to do
        backend.restart()
    with suppress(AppAudioError):
        user.open()


class Watch:
    """Notices that the device behind a running stream is gone."""

    def __init__(self, stream: Stream, clock: Callable[[], float]) -> None:
        """clock: seconds, never going back."""
        self._stream, self._clock = stream, clock
        self.restart()

    def restart(self) -> None:
        """The stream was started just now."""
        self._blocks, self._since = self._stream.blocks, self._clock()

    def lost(self) -> bool:
        """Whether the stream ended by itself, or there were no callbacks for 3 s.

        To be asked a few times a second, and only of a stream that should be running.
        """
        if not self._stream.active:
            if self._stream.error is not None:
                log.error("an audio callback failed", exc_info=self._stream.error)
            return True
        if self._stream.blocks != self._blocks:
            self.restart()
        return self._clock() - self._since > STALLED


def _rank(device: DeviceInfo, is_default: bool) -> tuple[int, bool]:
    served = device.host_api == "ALSA" and device.name in SERVERS
    return (SERVERS.index(device.name) if served else len(SERVERS), not is_default)
