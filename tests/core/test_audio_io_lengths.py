"""Sound files that are cut off, or do not state how long they are."""

from __future__ import annotations

import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from core.audio_io import probe, read_clip
from core.errors import AudioError
from tests.core.sound_files import FORMATS, RATE, sentence, tones, wav, write

TRUNCATED = [name for name in FORMATS if name not in ("adpcm.wav",)]


@pytest.mark.parametrize("name", TRUNCATED)
@pytest.mark.parametrize("share", [0.4, 0.9])
def test_a_file_that_was_cut_off_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str, share: float
):
    path = write(tmp_path / name, tones(3 * RATE), **FORMATS[name][0])
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(AudioError, match=r"is (damaged or )?cut off") as error:
        read_clip(path)
    text = sentence(error)
    if name not in ("a.ogg", "a.opus", "a.mp3", "alac.caf"):
        assert "promises 3.00 s" in text
    if name in ("16.wav", "a.w64", "a.aiff", "a.au", "long.wav"):
        assert f"only {3 * share:.2f} s can be read" in text
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("frames", [0, 5])
def test_a_wav_cut_off_in_or_right_after_its_header_is_refused(tmp_path: Path, frames: int):
    path = write(tmp_path / "a.wav", tones(RATE))
    path.write_bytes(path.read_bytes()[: 44 + 2 * frames])
    with pytest.raises(AudioError, match=r"promises 1\.00 s but only 0\.00 s can be read"):
        read_clip(path)
    path.write_bytes(path.read_bytes()[:30])
    with pytest.raises(AudioError) as error:
        read_clip(path)
    sentence(error)


@pytest.mark.parametrize("riff", [0, 8, 36, 0x7FFFF024, 0xFFFFFFFF])
@pytest.mark.parametrize("data", [0, 0x7FFFF000, 0x80000000, 0xFFFFFFFF])
def test_a_wav_from_a_pipe_states_no_length_and_reads_whole(tmp_path: Path, riff: int, data: int):
    samples = tones(RATE)[:, 0]
    path = tmp_path / "pipe.wav"
    path.write_bytes(wav(samples, riff, data))
    np.testing.assert_allclose(read_clip(path).samples[0], samples, atol=1e-4)


def test_a_closed_wav_without_sound_is_not_taken_for_a_pipe(tmp_path: Path):
    tail = b"LIST" + struct.pack("<I", 4) + b"INFO"
    path = tmp_path / "empty.wav"
    path.write_bytes(wav(np.zeros(0), 36 + len(tail), 0, tail))
    with pytest.raises(AudioError, match="holds no samples"):
        read_clip(path)


def test_a_wav_whose_writer_counted_the_header_still_reads(tmp_path: Path):
    path = tmp_path / "sloppy.wav"
    path.write_bytes(wav(tones(RATE)[:, 0], 36 + 2 * RATE, 44 + 2 * RATE))
    assert read_clip(path).n_samples == RATE


def test_tags_do_not_hide_that_an_mp3_was_cut_off(tmp_path: Path):
    path = write(tmp_path / "a.mp3", tones(3 * RATE))
    tag = b"ID3\x03\0\0\0\0\x10\0" + bytes(2048)
    content = tag + path.read_bytes()
    path.write_bytes(content)
    assert read_clip(path).n_samples == 3 * RATE
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(AudioError, match="is cut off"):
        read_clip(path)


def test_a_header_that_lies_claims_no_memory(tmp_path: Path):
    path = write(tmp_path / "a.flac", tones(RATE))
    content = bytearray(path.read_bytes())
    content[21] |= 0x0F  # the upper bits of the number of samples, in STREAMINFO
    path.write_bytes(content)
    assert probe(path).seconds > 1e6
    tracemalloc.start()
    try:
        with pytest.raises(AudioError, match="damaged or cut off"):
            read_clip(path)
        assert tracemalloc.get_traced_memory()[1] < 2e8
    finally:
        tracemalloc.stop()
