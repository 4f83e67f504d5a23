"""A long recording to measure with: noise, moving tones, and now and then a spoken word."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.audio_io import read_clip
from core.files import replacing
from core.prepare import prepare
from core.samples import SampleKind, sample_clips

RATE = 48_000
PIECE = 10.0  # s; each holds a word or two
WORDS = (2.0, 6.5)  # s within a piece where words begin


def write_long_sound(path: Path, seconds: float) -> None:
    """A 16-bit stereo WAV at 48 kHz, always the same. Raises: ExportError, AudioError."""
    import soundfile

    random = np.random.default_rng(0)
    spoken = [sample for sample in sample_clips() if sample.kind is SampleKind.KEYWORD]
    words = [prepare(read_clip(sample.path), sample_rate=RATE).samples[0] for sample in spoken]
    time = np.arange(round(PIECE * RATE)) / RATE
    with (
        replacing(path, lasting=False) as temporary,
        soundfile.SoundFile(
            temporary, "w", RATE, channels=2, subtype="PCM_16", format="WAV"
        ) as sound,
    ):
        for number in range(round(seconds / PIECE)):
            piece = random.normal(0.0, 0.004, (len(time), 2))
            pitch = 200.0 * 2.0 ** (number % 48 / 12.0)
            bursts = 0.05 * (np.sin(2.0 * np.pi * time / 3.1) > 0.8)
            piece += (bursts * np.sin(2.0 * np.pi * pitch * time))[:, None]
            for place, begin in enumerate(WORDS):
                word = words[(2 * number + place) % len(words)]
                first = round(begin * RATE)
                piece[first : first + len(word)] += word[:, None]
            sound.write(np.clip(piece, -1.0, 1.0))
