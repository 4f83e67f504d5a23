"""A result as a record: every choice and every number, as JSON has them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.timeline import Timeline, WindowSummary
from core.types import (
    ExplanationResult,
    Prediction,
    RandomControl,
    RandomControls,
    SpacePrediction,
    Variant,
)

RECORD = "explanation.json"  # by this file the folder of a result is known
SCHEMA = "hearwhy.explanation/1"
FLAT_LIST = re.compile(r"\[\n *([^][{}]*)\n *\]")
LINE_BREAK = re.compile(r"\n *")


def json_line(record: Mapping[str, Any]) -> str:
    """A record as one line of JSON, in ASCII, for a pipe may be in any encoding."""
    return json.dumps(record, allow_nan=False)


def result_record(result: ExplanationResult, source: Path | None = None) -> dict[str, Any]:
    """What `explanation.json` holds: every choice, every number, and nothing that is not JSON.

    `targets` are the classes that the sounds were explained for; of several, `target` is that of
    the most telling window, whose numbers these are. In `predictions`, label is the top class and
    probability that of the target. What `latent` numbers are to be compared with is `original`,
    what `round_trip` numbers with `reconstruction`; std of a random control is from mask to mask of
    this clip. Levels are in dB relative to the original, times in seconds; null is a number that
    does not exist. `digests` name what the numbers depend on, `options` what the method and the
    fill work with, `versions` what made it; `clip_seconds` is the length of the whole clip as it
    was read.
    """
    request, target = result.request, result.target
    original = result.audio[Variant.ORIGINAL]
    return {
        "schema": SCHEMA,
        "clip": result.clip_name,
        "file": None if source is None else str(source.resolve()),
        **result.origin.record(),
        "codec": result.codec_id,
        "classifier": result.classifier_id,
        "method": request.method,
        "fill": request.fill,
        "granularity": request.granularity.value,
        "keep": request.keep,
        "remove": request.remove,
        "target": target,
        "targets": list(result.targets),
        "against": request.against,
        "explained": result.attribution.explained,
        "stretch": {"start": _number(result.start), "end": _number(result.end)},
        "every_window": request.every_window,
        "seed": request.seed,
        "random_masks": request.random_masks,
        "device": result.device,
        "sample_rate": original.sample_rate,
        "latent_shape": list(result.code.values.shape),
        "completeness_gap": _number(result.attribution.completeness_gap),
        "steps": result.attribution.steps,
        "level_db": {variant.value: _number(db) for variant, db in result.level_db.items()},
        "seconds": {stage: _number(seconds) for stage, seconds in result.seconds.items()},
        "predictions": {
            "original": _prediction(result.original, target),
            "reconstruction": _prediction(result.reconstruction, target),
            "explanation": _spaces(result.explanation, target),
            "removed": _spaces(result.removed, target),
            "random_explanation": _controls(result.random_explanation),
            "random_removed": _controls(result.random_removed),
        },
        "notes": list(result.notes),
        "timeline": None if result.timeline is None else _timeline(result.timeline),
        "windows": [_window(window) for window in result.windows],
    }


def is_result_folder(folder: Path) -> bool:
    """Whether a folder was written by `core.export.write_result`, in whatever version."""
    try:
        record = json.loads((folder / RECORD).read_bytes())
        return str(record["schema"]).startswith(SCHEMA.partition("/")[0])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def _prediction(prediction: Prediction, target: str) -> dict[str, Any]:
    return {
        "label": prediction.label,
        "probability": _number(prediction.probability_of(target)),
    }


def _spaces(prediction: SpacePrediction, target: str) -> dict[str, Any]:
    return {
        "latent": _prediction(prediction.latent, target),
        "round_trip": _prediction(prediction.round_trip, target),
    }


def _controls(controls: RandomControls | None) -> dict[str, Any] | None:
    if controls is None:
        return None
    return {"latent": _control(controls.latent), "round_trip": _control(controls.round_trip)}


def _control(control: RandomControl) -> dict[str, Any]:
    return {
        "label": control.label,
        "probability": _number(control.probability),
        "std": _number(control.std),
        "agreement": _number(control.agreement),
    }


def _timeline(timeline: Timeline) -> dict[str, Any]:
    return {
        "window": _number(timeline.window),
        "hop": _number(timeline.hop),
        "labels": list(timeline.labels),
        "starts": [_number(start) for start in timeline.starts.tolist()],
        "probabilities": [
            [_number(probability, 4) for probability in row]
            for row in timeline.probabilities.tolist()
        ],
    }


def _window(window: WindowSummary) -> dict[str, Any]:
    return {
        "start": _number(window.start),
        "end": _number(window.end),
        "label": window.label,
        "probability": _number(window.probability),
        "target": window.target,
        "p_original": _number(window.p_original),
        "p_reconstruction": _number(window.p_reconstruction),
        "p_explanation": _number(window.p_explanation),
        "p_removed": _number(window.p_removed),
        "completeness_gap": _number(window.completeness_gap),
    }


def _number(value: float | None, digits: int = 6) -> float | None:
    return None if value is None or not math.isfinite(value) else round(float(value), digits) + 0.0


def legible_json(record: Mapping[str, Any]) -> bytes:
    """A record as JSON that people can read, in UTF-8; lists of numbers are on one line each."""
    text = json.dumps(record, ensure_ascii=False, allow_nan=False, indent=2) + "\n"
    text = FLAT_LIST.sub(_on_one_line, text)
    # A file name that is no valid text has lone surrogates; what Python escapes them as is JSON.
    return text.encode("utf-8", "backslashreplace")


def _on_one_line(flat: re.Match[str]) -> str:
    # Strings keep what is in them: none holds a line break that is not escaped.
    return f"[{LINE_BREAK.sub(' ', flat[1])}]"
