"""Long sounds outside of memory: the same samples, read-only, and no file left behind."""

from __future__ import annotations

import errno
import mmap
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile

from core.audio_io import read_clip
from core.errors import AudioError, Cancelled
from core.job import CancelToken
from core.prepare import prepare
from core.scratch import MappedTape, Scratch, extremes, let_go, new_tape, passing
from core.types import AudioClip

SMALL = 4 * 8000


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path / "scratch", SMALL)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "sound.wav"
    samples = np.random.default_rng(0).normal(0.0, 0.1, (48_000, 2))
    soundfile.write(path, samples, 48_000, subtype="FLOAT")
    return path


def test_a_long_file_is_read_to_the_same_samples(scratch: Scratch, recording: Path) -> None:
    mapped = read_clip(recording, mono=True, scratch=scratch)
    assert isinstance(mapped.samples.base, mmap.mmap)
    plain = read_clip(recording, mono=True)
    assert np.array_equal(mapped.samples, plain.samples) and mapped.notes == plain.notes
    stereo = read_clip(recording, scratch=scratch).samples
    assert np.array_equal(stereo, read_clip(recording).samples)


def test_what_is_short_stays_in_memory(scratch: Scratch, recording: Path) -> None:
    clip = read_clip(recording, mono=True, end=0.1, scratch=scratch)
    assert clip.samples.base is None and not list(scratch.folder.glob("*"))


def test_a_clip_is_prepared_to_the_same_samples(scratch: Scratch, recording: Path) -> None:
    clip = read_clip(recording, mono=True)
    mapped = prepare(clip, sample_rate=16_000, scratch=scratch)
    assert isinstance(mapped.samples.base, mmap.mmap)
    assert np.array_equal(mapped.samples, prepare(clip, sample_rate=16_000).samples)


def test_a_clip_takes_a_mapped_sound_as_it_is_and_no_one_can_change_it(scratch: Scratch) -> None:
    tape = MappedTape(scratch.folder, 1)
    tape.append(np.ones((5, 1), dtype=np.float32))
    samples = tape.samples()
    clip = AudioClip(samples, 8000)
    assert clip.samples is samples
    with pytest.raises(ValueError, match="WRITEABLE"):
        samples.setflags(write=True)
    let_go(samples)
    assert samples.tolist() == [[1.0] * 5]


def test_nothing_appended_is_nothing(scratch: Scratch) -> None:
    assert MappedTape(scratch.folder, 2).samples().shape == (2, 0)


def test_letting_go_takes_it_out_of_this_process(scratch: Scratch) -> None:
    tape = MappedTape(scratch.folder, 1)
    for _ in range(64):
        tape.append(np.ones((2**18, 1), dtype=np.float32))
    samples, process = tape.samples(), psutil.Process()
    before = process.memory_info().rss
    assert samples.sum() == 2**24
    assert process.memory_info().rss > before + 48 * 2**20
    let_go(samples)
    assert process.memory_info().rss < before + 16 * 2**20
    let_go(np.ones((1, 3), dtype=np.float32))  # which is not mapped
    most = before
    for block in passing(samples, 10_000):
        assert block.sum() != 1
        most = max(most, process.memory_info().rss)
    assert before < most < before + 32 * 2**20


def test_no_file_is_left_whatever_happens(scratch: Scratch) -> None:
    program = (
        "import os, sys; from pathlib import Path; import numpy as np\n"
        "from core.scratch import MappedTape\n"
        "tape = MappedTape(Path(sys.argv[1]), 1)\n"
        "tape.append(np.ones((1000, 1), dtype=np.float32)); samples = tape.samples()\n"
        "os._exit(int(samples.sum()) // 1000)"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(scratch.folder)], check=False)
    assert ended.returncode == 1
    assert not list(scratch.folder.iterdir())


def test_a_full_disk_is_told(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def write(self, data: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    tape = MappedTape(scratch.folder, 1)
    tape._file.close()
    monkeypatch.setattr(tape, "_file", Full())
    with pytest.raises(AudioError, match=r"no room for a long sound .* \(No space left"):
        tape.append(np.ones((5, 1), dtype=np.float32))


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AudioError, match="no room for a long sound"):
        MappedTape(tmp_path / "file" / "folder", 1)


def test_reading_and_preparing_tell_how_far_they_are_and_can_be_cancelled(
    recording: Path,
) -> None:
    told: list[tuple[float, str]] = []
    cancel = CancelToken()

    def report(share: float, stage: str) -> None:
        told.append((share, stage))
        cancel.set()

    with pytest.raises(Cancelled):
        read_clip(recording, report=report, cancel=cancel)
    clip, cancel = read_clip(recording, mono=True), CancelToken()
    with pytest.raises(Cancelled):
        prepare(clip, sample_rate=16_000, report=report, cancel=cancel)
    assert told == [(0.0, "Reading sound.wav"), (0.0, "Resampling")]


@pytest.mark.parametrize("block", [1, 7, 100, 1000])
def test_passing_by_meets_every_sample_once(block: int) -> None:
    samples = np.random.default_rng(0).uniform(-1, 1, (2, 100)).astype(np.float32)
    blocks = list(passing(samples, block))
    np.testing.assert_array_equal(np.concatenate(blocks), samples.T)
    assert list(passing(samples[:, :0], block)) == []


def test_the_extremes_of_a_sound_are_those_of_all_its_parts(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    sound = rng.uniform(-1, 1, (2, 600_000)).astype(np.float32)
    sound[1, 599_999], sound[0, 300_000] = 1.5, -1.25
    assert extremes(sound) == (-1.25, 1.5)
    assert extremes(np.full((1, 3), 0.5, np.float32)) == (0.0, 0.5)
    assert extremes(np.zeros((1, 0), np.float32)) == (0.0, 0.0)
    sound[0, 5] = np.nan
    assert np.isnan(extremes(sound)).all()


def test_a_tape_is_where_its_length_belongs(tmp_path: Path) -> None:
    scratch, block = Scratch(tmp_path, from_bytes=400), np.ones((60, 1), np.float32)
    for where, is_mapped in ((scratch, True), (None, False), (Scratch(tmp_path, 4_000), False)):
        tape = new_tape(where, 1, 100)
        assert isinstance(tape, MappedTape) is is_mapped
        tape.append(block)
        tape.append(2 * block)  # more than was expected
        found = tape.samples()
        assert found.shape == (1, 120) and not found.flags.writeable
        assert found.sum() == 180
