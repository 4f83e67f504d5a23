"""FLAC is read to its end, whatever its header says of its length."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from core.audio_io import probe, read_clip
from core.errors import AudioError
from tests.core.sound_files import RATE, sentence, tones, write


def flac(path: Path, total: int | None = None, seconds: float = 3.0) -> np.ndarray:
    """Write a file whose header says so many samples; → what it holds."""
    samples = tones(round(seconds * RATE))
    content = bytearray(write(path, samples).read_bytes())
    if total is not None:
        (facts,) = struct.unpack(">Q", content[18:26])
        content[18:26] = struct.pack(">Q", facts >> 36 << 36 | total)
    path.write_bytes(content)
    return samples[:, 0]


def test_an_unknown_length_is_read_to_the_end(tmp_path: Path):
    samples = flac(tmp_path / "a.flac", 0)
    clip = read_clip(tmp_path / "a.flac")
    np.testing.assert_allclose(clip.samples[0], samples, atol=4e-5)
    assert clip.notes == ()
    assert probe(tmp_path / "a.flac").seconds == 3.0
    part = read_clip(tmp_path / "a.flac", start=1.0, end=2.5)
    np.testing.assert_array_equal(part.samples, clip.samples[:, RATE : 5 * RATE // 2])


def test_a_length_that_is_too_small_hides_nothing(tmp_path: Path):
    samples = flac(tmp_path / "a.flac", RATE)
    clip = read_clip(tmp_path / "a.flac", mono=True)
    np.testing.assert_allclose(clip.samples[0], samples, atol=4e-5)
    assert clip.notes == ("its header says 1.00 s, but it holds 3.00 s",)
    assert read_clip(tmp_path / "a.flac", end=0.5).notes == ()


def test_a_length_that_is_too_large_means_that_it_was_cut_off(tmp_path: Path):
    flac(tmp_path / "a.flac", 4 * RATE)
    with pytest.raises(AudioError, match=r"promises 4\.00 s but only 3\.00 s") as error:
        read_clip(tmp_path / "a.flac")
    sentence(error)


@pytest.mark.parametrize("total", [None, 0])
@pytest.mark.parametrize(
    "tag", [b"TAG" + bytes(125), b"APETAGEX" + struct.pack("<6I", 2000, 32, 0, 1 << 29, 0, 0)]
)
def test_tags_around_it_are_no_damage(tmp_path: Path, total: int | None, tag: bytes):
    samples = flac(tmp_path / "a.flac", total)
    before = b"ID3\x03\0\0\0\0\x10\0" + bytes(2048)
    (tmp_path / "a.flac").write_bytes(before + (tmp_path / "a.flac").read_bytes() + tag)
    np.testing.assert_allclose(read_clip(tmp_path / "a.flac").samples[0], samples, atol=4e-5)


@pytest.mark.parametrize("total", [None, 0])
def test_two_files_joined_are_not_taken_for_one(tmp_path: Path, total: int | None):
    flac(tmp_path / "a.flac", total)
    (tmp_path / "a.flac").write_bytes(2 * (tmp_path / "a.flac").read_bytes())
    with pytest.raises(AudioError) as error:
        read_clip(tmp_path / "a.flac")
    sentence(error)


def test_a_cut_file_of_unknown_length_is_refused(tmp_path: Path):
    flac(tmp_path / "a.flac", 0)
    content = (tmp_path / "a.flac").read_bytes()
    (tmp_path / "a.flac").write_bytes(content[: len(content) // 2])
    with pytest.raises(AudioError, match="cut off") as error:
        read_clip(tmp_path / "a.flac")
    sentence(error)
