from __future__ import annotations

import ctypes.util
import subprocess
import sys
import threading
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from app.audio.portaudio import PortAudioBackend
from app.audio.ports import AppAudioError, DeviceInfo

SPEAKER = {
    "name": "Speaker",
    "hostapi": 1,
    "max_input_channels": 0,
    "max_output_channels": 2,
    "default_samplerate": 47_999.98,
}
MICROPHONE = SPEAKER | {"name": "USB mic", "max_input_channels": 1, "max_output_channels": 0}


class FakePortAudioError(Exception):
    pass


class FakeStatus(SimpleNamespace):
    def __bool__(self) -> bool:
        return True


class FakeSoundDevice(ModuleType):
    """As much of sounddevice as the backend uses. `plugged` are the devices there are."""

    PortAudioError = FakePortAudioError

    class CallbackAbort(Exception):  # noqa: N818 – its name there
        pass

    def __init__(self, *plugged: dict[str, Any]) -> None:
        super().__init__("sounddevice")
        self.plugged, self.listed = plugged, plugged
        self.calls: list[str] = []
        self.fails: str | None = None

    def _do(self, what: str) -> None:
        self.calls.append(what)
        if self.fails == what:
            raise FakePortAudioError(f"Error doing {what}: It is broken.", -1)

    def query_hostapis(self) -> list[dict[str, str]]:
        return [{"name": "MME"}, {"name": "WASAPI"}]

    def query_devices(self, kind: str | None = None) -> Any:
        if kind is None:
            return list(self.listed)
        for index, facts in enumerate(self.listed):
            if facts[f"max_{kind}_channels"]:
                return facts | {"index": index}
        raise FakePortAudioError("Error querying device -1")

    def _terminate(self) -> None:
        self._do("terminate")

    def _initialize(self) -> None:
        self._do("initialize")
        self.listed = self.plugged

    def OutputStream(self, **options: Any) -> Any:  # noqa: N802 – its name there
        self._do("open")
        self.options = options
        stream = SimpleNamespace(
            samplerate=float(options["samplerate"]),
            channels=options["channels"],
            latency=0.02,
            active=False,
            stopped=True,
        )

        def change(what: str, *, active: bool, stopped: bool) -> Callable[..., None]:
            def call(**options: bool) -> None:
                self._do(what)
                stream.active, stream.stopped = active, stopped

            return call

        stream.start = change("start", active=True, stopped=False)
        stream.abort = change("abort", active=False, stopped=True)
        stream.close = change("close", active=False, stopped=True)
        self.stream = stream
        return stream

    InputStream = OutputStream


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> FakeSoundDevice:
    module = FakeSoundDevice(SPEAKER, MICROPHONE)
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    return module


def nothing(block: np.ndarray) -> None:
    pass


def test_importing_the_sound_modules_opens_and_loads_nothing():
    program = (
        "import sys, app.audio.portaudio, app.audio.player, app.audio.recorder, app.audio.devices\n"
        "import app.audio.levels_match\n"
        "app.audio.portaudio.PortAudioBackend()\n"
        "heavy = {'sounddevice', 'torch', 'scipy', 'soundfile', 'soxr', 'pyloudnorm', 'PySide6'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_without_the_library_a_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, platform: str
):
    class Missing:
        """An import of sounddevice that ends as the real one does without libportaudio."""

        def find_spec(self, name: str, *rest: object) -> None:
            if name == "sounddevice":
                raise OSError("PortAudio library not found")

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    monkeypatch.setattr(sys, "platform", platform)
    backend = PortAudioBackend()
    assert backend.devices() == ()
    assert backend.problem is not None
    assert "PortAudio, which is missing; install" in backend.problem
    assert ("apt install libportaudio2" in backend.problem) is (platform == "linux")
    device = DeviceInfo("key", "Speaker", "ALSA", 0, 2, 48_000)
    with pytest.raises(AppAudioError, match="which is missing"):
        backend.open_output(device, 48_000, 2, nothing)
    backend.restart()
    assert backend.devices() == ()


