"""What the report says, before it is dressed: sentences, tables, pictures and sounds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.exporters import Subject
from core.exporters._report_plots import (
    Plot,
    colour_stops,
    relevance_plot,
    spectrogram_plot,
)
from core.exporters._report_sounds import common_gain_db, player_uri
from core.exporters._report_words import (
    GLOSSARY,
    MEANINGS,
    NAMES,
    decibels,
    facts,
    heard_in,
    level_words,
    plus_minus,
    probability,
    stretch_words,
    verdict,
)
from core.file_names import on_one_line
from core.job import CancelToken, Report, part
from core.prepare import cut
from core.record import result_record
from core.spectrogram import overviews
from core.stretches import explained_window, relevant_stretches
from core.types import ExplanationResult, RandomControls, Variant
from core.versions import versions

COLUMNS = 410  # of a picture: one for each unit of the plot's width
MOST_SECONDS = 30.0  # of sound in the page, so that it stays small enough to pass on
MOST_CLASSES, MOST_WINDOWS = 40, 300  # rows of a table
SOMEWHERE = "Of the relevance that the explanation keeps, most lies at:"
NOWHERE = "Nothing that the explanation keeps speaks for the class."
ORDER = (Variant.ORIGINAL, Variant.EXPLANATION, Variant.REMOVED, Variant.RECONSTRUCTION)


@dataclass(frozen=True, slots=True)
class Shown:
    """A version as the page shows it. level, probability: in words."""

    id: str
    name: str
    meaning: str
    heard: str
    probability: str
    level: str
    plot: Plot
    audio: str


def contents(subject: Subject, report: Report, cancel: CancelToken) -> dict[str, Any]:
    """The values of the template."""
    result = subject.result
    first, last = explained_window(result)
    last = min(last, first + MOST_SECONDS, result.audio[Variant.ORIGINAL].seconds)
    shown, notes = _shown(subject, first, last, part(report, 0.0, 0.9), cancel)
    # The curve and its stretches are of the window explained, whatever part of it is heard.
    begin, end = explained_window(result)
    alone = replace(result, windows=())
    stretches = relevant_stretches(
        replace(alone, audio={v: cut(c, begin, end) for v, c in result.audio.items()})
    )
    relevance = np.asarray(result.attribution.values.sum(axis=0))
    if result.windows:
        notes.append(
            "Every window of the recording was explained. This page shows the most telling one, "
            f"{result.start + first:.2f}–{result.start + last:.2f} s; "
            "levels are of the whole recording."
        )
    notes += result.notes
    return {
        "clip": on_one_line(result.clip_name),
        "target": on_one_line(result.target),
        "verdict": [on_one_line(sentence) for sentence in verdict(result)],
        "notes": [on_one_line(note) for note in notes],
        "shown": shown,
        "floor": "−80",
        "colours": colour_stops(),
        "where": SOMEWHERE if stretches else NOWHERE,
        "stretches_found": [stretch_words(part, result.start + begin) for part in stretches],
        "relevance": relevance_plot(
            relevance, result.code.edges(), stretches, result.start + begin
        ),
        "predictions": _predictions(result),
        "classes": _classes(result),
        "windows": _windows(result),
        "glossary": GLOSSARY,
        "facts": [
            (name, on_one_line(value))
            for name, value in facts(result_record(result, subject.source))
        ],
        "software": versions(),
    }


def _shown(
    subject: Subject, first: float, last: float, report: Report, cancel: CancelToken
) -> tuple[list[Shown], list[str]]:
    """The versions between two moments of the result's sounds, and what is to be said of them."""
    result = subject.result
    clips = {variant: cut(result.audio[variant], first, last) for variant in ORDER}
    pictures = overviews(
        [*clips.values()], columns=COLUMNS, scale="mel", report=report, cancel=cancel
    )
    down_db = common_gain_db(clips, subject.gain_db)
    notes = []
    if down_db < 0.0:
        notes.append(
            f"All sounds here are turned down by {-down_db:.1f} dB, so that none is cut off."
        )
    if subject.gain_db:
        notes.append("The sounds here are matched to be as loud as the original.")
    window_seconds = explained_window(result)[1] - explained_window(result)[0]
    if window_seconds > last - first + 1e-6:
        notes.append(f"Pictures and sounds are the first {last - first:g} s.")
    shown = []
    for (variant, clip), picture in zip(clips.items(), pictures, strict=True):
        cancel.raise_if_set()
        heard, name = heard_in(result, variant), NAMES[variant]
        words = f"Spectrogram of {name}, {result.start + first:.2f}–{result.start + last:.2f} s."
        shown.append(
            Shown(
                id=variant.value,
                name=name,
                meaning=MEANINGS[variant].format(
                    keep=f"{100 * result.request.keep:g} %",
                    remove=f"{100 * result.request.remove:g} %",
                    target=on_one_line(result.target),
                    fill=result.request.fill,
                ),
                heard=on_one_line(heard.label),
                probability=probability(heard.probability_of(result.target)),
                level=level_words(result, variant, subject.gain_db),
                plot=spectrogram_plot(picture, result.start + first, clip.seconds, words),
                audio=player_uri(clip, down_db + subject.gain_db.get(variant, 0.0)),
            )
        )
    return shown, notes


