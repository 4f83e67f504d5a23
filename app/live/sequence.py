"""Sequences of words with gaps and noise, whose times and labels are known."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.audio_io import read_clip
from core.errors import DataError
from core.live.listener import sounding_middle
from core.samples import SampleKind, sample_clips
from core.training.data import list_clips
from core.types import AudioClip, FloatArray

RATE = 16_000  # Hz
GAPS = (0.7, 1.5)  # s between clips
NOISE = 0.002  # RMS, full scale 1: a quiet room


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a sequence: s at its middle, and its label."""

    time: float
    label: str


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """A sound and the words in it, in their order."""

    clip: AudioClip
    words: tuple[Word, ...]


def bundled_sequence() -> Sequence:
    """The sample with several words in noise. Raises: DataError when it is missing."""
    for sample in sample_clips():
        if sample.kind is SampleKind.SEQUENCE:
            words = (Word((event.start + event.end) / 2, event.label) for event in sample.events)
            return Sequence(read_clip(sample.path), tuple(words))
    raise DataError("There is no sample with several words; install HearWhy again.")


def word_sequence(
    data: Path, labels: tuple[str, ...], count: int, seed: int = 1, split: str = "test"
) -> Sequence:
    """Clips of one split of these labels, with gaps and a quiet noise.

    Raises: DataError when there are not so many.
    """
    clips = [
        entry
        for entry in list_clips(data, ("speech_commands",))
        if entry.split == split and entry.label in labels
    ]
    if len(clips) < count:
        raise DataError(
            f"“{data}” has {len(clips)} {split} clips of these words, {count} are needed."
        )
    draw = random.Random(seed)
    parts: list[FloatArray] = [np.zeros(RATE, dtype=np.float32)]
    words: list[Word] = []
    length = RATE
    for entry in draw.sample(clips, count):
        sound = read_clip(entry.path, sample_rate=RATE, mono=True).samples[0]
        words.append(Word((length + sounding_middle(sound)) / RATE, entry.label))
        gap = np.zeros(round(draw.uniform(*GAPS) * RATE), dtype=np.float32)
        parts += [sound, gap]
        length += len(sound) + len(gap)
    noise = np.random.default_rng(seed).normal(0.0, NOISE, length).astype(np.float32)
    return Sequence(
        AudioClip((np.concatenate(parts) + noise)[None], RATE, f"{count} words"), tuple(words)
    )
