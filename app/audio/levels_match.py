"""Gains that make all versions equally loud, so that ears compare sounds and not levels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from core.levels import amplitude_to_db, rms_db
from core.types import AudioClip, FloatArray, Variant

CEILING = -1.0  # dBFS; what lies between samples may be that much higher than they are
SILENT = -90.0  # dBFS; a peak below one step of 16 bits is what computing left over, not a sound
SHORTEST = 0.4  # s, one gating block of BS.1770
MOST_CHANNELS = 5  # that BS.1770 weighs


@dataclass(frozen=True, slots=True)
class LevelMatch:
    """What to play each version with.

    gain_db: per version. limited: those that stay softer than the original because their peaks
    would go beyond −1 dBFS.
    """

    gain_db: Mapping[Variant, float]
    limited: frozenset[Variant] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "gain_db", MappingProxyType(dict(self.gain_db)))


def match_levels(versions: Mapping[Variant, AudioClip]) -> LevelMatch:
    """Gains in dB with which every version is as loud as the original.

    Loudness is that of ITU-R BS.1770-4, and below 0.4 s the RMS. No peak is played above −1 dBFS:
    an original beyond that is turned down first and the others follow it, and where another
    version's own peaks are in the way it gets less gain and is named in `limited`. Silent versions
    get 0 dB; so do all where the original is silent or missing.
    """
    peaks = {variant: _peak_db(clip) for variant, clip in versions.items()}
    gains = dict.fromkeys(versions, 0.0)
    limited: set[Variant] = set()
    reference = peaks.get(Variant.ORIGINAL)
    if reference is None:
        return LevelMatch(gains)
    gains[Variant.ORIGINAL] = own = min(0.0, CEILING - reference)
    original = versions[Variant.ORIGINAL]
    for variant, clip in versions.items():
        peak = peaks[variant]
        if variant is Variant.ORIGINAL or peak is None:
            continue
        wanted = own + _louder_by(original, clip)
        gains[variant] = min(wanted, CEILING - peak)
        if gains[variant] < wanted:
            limited.add(variant)
    return LevelMatch(gains, frozenset(limited))


def _peak_db(clip: AudioClip) -> float | None:
    """dBFS; None for what counts as silence."""
    peak = amplitude_to_db(float(np.abs(clip.samples).max(initial=0.0)))
    return None if peak is None or peak < SILENT else peak


def _louder_by(original: AudioClip, version: AudioClip) -> float:
    """How much louder the original is than a version, in dB; neither is silent."""
    difference = _loudness(original) - _loudness(version)
    if math.isfinite(difference):
        return difference
    return (rms_db(original.samples) or 0.0) - (rms_db(version.samples) or 0.0)


def _loudness(clip: AudioClip) -> float:
    """LUFS; NaN where BS.1770 says nothing: too short, too many channels, or nothing audible."""
    if clip.n_samples < SHORTEST * clip.sample_rate or clip.n_channels > MOST_CHANNELS:
        return math.nan
    import pyloudnorm

    # At full scale, so that the absolute gate of −70 LUFS takes nothing from a soft version that
    # it leaves to a loud one.
    peak = float(np.abs(clip.samples).max())
    samples: FloatArray = clip.samples.T / np.float32(peak)
    with np.errstate(all="ignore"):
        lufs = float(pyloudnorm.Meter(clip.sample_rate).integrated_loudness(samples))
    return lufs + 20.0 * math.log10(peak) if math.isfinite(lufs) else math.nan