def _predictions(result: ExplanationResult) -> list[dict[str, str]]:
    target = result.target
    rows = []
    for variant in ORDER:
        latent, round_trip = {
            Variant.ORIGINAL: (result.original, None),
            Variant.RECONSTRUCTION: (None, result.reconstruction),
            Variant.EXPLANATION: (result.explanation.latent, result.explanation.round_trip),
            Variant.REMOVED: (result.removed.latent, result.removed.round_trip),
        }[variant]
        controls: RandomControls | None = {
            Variant.EXPLANATION: result.random_explanation,
            Variant.REMOVED: result.random_removed,
        }.get(variant)
        level = result.level_db[variant]
        rows.append(
            {
                "id": variant.value,
                "name": NAMES[variant],
                "heard": on_one_line(heard_in(result, variant).label),
                "latent": probability(latent.probability_of(target)) if latent else "–",
                "round_trip": probability(round_trip.probability_of(target)) if round_trip else "–",
                "random_latent": plus_minus(controls.latent) if controls else "–",
                "random_round_trip": plus_minus(controls.round_trip) if controls else "–",
                "level": "silent" if level is None else decibels(level),
            }
        )
    return rows


def _classes(result: ExplanationResult) -> dict[str, Any]:
    """All classes, the likeliest in the original first."""
    order = np.argsort(-result.original.probabilities, kind="stable")[:MOST_CLASSES]
    heard = [heard_in(result, variant) for variant in ORDER]
    labels = result.original.labels
    count = len(labels)
    title = f"All {count} classes" if count <= MOST_CLASSES else f"The first {MOST_CLASSES} classes"
    return {
        "title": f"{title}, as each version sounds",
        "rows": [
            {
                "label": on_one_line(labels[index]),
                "probabilities": [
                    probability(prediction.probability_of(labels[index])) for prediction in heard
                ],
            }
            for index in order.tolist()
        ],
    }


def _windows(result: ExplanationResult) -> dict[str, Any]:
    listed = result.windows[:MOST_WINDOWS]
    words = (
        f"{len(result.windows)} windows; probabilities are those of the class explained, of "
        "explanation and removed by round trip, to be compared with those of the codec alone."
    )
    if len(listed) < len(result.windows):
        words += f" The first {len(listed)} are listed, explanation.json has all."
    return {
        "words": words,
        "rows": [
            {
                "start": f"{window.start:.2f}",
                "end": f"{window.end:.2f}",
                "label": on_one_line(window.label),
                "target": on_one_line(window.target),
                "original": probability(window.p_original),
                "reconstruction": probability(window.p_reconstruction),
                "explanation": probability(window.p_explanation),
                "removed": probability(window.p_removed),
            }
            for window in listed
        ],
    }
