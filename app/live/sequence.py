"""Sequences of words with gaps and noise, whose times and labels are known."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.audio_io import read_clip
from core.errors import AudioError, DataError
from core.file_names import shown
from core.live.listener import sounding_middle
from core.samples import SampleKind, sample_clips
from core.training.data import ClipEntry
from core.training.data_folder import DataFolder
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
    data: DataFolder, labels: tuple[str, ...], count: int, seed: int = 1, split: str = "test"
) -> Sequence:
    """Clips of one split of these labels, with gaps and a quiet noise; bad ones are replaced.

    Raises: DataError when there are not so many.
    """
    clips = [
        entry
        for entry in data.entries(("speech_commands",))
        if entry.split == split and entry.label in labels
    ]
    if len(clips) < count:
        raise DataError(
            f"“{shown(data.path)}” has {len(clips)} {split} clips of these words, {count} are "
            "needed."
        )
    draw = random.Random(seed)
    parts: list[FloatArray] = [np.zeros(RATE, dtype=np.float32)]
    words: list[Word] = []
    length = RATE
    for entry, sound in _good(data, clips, draw.sample(clips, count)):
        words.append(Word((length + sounding_middle(sound)) / RATE, entry.label))
        gap = np.zeros(round(draw.uniform(*GAPS) * RATE), dtype=np.float32)
        parts += [sound, gap]
        length += len(sound) + len(gap)
    noise = np.random.default_rng(seed).normal(0.0, NOISE, length).astype(np.float32)
    return Sequence(
        AudioClip((np.concatenate(parts) + noise)[None], RATE, f"{count} words"), tuple(words)
    )


def _good(
    data: DataFolder, clips: list[ClipEntry], drawn: list[ClipEntry]
) -> Iterator[tuple[ClipEntry, FloatArray]]:
    """The clips drawn, each with its sound; for each that is bad the next that was not drawn.

    Raises: DataError when there are no more.
    """
    spare = [entry for entry in clips if entry not in drawn]
    for entry in drawn:
        tried = entry
        while True:
            try:
                sound = read_clip(tried.path, sample_rate=RATE, mono=True).samples[0]
                break
            except AudioError as error:
                data.leave_out(tried, error)
                if not spare:
                    raise DataError(
                        f"“{shown(data.path)}” has too few clips of these words that can be read; "
                        f"the last because: {error}"
                    ) from None
                tried = spare.pop(0)
        yield tried, sound
