from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile

from app.audio import takes
from app.audio.ports import AppAudioError
from app.audio.takes import TakeWriter, newest_takes, recover_takes
from core.audio_io import read_clip
from tests.full_disk import full_disk


def ramp(n: int, channels: int = 1, start: int = 0) -> np.ndarray:
    return np.repeat(np.arange(start, start + n, dtype=np.float32)[:, None] / 1e6, channels, axis=1)


def named(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def abandoned(tmp_path: Path) -> Path:
    """A folder with a take of 1,000 frames whose program was killed amid the next frame."""
    program = (
        "import os, sys, numpy as np\n"
        "from pathlib import Path\n"
        "from app.audio.takes import TakeWriter\n"
        "writer = TakeWriter(Path(sys.argv[1]), 16000, 2)\n"
        "for start in range(0, 1000, 100):\n"
        "    numbers = np.arange(start, start + 100, dtype=np.float32) / 1e6\n"
        "    writer.append(np.repeat(numbers[:, None], 2, axis=1))\n"
        "writer._file.write(b'abc')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    return tmp_path


def test_a_finished_take_is_a_wav_file_of_exactly_what_was_written(tmp_path: Path):
    folder = tmp_path / "new" / "takes"
    writer = TakeWriter(folder, 44_100, 2)
    for start in range(0, 1000, 250):
        writer.append(ramp(250, 2, start))
    assert named(folder) == [f"{writer._part.name}"]
    path = writer.finish()
    assert path is not None
    assert named(folder) == [path.name]
    assert path.name.startswith("take 20")
    samples, rate = soundfile.read(path, dtype="float32")
    assert rate == 44_100
    assert (samples == ramp(1000, 2)).all()
    assert soundfile.info(path).subtype == "FLOAT"
    assert read_clip(path).n_samples == 1000


def test_a_take_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    events: list[str] = []
    monkeypatch.setattr(
        takes, "sync", lambda place: events.append(f"{place.name}: {named(tmp_path)}")
    )
    writer = TakeWriter(tmp_path, 16_000, 1)
    writer.append(ramp(10))
    part = writer._part.name
    path = writer.finish()
    assert path is not None
    assert events == [f"{part}: {[part]}", f"{tmp_path.name}: {[path.name]}"]


def test_a_take_of_nothing_leaves_nothing(tmp_path: Path):
    assert TakeWriter(tmp_path, 16_000, 1).finish() is None
    assert named(tmp_path) == []


def test_takes_of_one_second_do_not_overwrite_each_other(tmp_path: Path):
    writers = [TakeWriter(tmp_path, 16_000, 1) for _ in range(3)]
    for i, writer in enumerate(writers):
        writer.append(ramp(10 + i))
    paths = {writer.finish() for writer in writers}
    assert sorted(soundfile.info(path).frames for path in paths) == [10, 11, 12]


def test_what_was_written_is_on_disk_before_the_take_is_finished(tmp_path: Path):
    writer = TakeWriter(tmp_path, 16_000, 1)
    writer.append(ramp(500))
    assert next(tmp_path.iterdir()).stat().st_size >= 2000
    writer.finish()


def test_a_folder_that_cannot_be_is_told_in_one_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(AppAudioError, match=r"“.*file.*” \(.*\); choose a folder .*\.$"):
        TakeWriter(tmp_path / "file", 16_000, 1)


def test_a_full_disk_is_told_and_the_take_until_then_kept(tmp_path: Path):
    writer = TakeWriter(tmp_path, 16_000, 1)
    writer.append(ramp(1000))
    with full_disk(6000):
        for _ in range(2):  # the first is written in part
            with pytest.raises(AppAudioError, match=r"could not be written.*room\.$"):
                writer.append(ramp(1000, start=1000))
        path = writer.finish()
    assert path is not None
    samples, _ = soundfile.read(path, dtype="float32")
    assert len(samples) >= 1000
    assert (samples == ramp(len(samples))[:, 0]).all()
    assert read_clip(path).n_samples == len(samples)


def test_a_take_ends_where_a_wav_file_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(takes, "RF64_FROM", 4000)
    writer = TakeWriter(tmp_path, 16_000, 1)
    writer.append(ramp(900))
    with pytest.raises(AppAudioError, match="4 GB"):
        writer.append(ramp(200, start=900))
    path = writer.finish()
    assert path is not None
    assert read_clip(path).n_samples == writer.frames == 1000


def test_a_take_of_a_program_that_was_killed_is_recovered_whole(abandoned: Path):
    assert [path.suffix for path in abandoned.iterdir()] == [".part"]
    (path,) = recover_takes(abandoned)
    assert list(abandoned.iterdir()) == [path]
    assert path.name.startswith("take 20")
    assert path.suffix == ".wav"
    samples, rate = soundfile.read(path, dtype="float32")
    assert rate == 16_000
    assert (samples == ramp(1000, 2)).all()
    assert read_clip(path).n_samples == 1000
    assert recover_takes(abandoned) == []


def test_recovering_does_not_overwrite(abandoned: Path):
    (part,) = abandoned.iterdir()
    there = abandoned / f"{part.name.rpartition('.wav.')[0]}.wav"
    there.write_bytes(b"another take")
    (path,) = recover_takes(abandoned)
    assert there.read_bytes() == b"another take"
    assert soundfile.info(path).frames == 1000


def test_a_take_being_written_is_left_alone(tmp_path: Path):
    writer = TakeWriter(tmp_path, 16_000, 1)
    writer.append(ramp(100))
    assert recover_takes(tmp_path) == []
    writer.append(ramp(100))
    path = writer.finish()
    assert path is not None
    assert soundfile.info(path).frames == 200


def test_the_number_of_a_process_that_came_again_protects_nothing(tmp_path: Path):
    writer = TakeWriter(tmp_path, 16_000, 1)
    writer.append(ramp(100))
    before = psutil.Process().create_time() - 10
    os.utime(writer._part, (before, before))  # older than this process, whose number it bears
    assert len(recover_takes(tmp_path)) == 1
    writer._sound.close()
    writer._file.close()


def test_what_is_no_take_stays_as_it_is(tmp_path: Path):
    finished = subprocess.Popen([sys.executable, "-c", ""])
    finished.wait()
    names = [f"take.wav.{finished.pid}.part", "take.wav.half.part", "notes.part"]
    for name in names:
        (tmp_path / name).write_bytes(b"nothing libsndfile knows")
    assert recover_takes(tmp_path) == []
    assert named(tmp_path) == sorted(names)


def test_an_empty_take_of_a_program_that_was_killed_is_removed(tmp_path: Path):
    finished = subprocess.Popen([sys.executable, "-c", ""])
    finished.wait()
    part = tmp_path / f"take.wav.{finished.pid}.part"
    soundfile.write(part, np.zeros((0, 1)), 16_000, format="WAV")
    os.utime(part, (time.time(), time.time()))
    assert recover_takes(tmp_path) == []
    assert named(tmp_path) == []


def test_no_folder_holds_no_takes(tmp_path: Path):
    assert recover_takes(tmp_path / "none") == []


def test_the_newest_takes_are_found_among_other_files(tmp_path: Path):
    names = [f"take 2026-01-0{day} 10.00.00.wav" for day in range(1, 5)]
    names.append("take 2026-01-04 10.00.00 (2).wav")
    for name in (*reversed(names), "take five.wav", "take 2026-01-09 10.00.00.flac", "tone.wav"):
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in newest_takes(tmp_path, 10)] == names
    assert [path.name for path in newest_takes(tmp_path, 2)] == names[-2:]
    assert newest_takes(tmp_path / "nowhere", 2) == []


def test_a_take_is_found_under_the_name_it_gets(tmp_path: Path):
    writer = TakeWriter(tmp_path, 16_000, 1)
    writer.append(ramp(10))
    assert newest_takes(tmp_path, 9) == []
    path = writer.finish()
    assert newest_takes(tmp_path, 9) == [path]
