"""Sound files as real people have them, through the command line: all of them, and what is odd."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.app.conftest import Cli, noise, write_sound
from tests.models import RATE


def joined(path: Path) -> Path:
    content = write_sound(path / "part.mp3", 1.5).read_bytes()
    (path / "clip.mp3").write_bytes(content + b"ID3\x03\0\0\0\0\x01\0" + bytes(128) + content)
    return path / "clip.mp3"


def chained(path: Path) -> Path:
    content = write_sound(path / "part.ogg", 1.5).read_bytes()
    (path / "clip.ogg").write_bytes(2 * content)
    return path / "clip.ogg"


def from_a_pipe(path: Path) -> Path:
    content = bytearray(write_sound(path / "clip.flac", 3.0).read_bytes())
    content[21:26] = bytes([content[21] & 0xF0, 0, 0, 0, 0])
    (path / "clip.flac").write_bytes(content)
    return path / "clip.flac"


def out_of_date(path: Path) -> Path:
    content = bytearray(write_sound(path / "clip.wav", 3.0, subtype="PCM_16").read_bytes())
    content[40:44] = struct.pack("<I", 2 * RATE)
    (path / "clip.wav").write_bytes(content)
    return path / "clip.wav"


def opposite(path: Path) -> Path:
    sound = noise(3.0)[:, 0]
    soundfile.write(path / "clip.wav", np.stack([sound, -sound], axis=1), RATE)
    return path / "clip.wav"


@pytest.mark.parametrize(
    ("make", "notes"),
    [
        (joined, []),
        (chained, []),
        (from_a_pipe, []),
        (out_of_date, ["its header says 1.00 s, but it holds 3.00 s"]),
        (opposite, ["took channel 1 of 2 alone: mixed to mono they cancel each other"]),
    ],
)
def test_all_of_a_sound_is_heard_and_what_is_odd_is_said(
    explain: Cli, tmp_path: Path, make, notes: list[str]
):
    (tmp_path / "sounds").mkdir()
    clip = make(tmp_path / "sounds")
    done = explain(clip, "--json")
    assert (done.code, done.err) == (0, "")
    (record,) = done.records
    assert record["clip_seconds"] == pytest.approx(3.0, abs=0.01)
    assert record["notes"] == notes
    kept = json.loads((tmp_path / "out" / "clip" / "explanation.json").read_bytes())
    assert kept["notes"] == notes
    original, _ = soundfile.read(tmp_path / "out" / "clip" / "original.wav")
    assert np.abs(original).max() > 0.05
