"""Gains that make all versions equally loud, so that ears compare sounds and not levels."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.job import CancelToken
from core.levels import amplitude_to_db, rms_db
from core.loudness import integrated_loudness
from core.scratch import extremes
from core.types import AudioClip, Variant

CEILING = -1.0  # dBFS; what lies between samples may be that much higher than they are
SILENT = -90.0  # dBFS; a peak below one step of 16 bits is what computing left over, not a sound


@dataclass(frozen=True, slots=True)
class LevelMatch:
    """What to play each version with.

    gain_db: per version. short_db: how much of the gain it takes to be as loud as the original was
    withheld, because peaks would go beyond −1 dBFS; those are softer than the original.
    """

    gain_db: Mapping[Variant, float]
    short_db: Mapping[Variant, float]

    def __post_init__(self) -> None:
        for name in ("gain_db", "short_db"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def equal(self, variants: Collection[Variant]) -> dict[Variant, float]:
        """Gains with which these are equally loud without exception, all turned down if need be."""
        withheld = max((self.short_db.get(variant, 0.0) for variant in variants), default=0.0)
        return {
            variant: self.gain_db.get(variant, 0.0) + self.short_db.get(variant, 0.0) - withheld
            for variant in variants
        }


def match_levels(
    versions: Mapping[Variant, AudioClip],
    peak: float | None = None,
    cancel: CancelToken | None = None,
) -> LevelMatch:
    """Gains in dB with which every version is as loud as the original.

    Loudness is that of ITU-R BS.1770-4, and below 0.4 s the RMS. No peak is played above −1 dBFS:
    an original beyond that is turned down first and the others follow it, and where another
    version's own peaks are in the way it gets less gain and the rest is in `short_db`. Silent
    versions get 0 dB; so do all where the original is silent or missing.
    peak: of what is played with the original's gain, in dBFS, where that is more than the original
    itself; see `peak_db`.
    Raises: Cancelled.
    """
    peaks = {variant: peak_db(clip) for variant, clip in versions.items()}
    gains, short = dict.fromkeys(versions, 0.0), dict.fromkeys(versions, 0.0)
    reference = peaks.get(Variant.ORIGINAL)
    if reference is None:
        return LevelMatch(gains, short)
    loudest = max(reference, peak) if peak is not None else reference
    gains[Variant.ORIGINAL] = own = min(0.0, CEILING - loudest)
    original = versions[Variant.ORIGINAL]
    for variant, clip in versions.items():
        highest = peaks[variant]
        if variant is Variant.ORIGINAL or highest is None:
            continue
        wanted = own + _louder_by(original, clip, (reference, highest), cancel)
        gains[variant] = min(wanted, CEILING - highest)
        short[variant] = wanted - gains[variant]
    return LevelMatch(gains, short)


def peak_db(clip: AudioClip) -> float | None:
    """The highest sample in dBFS; None for what counts as silence."""
    lowest, highest = extremes(clip.samples)
    peak = amplitude_to_db(max(highest, -lowest))
    return None if peak is None or peak < SILENT else peak


def _louder_by(
    original: AudioClip, version: AudioClip, peaks: tuple[float, float], cancel: CancelToken | None
) -> float:
    """How much louder the original is than a version, in dB; neither is silent. peaks: in dBFS.

    Both are gated as if they were at full scale, so that the absolute gate takes nothing from a
    soft version that it leaves to a loud one.
    """
    loudness = [
        integrated_loudness(clip, -peak, cancel)
        for clip, peak in zip((original, version), peaks, strict=True)
    ]
    if loudness[0] is not None and loudness[1] is not None:
        return loudness[0] - loudness[1]
    return (rms_db(original.samples) or 0.0) - (rms_db(version.samples) or 0.0)
