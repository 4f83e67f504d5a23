"""The sounds of the report: 16-bit WAV, which every browser plays, inside the page."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping

import numpy as np

from core.exporters._report_plots import data_uri
from core.levels import amplitude_to_db, db_to_amplitude
from core.types import AudioClip, Variant

MOST_CHANNELS = 2  # that every browser plays


def common_gain_db(clips: Mapping[Variant, AudioClip], gain_db: Mapping[Variant, float]) -> float:
    """What to turn all versions down by so that none exceeds full scale, in dB; 0 or below.

    gain_db: what each is turned up by besides.
    """
    loudest = 0.0
    for variant, clip in clips.items():
        peak_db = amplitude_to_db(float(np.abs(clip.samples).max(initial=0.0)))
        if peak_db is not None:
            loudest = max(loudest, peak_db + gain_db.get(variant, 0.0))
    return -math.ceil(10 * loudest) / 10


def player_uri(clip: AudioClip, gain_db: float) -> str:
    """A clip, turned up by that much, as WAV of 16 bits in a data URI."""
    import soundfile

    samples = np.float32(db_to_amplitude(gain_db)) * clip.samples[:MOST_CHANNELS].T
    file = io.BytesIO()
    soundfile.write(file, samples, clip.sample_rate, format="WAV", subtype="PCM_16")
    return data_uri("audio/wav", file.getvalue())
