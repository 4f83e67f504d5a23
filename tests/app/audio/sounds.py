"""Sounds as the deck and the player take them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from app.audio.tape import OutputFormat, Tape
from app.audio.track import Track
from app.audio.versions import Versions
from core.types import AudioClip, Variant


def tape(samples: np.ndarray, rate: int) -> Tape:
    """Samples (frames, channels) at the rate of the output, all made."""
    clip = AudioClip(np.array(samples.T), rate)
    made = Tape(clip, OutputFormat(rate, clip.n_channels))
    for number in made.missing(0, len(made)):
        made.make(number)
    return made


def tracks(versions: Mapping[Variant, np.ndarray], rate: int) -> dict[Variant, Track]:
    return {variant: Track(tape(samples, rate)) for variant, samples in versions.items()}


def switchable(clips: Mapping[Variant, AudioClip]) -> Versions:
    """Versions of a whole clip, which is the original."""
    others = dict(clips)
    return Versions(others.pop(Variant.ORIGINAL), others)
