"""All windows of a long clip, each explained, and their sounds joined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

from core.job import CancelToken, Report, part
from core.joining import CrossfadeJoin
from core.levels import rms_db
from core.prepare import between, windows
from core.scratch import Scratch, let_go
from core.timeline import WindowSummary
from core.types import AudioClip, ExplanationResult, Variant

OVERLAP = 0.2  # of the window; joined windows cross-fade over it
LET_GO = 64  # windows after which what was looked at of a mapped sound leaves memory
MADE = (Variant.RECONSTRUCTION, Variant.EXPLANATION, Variant.REMOVED)

ExplainWindow = Callable[[AudioClip, Report], ExplanationResult]


def explain_every_window(
    clip: AudioClip,
    n_window: int,
    background: tuple[str, ...],
    explain: ExplainWindow,
    report: Report,
    cancel: CancelToken,
    scratch: Scratch | None = None,
) -> ExplanationResult:
    """Explain overlapping windows over a whole clip and join their audio.

    n_window: samples of each. background: classes that are nothing of interest. explain: one
    window. scratch: where long sounds are kept, so that memory does not grow with the clip.
    The result is that of the most confident window that is not background, with the joined audio
    in place of its own, the time all of them took, and a summary of every window. Where no class
    was asked for, each window is explained for its own, which is noted when they differ.
    """
    spans = windows(clip.n_samples, n_window, round(n_window * (1 - OVERLAP)))
    joins = {variant: CrossfadeJoin(clip.n_channels, clip.n_samples, scratch) for variant in MADE}
    summaries: list[WindowSummary] = []
    seconds: Counter[str] = Counter()
    best: ExplanationResult | None = None
    for number, (first, last) in enumerate(spans):
        cancel.raise_if_set()
        window = between(clip, first, last)
        stage = part(report, number / len(spans), (number + 1) / len(spans))
        result = explain(window, stage)
        for variant, join in joins.items():
            join.add(first, result.audio[variant].samples)
        seconds.update(result.seconds)
        summaries.append(WindowSummary.of(result).shifted(first))
        if best is None or _telling(result, background) > _telling(best, background):
            best = result
        if number % LET_GO == 0:
            let_go(clip.samples)
    if best is None:
        raise AssertionError("a clip has at least one window")
    # Windows of one sound, joined, are that sound.
    audio = {Variant.ORIGINAL: AudioClip(clip.samples, clip.sample_rate, clip.name)}
    for variant in MADE:
        audio[variant] = AudioClip(joins.pop(variant).samples(), clip.sample_rate, clip.name)
    joined = replace(
        best,
        audio=audio,
        level_db=_levels(audio),
        last=clip.n_samples,
        seconds=seconds,
        windows=tuple(summaries),
    )
    return replace(joined, notes=(*joined.notes, *_own_classes(joined)))


def _own_classes(result: ExplanationResult) -> tuple[str, ...]:
    if len(result.targets) < 2:
        return ()
    counts = Counter(window.target for window in result.windows).most_common()
    listed = ", ".join(f"{label} {count}" for label, count in counts)
    return (
        f"each of the {len(result.windows)} windows that are joined is explained for the class "
        f"heard in it ({listed})",
    )


def _telling(result: ExplanationResult, background: tuple[str, ...]) -> tuple[bool, float]:
    return result.original.label not in background, result.original.probability_of(result.target)


def _levels(audio: Mapping[Variant, AudioClip]) -> dict[Variant, float | None]:
    """RMS relative to the original in dB, of one sound after the other."""
    levels: dict[Variant, float | None] = {}
    for variant, sound in audio.items():
        levels[variant] = rms_db(sound.samples)
    reference = levels[Variant.ORIGINAL]
    return {
        variant: None if level is None or reference is None else level - reference
        for variant, level in levels.items()
    }
