"""The sound card through PortAudio; the one module that imports sounddevice.

Importing it touches nothing. PortAudio starts when devices are first asked for. It lists them then
and never again, so that seeing others takes ending it, and with it every stream, and starting it
anew: that is done only while none is open. Both take time, and any thread may do them.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import Any

from app.audio.listing import listed_by_another_process
from app.audio.ports import AppAudioError, DeviceInfo, Fill, OnBlock
from core.job import CancelToken
from core.libraries import loaded
from core.types import FloatArray

# Room for a pause of Python's: shorter and a busy window is heard, longer and keys feel slow. s
OUTPUT_LATENCY = 0.06
INPUT_LATENCY = 0.1


class PortAudioBackend:
    """See `app.audio.ports.AudioBackend`."""

    def __init__(self) -> None:
        self._module: ModuleType | None = None
        self._problem: str | None = None
        self._devices: tuple[DeviceInfo, ...] = ()
        self._streams: list[_PortAudioStream] = []
        self._started = False
        self._busy = threading.RLock()  # starting PortAudio, or opening a stream of it

    @property
    def problem(self) -> str | None:
        self._start()
        return self._problem

    def devices(self) -> tuple[DeviceInfo, ...]:
        self._start()
        return self._devices

    def devices_now(self, cancel: CancelToken) -> tuple[DeviceInfo, ...]:
        return listed_by_another_process(cancel)

    def restart(self) -> None:
        with self._busy:
            if self._module is None:
                self._load()
                self._started = True
            if self._module is None:
                return
            if self._forget_closed():
                raise AppAudioError(
                    "Sound devices are in use; stop what plays or records and look again."
                )
            with suppress(self._module.PortAudioError):  # the last try to start it may have failed
                self._module._terminate()
            try:
                self._module._initialize()
            except self._module.PortAudioError as error:
                self._devices = ()
                self._problem = f"The sound system does not start ({_reason(error)}); log in again."
                return
            self._problem = None
            self._devices = _listed(self._module)

    def open_output(
        self, device: DeviceInfo, rate: int, channels: int, fill: Fill
    ) -> _PortAudioStream:
        return self._open("OutputStream", device, rate, channels, OUTPUT_LATENCY, fill)

    def open_input(
        self, device: DeviceInfo, rate: int, channels: int, on_block: OnBlock
    ) -> _PortAudioStream:
        return self._open("InputStream", device, rate, channels, INPUT_LATENCY, on_block)

    def _open(
        self,
        kind: str,
        device: DeviceInfo,
        rate: int,
        channels: int,
        latency: float,
        callback: Callable[[FloatArray], None],
    ) -> _PortAudioStream:
        with self._busy:
            return self._open_alone(kind, device, rate, channels, latency, callback)

    def _open_alone(
        self,
        kind: str,
        device: DeviceInfo,
        rate: int,
        channels: int,
        latency: float,
        callback: Callable[[FloatArray], None],
    ) -> _PortAudioStream:
        self._start()
        if self._module is None:
            raise AppAudioError(self._problem or "There is no sound system.")
        keys = [known.key for known in self._devices]  # in PortAudio's own order
        if device.key not in keys:
            raise AppAudioError(
                f"“{device.name}” is not among the sound devices any more; connect it and look for "
                "devices again, or choose another one."
            )
        stream = _PortAudioStream(device, callback, kind == "OutputStream")
        try:
            stream.attach(
                getattr(self._module, kind)(
                    samplerate=rate,
                    device=keys.index(device.key),
                    channels=channels,
                    dtype="float32",
                    latency=latency,
                    callback=stream.on_block,
                ),
                self._module,
            )
        except (self._module.PortAudioError, ValueError) as error:
            raise _not_opened(device, error) from error
        self._forget_closed()
        self._streams.append(stream)
        return stream

    def _forget_closed(self) -> list[_PortAudioStream]:
        """→ the streams that are open."""
        self._streams = [known for known in self._streams if not known.closed]
        return self._streams

    def _start(self) -> None:
        if self._started:  # also while another thread restarts it: nobody waits for a list
            return
        with self._busy:
            if not self._started:
                self._load()
                self._started = True

    def _load(self) -> None:
        try:
            sounddevice = loaded("sounddevice")
        except ImportError:
            self._problem = (
                "Sound needs the Python package “sounddevice”, which is missing: pip install "
                "'hearwhy[app]'."
            )
        except OSError:
            self._problem = _missing_library()
        except Exception as error:
            # sounddevice starts PortAudio when imported; the class of what that raises goes away
            # with the failed import.
            if type(error).__name__ != "PortAudioError":
                raise
            self._problem = f"The sound system does not start ({_reason(error)}); log in again."
        else:
            self._problem = None
            self._module = sounddevice
            self._devices = _listed(sounddevice)


class _PortAudioStream:
    """See `app.audio.ports.Stream`."""

    def __init__(
        self, device: DeviceInfo, callback: Callable[[FloatArray], None], is_output: bool
    ) -> None:
        self._device, self._callback, self._is_output = device, callback, is_output
        self._stream: Any = None
        self._abort: type[Exception] = Exception
        self._errors: tuple[type[Exception], ...] = ()
        self._blocks = self._xruns = 0
        self._error: Exception | None = None

    def attach(self, stream: Any, module: Any) -> None:
        """The stream of PortAudio behind this one."""
        self._stream, self._abort = stream, module.CallbackAbort
        self._errors = (module.PortAudioError,)
        self._rate: int = round(stream.samplerate)
        self._channels = int(stream.channels)
        self._latency = float(stream.latency)

    @property
    def rate(self) -> int:
        return self._rate

    @property
    def channels(self) -> int:
        return self._channels

    @property
    def latency(self) -> float:
        return self._latency

    @property
    def active(self) -> bool:
        try:
            return self._stream is not None and bool(self._stream.active)
        except self._errors:
            return False

    @property
    def closed(self) -> bool:
        return self._stream is None

    @property
    def blocks(self) -> int:
        return self._blocks

    @property
    def xruns(self) -> int:
        return self._xruns

    @property
    def error(self) -> Exception | None:
        return self._error

    def start(self) -> None:
        if self._stream is None:
            raise AppAudioError(f"“{self._device.name}” was closed; open it again.")
        try:
            if not self._stream.stopped:  # it ended by itself, which PortAudio does not call so
                self._stream.abort()
            self._stream.start()
        except self._errors as error:
            raise _not_opened(self._device, error) from error

    def stop(self) -> None:
        if self._stream is not None:
            self._stream.abort(ignore_errors=True)

    def close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.abort(ignore_errors=True)
            stream.close(ignore_errors=True)

    def on_block(self, block: FloatArray, frames: int, time: Any, status: Any) -> None:
        """PortAudio's thread. An exception must not get out: it would be printed, not seen."""
        self._blocks += 1
        if status and (status.output_underflow or status.input_overflow):
            self._xruns += 1
        try:
            self._callback(block)
        except Exception as error:
            self._error = error
            if self._is_output:
                block.fill(0.0)
            raise self._abort from None


