"""Writing audio, read back from real files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core import audio_io
from core.audio_io import probe, read_clip, write_wav
from core.errors import Cancelled, ExportError
from core.job import CancelToken
from core.types import AudioClip
from tests.core.sound_files import RATE, sentence, tones
from tests.full_disk import full_disk


@pytest.mark.parametrize(("name", "step"), [("a.wav", 0.0), ("a.flac", 2.0**-23)])
def test_what_is_written_reads_back_the_same(tmp_path: Path, name: str, step: float):
    clip = AudioClip(tones(20_000, 2).T, 44_100)
    (tmp_path / name).write_bytes(b"an older file")
    write_wav(tmp_path / name, clip)
    back = read_clip(tmp_path / name)
    assert back.sample_rate == 44_100
    np.testing.assert_allclose(back.samples, clip.samples, rtol=0, atol=step)
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_integer_formats_clip_and_float_does_not(tmp_path: Path):
    clip = AudioClip(np.array([[0.5, 1.5, -1.5]]), RATE)
    for name, how, loudest in [
        ("16.wav", {"subtype": "PCM_16"}, 1.0),
        ("24.flac", {}, 1.0),
        ("float.wav", {}, 1.5),
    ]:
        write_wav(tmp_path / name, clip, **how)
        expected = [0.5, loudest, -loudest]
        np.testing.assert_allclose(read_clip(tmp_path / name).samples[0], expected, atol=1e-4)


def test_sounds_too_long_for_wav_become_rf64(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    clip = AudioClip(tones(1000).T, RATE)
    monkeypatch.setattr(audio_io, "RF64_FROM", 100)
    write_wav(tmp_path / "a.wav", clip)
    assert probe(tmp_path / "a.wav").format == "RF64, FLOAT"
    np.testing.assert_array_equal(read_clip(tmp_path / "a.wav").samples, clip.samples)


def test_what_cannot_be_written_gets_one_sentence_and_leaves_nothing(tmp_path: Path):
    clip = AudioClip(tones(100).T, RATE)
    many = AudioClip(np.zeros((9, 100)), RATE)
    (tmp_path / "file").touch()
    (tmp_path / "folder.wav").mkdir()
    before = sorted(tmp_path.iterdir())
    for path, what, says in [
        (tmp_path / "missing" / "a.wav", clip, "could not be written"),
        (tmp_path / "file" / "a.wav", clip, "could not be written"),
        (tmp_path / "folder.wav", clip, "could not be written"),
        (tmp_path / "a.mp3", clip, "must end in .wav or .flac"),
        (tmp_path / "a.flac", many, "FLAC does not hold 9 channels"),
    ]:
        with pytest.raises(ExportError, match=says) as error:
            write_wav(path, what)
        sentence(error)
    with pytest.raises(ExportError, match="VORBIS"):
        write_wav(tmp_path / "a.wav", clip, subtype="VORBIS")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_a_full_disk_leaves_the_older_file(tmp_path: Path, name: str):
    (tmp_path / name).write_bytes(b"an older file")
    noise = np.random.default_rng(0).uniform(-1, 1, (1, 200_000))
    with pytest.raises(ExportError, match="has room") as error, full_disk(100_000):
        write_wav(tmp_path / name, AudioClip(noise, RATE))
    sentence(error)
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_bytes() == b"an older file"


def test_a_gain_turns_a_clip_up_and_leaves_it_as_it_is_without(tmp_path: Path) -> None:
    clip = AudioClip(np.random.default_rng(0).uniform(-1, 1, (2, 20_000)), RATE)
    write_wav(tmp_path / "a.wav", clip, gain_db=-20.0)
    np.testing.assert_allclose(read_clip(tmp_path / "a.wav").samples, 0.1 * clip.samples, rtol=1e-6)
    write_wav(tmp_path / "b.wav", clip, gain_db=0.0)
    np.testing.assert_array_equal(read_clip(tmp_path / "b.wav").samples, clip.samples)


def test_writing_says_how_far_it_is_and_can_be_stopped(tmp_path: Path) -> None:
    clip = AudioClip(np.zeros(2_000_000, dtype=np.float32), RATE)
    token, told = CancelToken(), []

    def report(share: float, stage: str) -> None:
        told.append((share, stage))
        if share > 0.5:
            token.set()

    with pytest.raises(Cancelled):
        write_wav(tmp_path / "a.wav", clip, report=report, cancel=token)
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert 0.5 < shares[-1] < 1.0
    assert list(tmp_path.iterdir()) == []
