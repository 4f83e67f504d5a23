"""What is heard of a clip and its explanation, and how loud; long ones take seconds to measure."""

from __future__ import annotations

from dataclasses import dataclass

from app.audio.levels_match import LevelMatch, match_levels, peak_db
from app.audio.versions import Versions
from core.job import CancelToken
from core.prepare import cut
from core.types import AudioClip, ExplanationResult, Variant


@dataclass(frozen=True, slots=True, eq=False)
class MatchedVersions:
    """Versions and their levels. peak: of the whole clip, in dBFS; None for silence."""

    clip: AudioClip
    result: ExplanationResult | None
    versions: Versions
    peak: float | None
    levels: LevelMatch


def versions_of(clip: AudioClip, result: ExplanationResult | None) -> Versions:
    """The clip with what the result made of its window, which lies in the clip."""
    if result is None:
        return Versions(clip)
    windows = dict(result.audio)
    del windows[Variant.ORIGINAL]  # it is heard as it came in
    return Versions(clip, windows, result.start)


def match_versions(
    clip: AudioClip,
    result: ExplanationResult | None,
    known: tuple[AudioClip, float | None] | None = None,
    cancel: CancelToken | None = None,
) -> MatchedVersions:
    """The versions are matched to the original within the window, not to all of the clip.

    known: a clip and its peak, which need not be looked for again.
    Raises: Cancelled.
    """
    peak = known[1] if known is not None and known[0] is clip else peak_db(clip)
    versions, original = versions_of(clip, result), clip
    if result is not None:
        end = min(result.end, clip.seconds)
        if end - result.start < clip.seconds:
            original = cut(clip, result.start, end)
    levels = match_levels({Variant.ORIGINAL: original, **versions.windows}, peak, cancel)
    return MatchedVersions(clip, result, versions, peak, levels)
