"""What the sound card is to the rest of the program: a few types, and two callbacks.

Blocks are float32, shape (frames, channels), full scale 1.0; any number of frames, another one each
time. Callbacks run in a thread of the sound system that must never wait: they copy, and nothing
else. Devices may be listed, and the sound system restarted, in any thread; everything else here is
called from one thread, that of the window.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.errors import CoreError
from core.job import CancelToken
from core.types import FloatArray

Fill = Callable[[FloatArray], None]
"""Writes the next block to be heard into the array it is given."""

OnBlock = Callable[[FloatArray], None]
"""Takes a block that was just heard; the array is only good during the call."""


class AppAudioError(CoreError):
    """A sound device is missing, busy, gone, or cannot do what was asked."""


class DeviceState(StrEnum):
    """How a player or recorder stands with its device."""

    CLOSED = "closed"  # none is open: not asked for yet, or there is none
    READY = "ready"
    LOST = "lost"  # it was open and stopped answering


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """One sound device as its host API lists it.

    key: what to remember it by, from name and host API, unique in a list. channels_in,
    channels_out: the most it offers; 0 where it has no such side. default_rate: in Hz.
    default_in, default_out: whether the system takes it when none is named.
    """

    key: str
    name: str
    host_api: str
    channels_in: int
    channels_out: int
    default_rate: int
    default_in: bool = False
    default_out: bool = False

    @property
    def label_in(self) -> str:
        """How a list of inputs shows it."""
        return f"{self.name} ({self.channels_in} ch) ({self.host_api})"

    @property
    def label_out(self) -> str:
        """How a list of outputs shows it."""
        return f"{self.name} ({self.channels_out} ch) ({self.host_api})"


class Stream(Protocol):
    """An open device. It does not run before `start`, and is of no use after `close`."""

    @property
    def rate(self) -> int:
        """In Hz."""

    @property
    def channels(self) -> int: ...

    @property
    def latency(self) -> float:
        """Seconds between a callback and the moment its block is at the connector."""

    @property
    def active(self) -> bool:
        """Whether callbacks are to be expected. False after `start`: the device is gone."""

    @property
    def blocks(self) -> int:
        """How many callbacks there were since the stream was opened."""

    @property
    def xruns(self) -> int:
        """How often the sound system reported a gap: no output in time, or input thrown away."""

    @property
    def error(self) -> Exception | None:
        """What ended the callback, if an exception did; the stream is then no longer active."""

    def start(self) -> None:
        """Raises: AppAudioError."""

    def stop(self) -> None:
        """At once; what is on its way to the loudspeaker is dropped. Never raises."""

    def close(self) -> None:
        """Stops as well. Never raises; more than once is fine."""


class AudioBackend(Protocol):
    """A sound system. Having no devices is a normal state of it, not an error."""

    @property
    def problem(self) -> str | None:
        """Why there is no sound at all, as a sentence for the user; None where nothing is wrong."""

    def devices(self) -> tuple[DeviceInfo, ...]:
        """As they were at the first call or the last `restart`; only the first may take time."""

    def devices_now(self, cancel: CancelToken) -> tuple[DeviceInfo, ...]:
        """As they are now, whatever is open. Takes about a second, and is for another thread.

        One that `devices` does not name cannot be opened before a `restart`; a device that is open
        here may be missing, where only one program at a time can have it.
        Raises: AppAudioError when they cannot be listed; Cancelled.
        """

    def restart(self) -> None:
        """Looks again which devices there are, for which the sound system is started anew.

        Raises: AppAudioError while a stream is open, which that would end; nothing is done then.
        """

    def open_output(self, device: DeviceInfo, rate: int, channels: int, fill: Fill) -> Stream:
        """Raises: AppAudioError when the device is gone, busy, or cannot do rate and channels."""

    def open_input(self, device: DeviceInfo, rate: int, channels: int, on_block: OnBlock) -> Stream:
        """Raises: AppAudioError when the device is gone, busy, or cannot do rate and channels."""
