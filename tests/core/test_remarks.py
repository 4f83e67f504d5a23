"""Which notes are told without being looked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.audio_io import read_clip
from core.prepare import pad_to, prepare
from core.remarks import remarks
from core.types import AudioClip
from tests.core.sound_files import RATE, tones, wav, write


def test_what_is_done_to_any_sound_is_no_remark(tmp_path: Path):
    path = write(tmp_path / "a.wav", 4 * tones(RATE, 2), 48_000, subtype="FLOAT")
    clip = pad_to(read_clip(path, sample_rate=RATE, mono=True), 2.0)
    clip = prepare(clip, sample_rate=RATE, channels=2)
    assert len(clip.notes) == 5
    assert remarks(clip) == []


def test_what_is_odd_is_one(tmp_path: Path):
    (tmp_path / "a.wav").write_bytes(wav(tones(RATE)[:, 0], 1036, 1000))
    assert remarks(read_clip(tmp_path / "a.wav", sample_rate=8_000)) == [
        "“a”: its header says 0.03 s, but it holds 1.00 s."
    ]
    sound = np.ones((2, 100)) * [[1], [-1]]
    (remark,) = remarks(prepare(AudioClip(sound, RATE, "b"), sample_rate=RATE))
    assert remark.startswith("“b”: took channel 1 of 2 alone")