def test_a_sound_system_that_does_not_start_is_told(monkeypatch: pytest.MonkeyPatch):
    class PortAudioError(Exception):
        """What the real package raises while it is imported."""

    class Broken:
        def find_spec(self, name: str, *rest: object) -> None:
            if name == "sounddevice":
                raise PortAudioError("Error initializing PortAudio: Host is down", -9999)

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    assert "does not start (Host is down)" in str(PortAudioBackend().problem)


@pytest.mark.skipif(sys.platform != "linux", reason="the wheel brings the library along")
def test_the_real_package_without_its_library_is_such_a_case(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    assert "libportaudio2" in str(PortAudioBackend().problem)


def test_a_library_installed_meanwhile_is_found_by_a_restart(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)  # as if it were not installed
    backend = PortAudioBackend()
    assert "package “sounddevice”, which is missing" in str(backend.problem)
    monkeypatch.setitem(sys.modules, "sounddevice", FakeSoundDevice(SPEAKER))
    backend.restart()
    assert backend.problem is None
    assert len(backend.devices()) == 1


def test_devices_are_told_with_side_rate_and_default(module: FakeSoundDevice):
    assert PortAudioBackend().devices() == (
        DeviceInfo("Speaker (WASAPI)", "Speaker", "WASAPI", 0, 2, 48_000, default_out=True),
        DeviceInfo("USB mic (WASAPI)", "USB mic", "WASAPI", 1, 0, 48_000, default_in=True),
    )


def test_two_devices_of_one_name_have_two_keys(module: FakeSoundDevice):
    module.listed = (MICROPHONE, SPEAKER, MICROPHONE)
    first, _, second = PortAudioBackend().devices()
    assert (first.key, second.key) == ("USB mic (WASAPI)", "USB mic (WASAPI) #2")
    assert first.label_in == second.label_in == "USB mic (1 ch) (WASAPI)"


def test_no_devices_is_a_normal_state(module: FakeSoundDevice):
    module.listed = ()
    backend = PortAudioBackend()
    assert (backend.devices(), backend.problem) == ((), None)


def test_a_stream_opens_by_number_and_counts_what_happens(module: FakeSoundDevice):
    module.listed = (MICROPHONE, SPEAKER)
    backend = PortAudioBackend()
    device = backend.devices()[1]
    seen: list[int] = []
    stream = backend.open_output(device, 48_000, 2, lambda block: seen.append(len(block)))
    assert module.options["device"] == 1
    assert (stream.rate, stream.channels, stream.latency) == (48_000, 2, 0.02)
    assert not stream.active
    stream.start()
    assert stream.active
    callback = module.options["callback"]
    fine = None
    callback(np.zeros((10, 2), np.float32), 10, None, fine)
    late = FakeStatus(output_underflow=True, input_overflow=False)
    callback(np.zeros((20, 2), np.float32), 20, None, late)
    priming = FakeStatus(output_underflow=False, input_overflow=False)
    callback(np.zeros((30, 2), np.float32), 30, None, priming)
    assert seen == [10, 20, 30]
    assert (stream.blocks, stream.xruns) == (3, 1)
    stream.stop()
    assert not stream.active
    stream.close()
    stream.close()
    stream.stop()
    assert not stream.active
    with pytest.raises(AppAudioError, match="was closed"):
        stream.start()


def test_an_exception_in_a_callback_ends_the_stream_in_silence(module: FakeSoundDevice):
    backend = PortAudioBackend()

    def fail(block: np.ndarray) -> None:
        raise RuntimeError("a defect")

    stream = backend.open_output(backend.devices()[0], 48_000, 2, fail)
    block = np.ones((10, 2), np.float32)
    with pytest.raises(FakeSoundDevice.CallbackAbort):  # which sounddevice takes as a wish to end
        module.options["callback"](block, 10, None, None)
    assert not block.any()
    assert str(stream.error) == "a defect"


@pytest.mark.parametrize("when", ["open", "start"])
def test_what_portaudio_refuses_becomes_a_sentence(module: FakeSoundDevice, when: str):
    backend = PortAudioBackend()
    module.fails = when
    with pytest.raises(AppAudioError) as error:
        backend.open_output(backend.devices()[0], 48_000, 2, nothing).start()
    assert str(error.value) == (
        "“Speaker” could not be opened (It is broken); close other programs that use it, or "
        "choose another device."
    )


def test_a_stream_that_ended_by_itself_can_be_started_again(module: FakeSoundDevice):
    backend = PortAudioBackend()
    stream = backend.open_output(backend.devices()[0], 48_000, 2, nothing)
    stream.start()
    module.stream.active = False  # and not stopped, as PortAudio sees it
    module.calls.clear()
    stream.start()
    assert module.calls == ["abort", "start"]


def test_a_restart_lists_anew(module: FakeSoundDevice):
    backend = PortAudioBackend()
    speaker = backend.devices()[0]
    module.plugged = (MICROPHONE,)
    assert len(backend.devices()) == 2
    backend.restart()
    assert module.calls == ["terminate", "initialize"]
    assert [device.name for device in backend.devices()] == ["USB mic"]
    with pytest.raises(AppAudioError, match="“Speaker” is not among the sound devices any more"):
        backend.open_output(speaker, 48_000, 2, nothing)


def test_a_restart_lists_anew_though_nobody_has_asked_for_devices_before(module: FakeSoundDevice):
    module.plugged = (MICROPHONE,)  # after another one of this process started PortAudio
    backend = PortAudioBackend()
    backend.restart()
    assert module.calls == ["terminate", "initialize"]
    assert [device.name for device in backend.devices()] == ["USB mic"]


def test_there_is_no_restart_while_a_stream_is_open(module: FakeSoundDevice):
    backend = PortAudioBackend()
    stream = backend.open_output(backend.devices()[0], 48_000, 2, nothing)
    stream.start()
    module.calls.clear()
    with pytest.raises(AppAudioError, match="are in use; stop what plays"):
        backend.restart()
    assert module.calls == []
    assert stream.active
    stream.close()
    backend.restart()
    assert module.calls == ["abort", "close", "terminate", "initialize"]


def test_nobody_waits_for_the_list_while_the_sound_system_restarts(module: FakeSoundDevice):
    restarting, go_on = threading.Event(), threading.Event()
    backend = PortAudioBackend()
    before = backend.devices()
    initialize = module._initialize

    def slow() -> None:
        restarting.set()
        assert go_on.wait(10)
        initialize()

    module._initialize = slow  # type: ignore[method-assign]
    module.plugged = (MICROPHONE,)
    thread = threading.Thread(target=backend.restart)
    thread.start()
    assert restarting.wait(10)
    assert backend.devices() == before
    go_on.set()
    thread.join(10)
    assert len(backend.devices()) == 1


def test_a_sound_system_that_does_not_start_again_can_be_tried_again(module: FakeSoundDevice):
    backend = PortAudioBackend()
    assert backend.devices()
    module.fails = "initialize"
    backend.restart()
    assert backend.devices() == ()
    assert "does not start (It is broken)" in str(backend.problem)
    module.fails = "terminate"  # for it is not started
    backend.restart()
    assert backend.problem is None
    assert len(backend.devices()) == 2


def test_a_thread_that_asks_while_another_one_starts_it_waits(module: FakeSoundDevice):
    started, go_on = threading.Event(), threading.Event()
    listed = module.query_hostapis

    def slow() -> list[dict[str, str]]:
        started.set()
        assert go_on.wait(10)
        return listed()

    module.query_hostapis = slow  # type: ignore[method-assign]
    backend = PortAudioBackend()
    answers: list[int] = []
    ask = [
        threading.Thread(target=lambda: answers.append(len(backend.devices()))) for _ in range(2)
    ]
    ask[0].start()
    assert started.wait(10)
    ask[1].start()
    ask[1].join(0.05)  # without waiting it would be done by now
    go_on.set()
    for thread in ask:
        thread.join(10)
    assert answers == [2, 2]
