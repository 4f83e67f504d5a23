from __future__ import annotations

import errno
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from app.audio.devices import STALLED, find_again
from app.audio.ports import AppAudioError, DeviceState
from app.audio.recorder import RING, Recorder
from tests.fake_audio import HEADSET, MICROPHONE, SPEAKER, FakeBackend, FakeClock

RATE = 48_000


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend(SPEAKER, MICROPHONE, HEADSET)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def recorder(backend: FakeBackend, clock: FakeClock, tmp_path: Path) -> Iterator[Recorder]:
    recorder = Recorder(backend, tmp_path / "takes", clock=clock)
    yield recorder
    recorder.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "take"]


def numbered(n: int, start: int = 0) -> np.ndarray:
    return np.arange(start, start + n, dtype=np.float32) / 1e6


def read(path: Path | None) -> np.ndarray:
    assert path is not None
    return soundfile.read(path, dtype="float32")[0]


def test_nothing_is_opened_unasked(recorder: Recorder, backend: FakeBackend):
    assert recorder.poll().state is DeviceState.CLOSED
    assert not backend.streams
    assert recorder.newest(1.0).shape == (1, 0)


def test_a_take_holds_exactly_what_came_in_between_start_and_stop(
    recorder: Recorder, backend: FakeBackend
):
    recorder.open()
    backend.stream.push(numbered(1000))
    recorder.start()
    backend.stream.push(numbered(50_000, start=1000))
    status = recorder.poll()
    assert status.recording
    assert status.take is None
    path = recorder.stop()
    backend.stream.push(numbered(1000))
    assert (read(path) == numbered(50_000, start=1000)).all()
    status = recorder.poll()
    assert (status.recording, status.take) == (False, path)
    assert status.seconds == pytest.approx(50_000 / RATE)
    assert status.sentence is None


def test_the_device_opens_at_its_own_rate_with_the_channels_it_has(
    recorder: Recorder, backend: FakeBackend, tmp_path: Path
):
    recorder.open(HEADSET)
    assert (backend.stream.rate, backend.stream.channels, recorder.rate) == (16_000, 1, 16_000)
    stereo = Recorder(backend, tmp_path, channels=8)
    stereo.open(MICROPHONE)
    assert backend.stream.channels == 2
    stereo.close()


def test_recording_opens_the_default_device_by_itself(recorder: Recorder, backend: FakeBackend):
    recorder.start()
    assert recorder.device == MICROPHONE
    backend.stream.push(numbered(100))
    assert len(read(recorder.stop())) == 100


def test_the_take_grows_on_disk_while_it_is_recorded(
    recorder: Recorder, backend: FakeBackend, tmp_path: Path
):
    recorder.start()
    (part,) = (tmp_path / "takes").iterdir()
    backend.stream.push(numbered(1000))
    recorder.drain()
    assert part.stat().st_size >= 4000
    assert recorder.poll().seconds == pytest.approx(1000 / RATE)


def test_a_thread_brings_it_to_disk_without_the_window(
    recorder: Recorder, backend: FakeBackend, monkeypatch: pytest.MonkeyPatch
):
    written = threading.Event()
    drain = recorder.drain
    monkeypatch.setattr(recorder, "drain", lambda: (drain(), written.set()))
    recorder.start()
    assert written.wait(5)


def test_starting_twice_and_stopping_without_a_take_do_nothing(
    recorder: Recorder, backend: FakeBackend
):
    assert recorder.stop() is None
    recorder.start()
    backend.stream.push(numbered(10))
    recorder.start()
    backend.stream.push(numbered(10, start=10))
    assert (read(recorder.stop()) == numbered(20)).all()
    recorder.start()
    assert recorder.stop() is None  # nothing came in


