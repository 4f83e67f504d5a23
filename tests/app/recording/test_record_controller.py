"""Takes from the microphone to the list of clips, with a sound card made of plain Python."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from app.audio import takes
from app.audio.ports import DeviceState
from app.audio.takes import TakeWriter
from app.record_controller import LISTED
from core.audio_io import write_wav
from core.types import AudioClip
from tests.app.recording.bench import numbered, read
from tests.fake_audio import MICROPHONE, SPEAKER

RATE = 48_000


def test_the_microphone_is_closed_until_it_is_needed(bench):
    bench.app.devices.look()
    bench.record.poll()
    assert bench.backend.streams == []


def test_a_take_becomes_the_clip_that_is_open(qtbot, bench):
    bench.record.toggle()
    bench.hear(numbered(24_000))
    bench.record.poll()
    with qtbot.waitSignal(bench.app.explain.idle):
        bench.record.toggle()
    (take,) = bench.takes
    assert take.parent == bench.settings.settings.take_folder
    assert (read(take) == numbered(24_000)).all()
    state = bench.app.session.state
    assert state.current == str(take)
    assert state.item is not None
    assert take.stem == f"take {state.item.name}"
    assert state.clip is not None
    assert state.clip.seconds == pytest.approx(0.5)
    assert bench.recorded == [True, False]
    assert bench.posted == []


def test_a_take_is_explained_by_itself_when_clips_are(qtbot, bench, monkeypatch):
    explained = []
    monkeypatch.setattr(bench.app.explain, "explain", lambda: explained.append(True))
    bench.app.explain.automatic = True
    bench.record.start()
    bench.hear(numbered(24_000))
    with qtbot.waitSignal(bench.app.session.clip_changed, check_params_cb=lambda s: s.clip):
        bench.record.stop()
    assert explained == [True]


def test_the_microphone_is_closed_after_the_take(bench):
    bench.record.start()
    bench.hear(numbered(100))
    bench.record.stop()
    assert bench.backend.stream.closed
    assert bench.levels[-1] is None


def test_clock_and_meter_follow_the_take(qtbot, bench):
    bench.record.start()
    bench.hear(np.full(4800, 0.5))
    with qtbot.waitSignal(bench.record.time_changed, check_params_cb=lambda s: s > 0.09):
        pass  # the timer asks and the thread writes
    assert bench.seconds[0] == 0.0
    assert max(level.hold for level in bench.levels if level.hold) == pytest.approx(-6.02, abs=0.01)


def test_what_plays_is_stopped_and_play_says_why_it_waits(qtbot, bench, tmp_path):
    path = tmp_path / "tone.wav"
    write_wav(path, AudioClip(0.1 * np.ones((1, 16_000)), 16_000))
    with qtbot.waitSignal(bench.app.explain.idle):
        bench.app.explain.open_files([path])
    playing = []
    bench.app.playback.playing_changed.connect(playing.append)
    bench.app.playback.toggle()
    bench.record.start()
    bench.app.playback.toggle()
    assert playing == [True, False]
    assert bench.posted == ["A take is being recorded; end it with R to play."]
    bench.hear(numbered(100))
    with qtbot.waitSignal(bench.app.explain.idle):
        bench.record.stop()
    bench.app.playback.toggle()
    assert playing == [True, False, True]


def test_a_device_lost_while_recording_keeps_the_take_and_recording_works_again(qtbot, bench):
    bench.record.start()
    bench.hear(numbered(24_000))
    bench.backend.unplug(MICROPHONE)
    bench.record.poll()
    assert bench.recorded == [True, False]
    assert len(bench.posted) == 1
    assert "“Microphone” stopped answering" in bench.posted[0]
    assert bench.posted[0].endswith("The take until then (0.5 s) is kept.")
    assert (read(bench.takes[0]) == numbered(24_000)).all()
    bench.backend.present = [SPEAKER, MICROPHONE]
    bench.app.devices.rescan()
    bench.record.start()
    qtbot.waitUntil(lambda: bench.record.recording)
    assert bench.backend.stream.device == MICROPHONE
    bench.hear(numbered(10))
    bench.record.stop()
    assert len(bench.takes) == 2


def test_a_disk_that_is_full_ends_the_take_and_keeps_it(qtbot, bench, monkeypatch):
    monkeypatch.setattr(takes, "RF64_FROM", 4000)
    bench.record.start()
    bench.hear(numbered(1500))
    qtbot.waitSignal(bench.record.recording_changed).wait()  # by itself
    assert len(bench.posted) == 1
    assert bench.posted[0].endswith("The take until then (0.0 s) is kept.")
    assert (read(bench.takes[0]) == numbered(1000)).all()


def test_a_folder_that_cannot_be_written_becomes_a_notice(bench, tmp_path):
    (tmp_path / "file").write_text("in the way")
    bench.settings.change(take_folder=tmp_path / "file")
    bench.record.start()
    assert not bench.record.recording
    assert "could not be written" in bench.posted[-1]
    assert bench.backend.stream.closed


def test_a_take_of_nothing_leaves_a_word_and_no_clip(bench):
    bench.record.start()
    bench.record.stop()
    assert bench.takes == []
    assert bench.posted == ["Nothing was recorded: no sound came in before the take ended."]


def test_one_second_of_zeros_is_told_once(bench):
    bench.record.start()
    for _ in range(3):
        bench.hear(np.zeros(RATE))
        bench.record.poll()
    assert len(bench.posted) == 1
    assert "“Microphone” gives nothing but zeros" in bench.posted[0]


def test_gaps_in_the_take_are_told(bench):
    bench.record.start()
    bench.hear(numbered(100))
    bench.backend.stream.xruns = 2
    bench.record.stop()
    assert bench.posted == [
        "The take has gaps (2): the computer was too busy to take in all the sound."
    ]


def test_shutting_down_finishes_the_take(bench):
    bench.record.start()
    bench.hear(numbered(100))
    bench.app.shut_down()
    (take,) = bench.settings.settings.take_folder.iterdir()
    assert (read(take) == numbered(100)).all()
    assert bench.backend.stream.closed


def test_takes_of_before_are_offered_the_newest_at_the_end(qtbot, bench):
    folder = bench.settings.settings.take_folder
    folder.mkdir()
    for number in range(LISTED + 5):
        (folder / f"take 2026-01-01 10.00.{number:02d}.wav").write_bytes(b"")
    (folder / "take away.wav").write_bytes(b"")
    with qtbot.waitSignal(bench.app.session.items_changed):
        bench.record.look_for_takes()
    assert [take.stem[-2:] for take in bench.takes] == [f"{n:02d}" for n in range(5, LISTED + 5)]
    assert bench.app.session.state.current is None


def test_a_take_that_a_crash_left_is_recovered_with_a_word(qtbot, bench):
    folder = bench.settings.settings.take_folder
    writer = TakeWriter(folder, RATE, 1)
    writer.append(numbered(100)[:, None])
    path = writer.finish()
    path.rename(path.with_name(f"{path.name}.{2**22 + 1}.part"))  # as of a process that ended
    with qtbot.waitSignal(bench.app.session.items_changed):
        bench.record.look_for_takes()
    (take,) = bench.takes
    assert (read(take) == numbered(100)).all()
    assert len(bench.posted) == 1
    assert f"“{take.stem}” was still being recorded" in bench.posted[0]


def test_another_folder_for_takes_is_looked_into_and_used(qtbot, bench, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    old = other / f"take {datetime(2026, 1, 1):%Y-%m-%d %H.%M.%S}.wav"
    old.write_bytes(b"")
    with qtbot.waitSignal(bench.app.session.items_changed):
        bench.settings.change(take_folder=other)
    assert bench.takes == [old]
    bench.record.start()
    bench.hear(numbered(10))
    bench.record.stop()
    assert bench.takes[1].parent == other


def test_without_takes_nothing_is_said(qtbot, bench):
    with qtbot.waitSignal(bench.record._runner.succeeded):
        bench.record.look_for_takes()
    assert (bench.takes, bench.posted) == ([], [])


def test_a_lost_device_closes_the_microphone(bench):
    bench.record.start()
    bench.backend.unplug(MICROPHONE)
    bench.record.poll()
    assert bench.record._recorder.poll().state is DeviceState.CLOSED
