"""Recording, playing and live listening beside each other, while devices come, go and fail.

Everything behind the window, with a sound card made of plain Python.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from app.audio.ports import DeviceInfo
from app.bootstrap import build
from app.live.microphone import LiveMicrophone
from app.settings import SettingsStore
from core.types import AudioClip, ExplanationRequest, Variant
from tests.fake_audio import HEADPHONES, HEADSET, MICROPHONE, SPEAKER, FakeBackend, FakeStream
from tests.pitch import pitch_toolbox

RATE = 48_000
PATIENCE = 30_000  # ms


class Bench:
    """What a window would be glued to, and the fake sound card."""

    def __init__(self, qtbot, backend: FakeBackend, folder: Path) -> None:
        self._qtbot, self.backend = qtbot, backend
        self.settings = SettingsStore(folder / "settings.json")
        self.settings.change(take_folder=folder / "takes", automatic=False)
        self.app = build(ExplanationRequest(random_masks=0), backend, self.settings)
        self.app.explain.automatic = False
        self.live, self.record, self.playback = self.app.live, self.app.record, self.app.playback
        self.posted: list[str] = []
        self.states = []
        self.app.notices.posted.connect(lambda notice: self.posted.append(notice.text))
        self.live.state_changed.connect(self.states.append)
        with qtbot.waitSignal(self.app.devices.changed):
            self.app.devices.look()

    def until(self, condition: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)

    def told(self, part: str) -> bool:
        return any(part in text for text in self.posted)

    def newest(self, device) -> FakeStream:
        """The stream of a device that was opened last."""
        return [stream for stream in self.backend.streams if stream.device == device][-1]

    def listen(self) -> None:
        self.live.start()
        self.until(lambda: self.states and self.states[-1].ready)

    def begin_take(self) -> FakeStream:
        """A take is under way, of which there is a tenth of a second."""
        self.record.start()
        stream = self.backend.stream
        stream.push(numbered(4_800))
        return stream

    def play(self) -> FakeStream:
        """A minute of sound is heard."""
        session = self.app.session
        session.choose("minute.wav")
        session.set_clip(AudioClip(np.full((1, 60 * 8_000), 0.25), 8_000))
        self.until(lambda: not any(runner.is_busy for runner in self.app.runners))
        self.playback.toggle()
        return self.newest(SPEAKER)

    def take(self) -> np.ndarray:
        """The samples of the only one."""
        (path,) = [i.path for i in self.app.session.state.items if i.group == "takes"]
        return soundfile.read(path, dtype="float32")[0]


def numbered(n: int, start: int = 0) -> np.ndarray:
    return np.arange(start + 1, start + n + 1, dtype=np.float32) / 1e6


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend(SPEAKER, MICROPHONE, HEADSET, HEADPHONES)


@pytest.fixture
def bench(qtbot, backend, tmp_path, monkeypatch) -> Iterator[Bench]:
    monkeypatch.setattr("app.live.microphone.open_toolbox", lambda request: pitch_toolbox())
    bench = Bench(qtbot, backend, tmp_path)
    yield bench
    bench.app.shut_down()
    for thread, ended in backend.restarts:
        assert thread != threading.main_thread().ident
        assert ended == []


@pytest.fixture
def waiting_soon(monkeypatch) -> None:
    """A lost microphone is looked for at every look."""
    monkeypatch.setattr("app.live.microphone.RETRY", 0.0)


# ── a take goes on ───────────────────────────────────────────────────────────────────────────────


def test_looking_for_devices_lets_the_take_go_on(bench, backend, qtbot):
    stream = bench.begin_take()
    backend.present = [SPEAKER, MICROPHONE]
    with qtbot.waitSignal(bench.app.devices.changed):
        bench.app.devices.rescan()
    assert bench.record.recording
    assert [device.name for device in bench.app.devices.inputs] == ["Microphone"]
    stream.push(numbered(4_800, start=4_800))
    bench.record.stop()
    assert (bench.take() == numbered(9_600)).all()
    assert bench.posted == []


def test_live_that_finds_no_microphone_lets_the_take_go_on(bench):
    stream = bench.begin_take()
    bench.live.start()  # the same microphone, which does not open twice
    assert not bench.live.running
    assert bench.posted == ["“Microphone” does not open."]
    stream.push(numbered(4_800, start=4_800))
    bench.record.stop()
    assert (bench.take() == numbered(9_600)).all()


@pytest.mark.parametrize("shared", [True, False])
def test_live_begins_and_ends_beside_a_take(bench, backend, shared):
    stream = bench.begin_take()
    backend.shared = shared
    if not shared:
        bench.settings.change(input_device=HEADSET.key)
        assert bench.posted == ["“Headset (Fake)” is used from the next recording on."]
    bench.listen()
    stream.push(numbered(4_800, start=4_800))
    bench.live.stop()
    stream.push(numbered(4_800, start=9_600))
    bench.record.stop()
    assert (bench.take() == numbered(14_400)).all()


def test_a_loudspeaker_that_fails_lets_take_and_live_go_on(bench, backend):
    backend.shared = True
    stream = bench.begin_take()
    bench.listen()
    backend.busy = {SPEAKER.name}
    bench.live.set_monitored(Variant.EXPLANATION)
    assert bench.told("“Speaker” does not open.")
    assert bench.live.monitored is None
    assert bench.live.running
    stream.push(numbered(4_800, start=4_800))
    bench.record.stop()
    assert (bench.take() == numbered(9_600)).all()


def test_another_loudspeaker_that_fails_lets_take_and_monitor_go_on(bench, backend):
    backend.shared = True
    stream = bench.begin_take()
    bench.listen()
    bench.live.set_monitored(Variant.EXPLANATION)
    speaker = backend.stream
    backend.busy = {HEADPHONES.name}
    bench.settings.change(output_device=HEADPHONES.key)
    assert bench.told("“Headphones” does not open.")
    assert speaker.active
    assert stream.active


# ── what plays goes on ───────────────────────────────────────────────────────────────────────────


def test_looking_for_devices_lets_what_plays_go_on(bench, backend, qtbot):
    speaker = bench.play()
    backend.present = [SPEAKER, MICROPHONE]
    with qtbot.waitSignal(bench.app.devices.found):
        bench.app.devices.rescan()
    assert speaker.active
    assert speaker.starts == 1
    assert bench.playback.is_playing


def test_a_microphone_that_fails_lets_what_plays_go_on(bench, backend):
    speaker = bench.play()
    backend.busy = {MICROPHONE.name}
    bench.live.start()
    assert bench.posted == ["“Microphone” does not open."]
    assert speaker.active
    assert bench.playback.is_playing


def test_live_that_waits_for_its_microphone_does_not_touch_what_plays(bench, backend, waiting_soon):
    bench.listen()
    speaker = bench.play()
    backend.unplug(MICROPHONE)
    bench.until(lambda: bench.told("stopped answering"))
    looks = len(bench.states)
    bench.until(lambda: len(bench.states) > looks + 5)
    assert [stream.device for stream in backend.streams] == [MICROPHONE, SPEAKER]
    assert speaker.active
    assert speaker.starts == 1
    backend.present = [SPEAKER, MICROPHONE]
    bench.until(lambda: bench.told("Live listening goes on."))
    assert bench.newest(MICROPHONE).active
    assert speaker.active


def test_live_finds_a_microphone_of_another_name_once_nothing_plays(
    bench, backend, waiting_soon, qtbot
):
    bench.listen()
    bench.play()
    backend.unplug(MICROPHONE)
    backend.unplug(HEADSET)
    other = DeviceInfo("Other (Fake)", "Other", "Fake", 1, 0, RATE)
    backend.present = [SPEAKER, other]
    bench.until(lambda: bench.told("stopped answering"))
    looks = len(bench.states)
    bench.until(lambda: len(bench.states) > looks + 3)
    assert not bench.states[-1].listening
    bench.playback.pause()
    bench.until(lambda: bench.states[-1].listening)
    assert backend.stream.device == other


# ── devices are lost ─────────────────────────────────────────────────────────────────────────────


def test_a_microphone_lost_by_both_leaves_the_take_and_live_comes_back(
    bench, backend, waiting_soon
):
    backend.shared = True
    bench.begin_take()
    bench.listen()
    backend.unplug(MICROPHONE)
    backend.unplug(HEADSET)
    bench.until(lambda: not bench.record.recording)
    assert (bench.take() == numbered(4_800)).all()
    assert bench.told("is kept.")
    assert bench.live.running
    backend.present = [SPEAKER, MICROPHONE]
    bench.until(lambda: bench.states[-1].listening)
    assert bench.newest(MICROPHONE).active


def test_a_microphone_lost_by_live_alone_is_looked_for_beside_the_take(
    bench, backend, waiting_soon
):
    stream = bench.begin_take()
    bench.settings.change(input_device=HEADSET.key)
    bench.listen()
    backend.unplug(HEADSET)
    bench.until(lambda: bench.told("“Headset” stopped answering"))
    looks = len(bench.states)
    bench.until(lambda: len(bench.states) > looks + 5)
    backend.present = [SPEAKER, MICROPHONE, HEADSET]
    bench.until(lambda: bench.states[-1].listening)
    stream.push(numbered(4_800, start=4_800))
    bench.record.stop()
    assert (bench.take() == numbered(9_600)).all()


def test_a_loudspeaker_lost_beside_take_and_live_ends_neither(bench, backend, monkeypatch):
    monkeypatch.setattr("app.live_controller.RETRY", 0.0)
    backend.shared = True
    stream = bench.begin_take()
    bench.listen()
    bench.live.set_monitored(Variant.EXPLANATION)
    backend.unplug(SPEAKER)
    bench.until(lambda: bench.live.monitored is None)
    stream.push(numbered(4_800, start=4_800))
    assert bench.live.running
    bench.record.stop()
    assert (bench.take() == numbered(9_600)).all()


def test_a_loudspeaker_lost_while_it_plays_is_found_again_beside_live(bench, backend):
    bench.listen()
    speaker = bench.play()
    backend.unplug(SPEAKER)
    bench.until(lambda: not bench.playback.is_playing)
    assert speaker.closed
    bench.playback.toggle()
    assert bench.told("“Speaker” does not open.")
    backend.present = [SPEAKER, MICROPHONE]
    bench.playback.toggle()
    assert bench.newest(SPEAKER).active
    assert bench.live.running
    assert bench.newest(MICROPHONE).starts == 1


# ── devices that are new ─────────────────────────────────────────────────────────────────────────


@pytest.fixture
def few() -> FakeBackend:
    return FakeBackend(SPEAKER, MICROPHONE)


@pytest.fixture
def sparse(qtbot, few, tmp_path, monkeypatch) -> Iterator[Bench]:
    """With one microphone, until another one is plugged in."""
    monkeypatch.setattr("app.live.microphone.open_toolbox", lambda request: pitch_toolbox())
    bench = Bench(qtbot, few, tmp_path)
    yield bench
    bench.app.shut_down()


def plug_in(qtbot, bench: Bench, *devices) -> None:
    """They are there, and were looked for."""
    bench.backend.present = [*bench.backend.present, *devices]
    with qtbot.waitSignal(bench.app.devices.found):
        bench.app.devices.rescan()


def test_a_microphone_plugged_in_during_a_take_is_used_for_the_next(qtbot, sparse, few):
    stream = sparse.begin_take()
    plug_in(qtbot, sparse, HEADSET)
    assert sparse.app.devices.inputs == [MICROPHONE, HEADSET]
    sparse.settings.change(input_device=HEADSET.key)
    assert sparse.posted == ["“Headset (Fake)” is used from the next recording on."]
    assert stream.active
    sparse.record.stop()
    sparse.record.start()
    sparse.until(lambda: sparse.record.recording)  # the sound system is started anew for it
    assert few.stream.device == HEADSET
    assert len(few.restarts) == 1


def test_a_loudspeaker_plugged_in_while_one_plays_is_used_when_one_plays_next(qtbot, sparse, few):
    speaker = sparse.play()
    plug_in(qtbot, sparse, HEADPHONES)
    sparse.settings.change(output_device=HEADPHONES.key)
    assert sparse.posted == [
        "“Headphones (Fake)” was connected while sound devices were in use: it is used when you "
        "play next, “Speaker” until then."
    ]
    assert speaker.active
    assert speaker.starts == 1
    sparse.playback.toggle()
    sparse.playback.toggle()
    sparse.until(lambda: few.stream.device == HEADPHONES and few.stream.active)
    assert sparse.playback.is_playing


def test_live_moves_to_a_microphone_that_was_plugged_in_meanwhile(qtbot, sparse, few):
    sparse.listen()
    plug_in(qtbot, sparse, HEADSET)
    sparse.settings.change(input_device=HEADSET.key)
    sparse.until(lambda: few.stream.device == HEADSET and few.stream.active)
    assert sparse.live.running


def test_live_keeps_its_microphone_where_another_would_stop_what_plays(qtbot, sparse, few):
    sparse.listen()
    speaker = sparse.play()
    plug_in(qtbot, sparse, HEADSET)
    sparse.settings.change(input_device=HEADSET.key)
    assert sparse.posted[-1] == (
        "“Headset (Fake)” was connected while sound devices were in use: it is used from the next "
        "recording on, “Microphone” until then."
    )
    assert speaker.active
    assert sparse.newest(MICROPHONE).active


# ── while the models open ────────────────────────────────────────────────────────────────────────


class Gate:
    """Models that open when the test says so."""

    def __init__(self) -> None:
        self.entered, self.open = threading.Semaphore(0), threading.Event()
        self.waiting = 0

    def __call__(self, request: ExplanationRequest):
        self.waiting += 1
        self.entered.release()
        self.open.wait(10)
        self.waiting -= 1
        return pitch_toolbox()


@pytest.fixture
def gate(bench, monkeypatch) -> Iterator[Gate]:
    gate = Gate()
    monkeypatch.setattr("app.live.microphone.open_toolbox", gate)
    yield gate
    gate.open.set()


def test_stopping_while_the_models_open_waits_for_nothing(bench, backend, gate):
    bench.live.start()
    assert gate.entered.acquire(timeout=30)
    bench.live.stop()
    assert gate.waiting == 1
    assert not bench.live.running
    assert backend.open == []
    bench.live.start()
    assert gate.entered.acquire(timeout=30)
    assert bench.live.running
    gate.open.set()
    bench.until(lambda: bench.states and bench.states[-1].ready)
    assert bench.newest(MICROPHONE).active
    bench.live.stop()
    bench.until(lambda: not bench.live._timer.isActive())
    assert not [thread for thread in threading.enumerate() if thread.name == "live"]


def test_what_was_let_go_of_ends_with_the_application(bench, gate, monkeypatch):
    wait = LiveMicrophone.wait

    def open_and_wait(microphone: LiveMicrophone) -> None:
        gate.open.set()
        wait(microphone)

    monkeypatch.setattr(LiveMicrophone, "wait", open_and_wait)
    bench.live.start()
    assert gate.entered.acquire(timeout=30)
    bench.live.stop()
    bench.app.shut_down()
    assert not [thread for thread in threading.enumerate() if thread.name == "live"]