def test_the_meter_reads_what_came_in_since_the_last_poll(recorder: Recorder, backend: FakeBackend):
    recorder.open()
    backend.stream.push(np.full(100, 0.5))
    backend.stream.push(np.full(100, 0.05))
    assert recorder.poll().level.peak == pytest.approx(-6.02, abs=0.01)
    backend.stream.push(np.full(100, 0.05))
    level = recorder.poll().level
    assert level.peak == pytest.approx(-26.02, abs=0.01)
    assert level.hold == pytest.approx(-6.02, abs=0.01)
    backend.stream.push(np.ones(10))
    assert recorder.poll().level.clipped
    recorder.start()
    assert not recorder.poll().level.clipped


def test_one_second_of_zeros_is_suspicious(recorder: Recorder, backend: FakeBackend):
    recorder.open()
    backend.stream.push(np.zeros(RATE - 1))
    assert not recorder.poll().level.suspicious_silence
    backend.stream.push(np.zeros(1))
    assert recorder.poll().level.suspicious_silence


def test_the_newest_sound_is_there_for_live_analysis(recorder: Recorder, backend: FakeBackend):
    recorder.open()
    backend.stream.push(numbered(3 * RATE))
    newest = recorder.newest(1.0)
    assert newest.shape == (1, RATE)
    assert (newest[0] == numbered(RATE, start=2 * RATE)).all()


def test_what_the_sound_system_threw_away_is_counted(recorder: Recorder, backend: FakeBackend):
    recorder.open()
    backend.stream.xruns = 3
    assert recorder.poll().overflows == 3


