"""A result on disk: one folder a clip, with the four sounds, their picture and all numbers."""

from __future__ import annotations

import itertools
import json
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.audio_io import write_wav
from core.errors import ExportError
from core.folders import replacing_folder
from core.picture import explanation_png
from core.types import (
    ExplanationResult,
    Prediction,
    RandomControl,
    RandomControls,
    SpacePrediction,
    Timeline,
    Variant,
    WindowSummary,
)
from core.versions import versions

SCHEMA = "hearwhy.explanation/1"
WAVS = {variant: f"{variant.value}.wav" for variant in Variant}
PICTURE = "spectrograms.png"
RECORD = "explanation.json"
FILES = (*WAVS.values(), PICTURE, RECORD)
BY_THE_SYSTEM = {"thumbs.db", "desktop.ini"}  # file managers put these anywhere
FLAT_LIST = re.compile(r"\[\n *([^][{}]*)\n *\]")
LINE_BREAK = re.compile(r"\n *")
NAME_BYTES = 200  # of a folder's name; systems take 255, and a number may follow


def write_result(result: ExplanationResult, folder: Path, source: Path | None = None) -> list[Path]:
    """Write `folder` with all of `FILES`, completely or not at all; an older result is replaced.

    The WAVs are float32 and not level-matched. source: the file the clip was read from.
    Returns the paths written.
    Raises: ExportError when the folder cannot be written, or holds anything but an older result.
    """
    try:
        folder = folder.resolve()
        _refuse_foreign(folder)
        with replacing_folder(folder) as new:
            for variant, name in WAVS.items():
                write_wav(new / name, result.audio[variant])
            explanation_png(new / PICTURE, result)
            (new / RECORD).write_bytes(_legible_json(result_record(result, source)))
    except (OSError, ExportError) as error:
        cause = error.__cause__ if isinstance(error, ExportError) else error
        if not isinstance(cause, OSError):
            raise
        raise ExportError(
            f"“{folder}” could not be written ({cause.strerror or cause}); choose a place for the "
            "results that you may write to and that has room."
        ) from error
    return [folder / name for name in FILES]


def result_folders(files: Sequence[Path], out: Path) -> list[Path]:
    """Where in `out` the result of each sound file goes: a folder named like the file.

    Files of one name get the folder they lie in appended (as many levels as tell them apart), or a
    number. So does a file whose name is taken in `out` by anything but its own older result.
    """
    folders: list[Path] = []
    taken: set[str] = set()
    for file, names in zip(files, _names(files), strict=True):
        folder = next(
            out / name
            for name in names
            if name.casefold() not in taken and _is_free(out / name, file)
        )
        taken.add(folder.name.casefold())
        folders.append(folder)
    return folders


def json_line(record: Mapping[str, Any]) -> str:
    """A record as one line of JSON, in ASCII, for a pipe may be in any encoding."""
    return json.dumps(record, allow_nan=False)


def result_record(result: ExplanationResult, source: Path | None = None) -> dict[str, Any]:
    """What `explanation.json` holds: every choice, every number, and nothing that is not JSON.

    In `predictions`, label is the top class and probability that of the target. Levels are in dB
    relative to the original, times in seconds; null is a number that does not exist.
    """
    request, target = result.request, result.target
    original = result.audio[Variant.ORIGINAL]
    return {
        "schema": SCHEMA,
        "clip": result.clip_name,
        "file": None if source is None else str(source.resolve()),
        "codec": result.codec_id,
        "classifier": result.classifier_id,
        "method": request.method,
        "fill": request.fill,
        "granularity": request.granularity.value,
        "keep": request.keep,
        "remove": request.remove,
        "target": target,
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
        "versions": versions(),
    }


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
        "starts": [_number(start, 4) for start in timeline.starts.tolist()],
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
        "p_explanation": _number(window.p_explanation),
        "p_removed": _number(window.p_removed),
        "completeness_gap": _number(window.completeness_gap),
    }


def _number(value: float | None, digits: int = 6) -> float | None:
    return None if value is None or not math.isfinite(value) else round(float(value), digits) + 0.0


def _legible_json(record: Mapping[str, Any]) -> bytes:
    text = json.dumps(record, ensure_ascii=False, allow_nan=False, indent=2) + "\n"
    text = FLAT_LIST.sub(_on_one_line, text)
    # A file name that is no valid text has lone surrogates; what Python escapes them as is JSON.
    return text.encode("utf-8", "backslashreplace")


def _on_one_line(flat: re.Match[str]) -> str:
    # Strings keep what is in them: none holds a line break that is not escaped.
    return f"[{LINE_BREAK.sub(' ', flat[1])}]"


def _refuse_foreign(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise ExportError(f"“{folder}” is a file; a result needs a folder of that name.")
    foreign = [entry.name for entry in folder.glob("*") if not _is_ours(entry.name)]
    if foreign:
        raise ExportError(
            f"“{folder}” holds files that are not part of a result, such as “{foreign[0]}”, and "
            "would be replaced; choose another place for the results."
        )


def _is_ours(name: str) -> bool:
    return name in FILES or name.startswith(".") or name.casefold() in BY_THE_SYSTEM


def _is_free(folder: Path, source: Path) -> bool:
    """Whether nothing is at `folder`, or an older result of the same file."""
    if not folder.exists():
        return not folder.is_symlink()
    try:
        record = json.loads((folder / RECORD).read_bytes())
        return bool(record["file"] == str(source.resolve()))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _names(files: Sequence[Path]) -> Iterator[Iterator[str]]:
    """For each file the names its folder may take, the plainest first."""
    parents = [file.resolve().parent.parts[1:] for file in files]
    homes: dict[str, set[tuple[str, ...]]] = {}
    for file, parent in zip(files, parents, strict=True):
        homes.setdefault(file.stem.casefold(), set()).add(parent)
    for file, parent in zip(files, parents, strict=True):
        rivals = homes[file.stem.casefold()] - {parent}
        levels = 1
        while any(rival[-levels:] == parent[-levels:] for rival in rivals):
            levels += 1
        yield _variations(_usable(file.stem), parent[-levels:], shared=bool(rivals))


def _variations(stem: str, parent: tuple[str, ...], *, shared: bool) -> Iterator[str]:
    longer = _usable("-".join((stem, *parent)))
    yield from [longer] if shared else [stem, longer]
    for number in itertools.count(2):
        yield f"{longer if shared else stem}-{number}"


def _usable(name: str) -> str:
    """`name` as every system takes it for a folder: no dots or spaces at its end, not too long."""
    while len(os.fsencode(name)) > NAME_BYTES:
        name = name[:-1]
    return name.rstrip(". ") or "clip"