def _listed(module: Any) -> tuple[DeviceInfo, ...]:
    apis = [api["name"] for api in module.query_hostapis()]
    defaults = {kind: _default_index(module, kind) for kind in ("input", "output")}
    devices: list[DeviceInfo] = []
    seen: dict[str, int] = {}
    for index, facts in enumerate(module.query_devices()):
        name, api = str(facts["name"]), str(apis[facts["hostapi"]])
        key = f"{name} ({api})"
        seen[key] = seen.get(key, 0) + 1
        devices.append(
            DeviceInfo(
                key=key if seen[key] == 1 else f"{key} #{seen[key]}",  # two of the same make
                name=name,
                host_api=api,
                channels_in=int(facts["max_input_channels"]),
                channels_out=int(facts["max_output_channels"]),
                default_rate=round(facts["default_samplerate"]),
                default_in=index == defaults["input"],
                default_out=index == defaults["output"],
            )
        )
    return tuple(devices)


def _default_index(module: Any, kind: str) -> int | None:
    try:
        return int(module.query_devices(kind=kind)["index"])
    except module.PortAudioError:  # there is none
        return None


def _not_opened(device: DeviceInfo, error: Exception) -> AppAudioError:
    return AppAudioError(
        f"“{device.name}” could not be opened ({_reason(error)}); close other programs that use "
        "it, or choose another device."
    )


def _reason(error: Exception) -> str:
    text = str(error.args[0]) if error.args else type(error).__name__
    return text.rpartition(": ")[2].rstrip(".")


def _missing_library() -> str:
    if sys.platform == "linux":
        return (
            "Sound needs the system library PortAudio, which is missing; install it (on Debian and "
            "Ubuntu: sudo apt install libportaudio2) and start HearWhy again."
        )
    return "Sound needs the library PortAudio, which is missing; install HearWhy again."