def test_a_disk_that_stands_still_longer_than_the_ring_is_counted(
    recorder: Recorder, backend: FakeBackend, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("app.audio.recorder.WRITE_EVERY", 1000.0)
    recorder.start()
    long = round(RING * RATE) + 500
    backend.stream.push(numbered(long), block=RATE)
    path = recorder.stop()
    assert (read(path) == numbered(long - 500, start=500)).all()
    assert recorder.poll().overflows == 1


@pytest.mark.parametrize("how", ["ends", "stalls"])
def test_a_device_lost_while_recording_keeps_the_take(
    recorder: Recorder, backend: FakeBackend, clock: FakeClock, how: str
):
    recorder.start()
    backend.stream.push(numbered(24_000))
    assert recorder.poll().state is DeviceState.READY
    if how == "ends":
        backend.unplug(MICROPHONE)
    else:
        clock.now += STALLED + 0.1
    status = recorder.poll()
    assert (status.state, status.recording) == (DeviceState.LOST, False)
    assert status.sentence is not None
    assert "“Microphone” stopped answering" in status.sentence
    assert "(0.5 s) is kept." in status.sentence
    assert (read(status.take) == numbered(24_000)).all()
    assert recorder.poll() == status
    assert recorder.stop() == status.take


def test_a_device_lost_while_only_listening_says_nothing_of_a_take(
    recorder: Recorder, backend: FakeBackend
):
    recorder.start()
    backend.stream.push(numbered(100))
    recorder.stop()
    backend.unplug(MICROPHONE)
    sentence = recorder.poll().sentence
    assert sentence is not None
    assert "take" not in sentence


def test_after_a_loss_recording_tries_again_and_says_why_it_cannot(
    recorder: Recorder, backend: FakeBackend
):
    recorder.open()
    backend.unplug(MICROPHONE)
    recorder.poll()
    with pytest.raises(AppAudioError, match="“Microphone” does not open"):
        recorder.start()
    assert (recorder.is_open, recorder.in_use) == (False, False)
    find_again(backend, recorder)
    assert recorder.device == HEADSET
    assert recorder.poll().state is DeviceState.READY
    assert (recorder.is_open, recorder.in_use) == (True, True)
    backend.present = [HEADSET, MICROPHONE]
    find_again(backend, recorder)
    assert recorder.device == MICROPHONE
    recorder.start()
    backend.stream.push(numbered(10))
    assert len(read(recorder.stop())) == 10


def test_no_microphone_is_a_state_with_a_sentence(tmp_path: Path):
    recorder = Recorder(FakeBackend(SPEAKER), tmp_path)
    with pytest.raises(AppAudioError) as error:
        recorder.start()
    assert str(error.value) == (
        "There is no microphone or other sound input; connect one and look for devices again."
    )
    assert recorder.poll().state is DeviceState.CLOSED
    broken = Recorder(FakeBackend(problem="PortAudio is missing."), tmp_path)
    with pytest.raises(AppAudioError, match="PortAudio is missing"):
        broken.open()


def test_another_device_that_does_not_open_leaves_the_present_one_running(
    recorder: Recorder, backend: FakeBackend
):
    recorder.open()
    recorder.start()
    backend.stream.push(numbered(10))
    backend.busy = {"Headset"}
    with pytest.raises(AppAudioError, match="Headset"):
        recorder.open(HEADSET)
    assert recorder.device == MICROPHONE
    assert recorder.recording
    backend.stream.push(numbered(10, start=10))
    assert len(read(recorder.stop())) == 20


def test_the_device_that_is_open_can_be_opened_again(recorder: Recorder, backend: FakeBackend):
    recorder.open(MICROPHONE)
    recorder.open(MICROPHONE)
    recorder.start()
    backend.stream.push(numbered(10))
    assert len(read(recorder.stop())) == 10


def test_another_device_ends_the_take(recorder: Recorder, backend: FakeBackend):
    recorder.start()
    first = backend.stream
    first.push(numbered(10))
    recorder.open(HEADSET)
    assert first.closed
    assert len(read(recorder.poll().take)) == 10


def test_a_device_that_opens_but_does_not_start_is_closed_again(
    recorder: Recorder, backend: FakeBackend, monkeypatch: pytest.MonkeyPatch
):
    def start(self: object) -> None:
        raise AppAudioError("It does not start.")

    monkeypatch.setattr("tests.fake_audio.FakeStream.start", start)
    with pytest.raises(AppAudioError, match="does not start"):
        recorder.open()
    assert backend.stream.closed
    assert recorder.device is None


def test_a_folder_that_cannot_be_written_is_told_when_recording_starts(
    backend: FakeBackend, tmp_path: Path
):
    (tmp_path / "file").write_text("in the way")
    recorder = Recorder(backend, tmp_path / "file")
    with pytest.raises(AppAudioError, match="could not be written"):
        recorder.start()
    assert not recorder.recording
    recorder.close()


def test_a_full_disk_ends_the_take_and_keeps_what_was_written(
    recorder: Recorder, backend: FakeBackend, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("app.audio.takes.RF64_FROM", 4000)
    recorder.start()
    backend.stream.push(numbered(1500))
    recorder.drain()
    status = recorder.poll()
    assert (status.recording, status.state) == (False, DeviceState.READY)
    assert status.sentence is not None
    assert status.sentence.endswith("The take until then (0.0 s) is kept.")
    assert (read(status.take) == numbered(1000)).all()
    recorder.start()
    assert recorder.poll().sentence is None


def test_a_take_is_brought_to_the_disk_while_it_grows_and_a_disk_that_fails_ends_it(
    recorder: Recorder, backend: FakeBackend, monkeypatch: pytest.MonkeyPatch
):
    asked = threading.Event()

    def failing(place: Path) -> None:
        asked.set()
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("app.audio.recorder.SYNC_EVERY", 1)
    monkeypatch.setattr("app.audio.takes.sync", failing)
    recorder.start()
    backend.stream.push(numbered(100))
    assert asked.wait(60)
    while (status := recorder.poll()).recording:
        pass
    assert status.sentence is not None and os.strerror(errno.EIO) in status.sentence
    (part,) = (recorder.folder).iterdir()  # for the next start to recover
    assert part.suffix == ".part" and part.stat().st_size > 400


def test_closing_finishes_the_take(recorder: Recorder, backend: FakeBackend):
    recorder.start()
    backend.stream.push(numbered(100))
    recorder.close()
    assert len(read(recorder.poll().take)) == 100
    assert backend.stream.closed
    recorder.close()
