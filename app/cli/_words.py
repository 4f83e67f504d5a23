"""A result in words."""

from __future__ import annotations

from pathlib import Path

from core.export import PICTURE, WAVS
from core.file_names import plain
from core.types import ExplanationResult, RandomControls, SpacePrediction, Variant


def summary(result: ExplanationResult, folder: Path) -> str:
    """One clip's outcome in one line.

    Probabilities are the target's; of two, the first is of the latents as they stand, to be
    compared with the original's, the second by round trip, to be compared with the codec's.
    """
    target, original = result.target, result.original
    heard = f"{plain(result.clip_name)}: {original.label} {original.probability:.2f}"
    if target != original.label:
        heard += f", explained {target} {original.probability_of(target):.2f}"
    if result.windows:
        heard += f" (best of {len(result.windows)} windows)"
    elif result.timeline is not None:
        heard += f" at {result.start:.2f}–{result.end:.2f} s"
    whole = result.reconstruction
    codec = f"codec {whole.probability_of(target):.2f}"
    if whole.label != original.label:
        codec += f" (heard as {whole.label})"
    explanation = f"explanation {_pair(result.explanation, target)}"
    removed = f"removed {_pair(result.removed, target)}"
    if result.removed.round_trip.label != target:
        removed += f" (now {result.removed.round_trip.label})"
    parts = [heard, codec, explanation, removed]
    if result.random_explanation is not None and result.random_removed is not None:
        parts[2] += f", random {_random_pair(result.random_explanation)}"
        parts[3] += f", random {_random_pair(result.random_removed)}"
    level = result.level_db[Variant.EXPLANATION]
    parts.append("explanation silent" if level is None else f"level {level:+.1f} dB")
    gap = result.attribution.completeness_gap
    if gap is not None:
        parts.append(f"gap {100 * gap:.1f} %")
    notes = f" ({'; '.join(result.notes)})" if result.notes else ""
    return f"{'; '.join(parts)} -> {folder}{notes}"


def listening_guide(result: ExplanationResult, folder: Path) -> str:
    """Which file of a result is what, in the order worth listening in."""
    request, target = result.request, result.target
    rows = {
        WAVS[Variant.ORIGINAL]: "what the classifier was given",
        WAVS[Variant.RECONSTRUCTION]: "the same through the codec: what all versions sound like",
        WAVS[Variant.EXPLANATION]: (
            f"only the {100 * request.keep:g} % of its cells that spoke most for “{target}”"
        ),
        WAVS[Variant.REMOVED]: (
            f"everything but the {100 * request.remove:g} % that spoke most for “{target}”"
        ),
        PICTURE: "all four as spectrograms",
    }
    width = max(map(len, rows))
    lines = [f"  {name:{width}}  {meaning}" for name, meaning in rows.items()]
    return "\n".join([f"Listen to the files in {folder}:", *lines])


def _pair(prediction: SpacePrediction, target: str) -> str:
    latent, round_trip = prediction.latent, prediction.round_trip
    return f"{latent.probability_of(target):.2f}/{round_trip.probability_of(target):.2f}"


def _random_pair(controls: RandomControls) -> str:
    return f"{controls.latent.probability:.2f}/{controls.round_trip.probability:.2f}"
