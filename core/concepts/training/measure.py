"""Measuring an audio tower on held-out clips. Every figure of its card comes from here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.concepts.embeddings import Embedder
from core.concepts.listening import embed_clips
from core.concepts.scoring import dense_scores, label_vectors
from core.concepts.training.captions import said_of
from core.errors import DataError
from core.job import CancelToken, Report, part
from core.training.data import ClipEntry, list_clips, load_clips
from core.types import AudioClip, FloatArray

MEASURED = (  # data set, and the subject it is asked about
    ("esc10", "sound"),
    ("instruments", "sound"),
    ("speech_commands", "word"),
    ("tess", "emotion"),
    ("ravdess", "emotion"),
    ("ravdess", "voice"),
)
LEAST = 8  # test clips of a tag, for it to be asked about


def measure_tower(
    embedder: Embedder, data: Path, report: Report, cancel: CancelToken
) -> dict[str, Any]:
    """Zero-shot accuracy on the test split for each data set and subject, and chance beside it."""
    metrics: dict[str, Any] = {}
    for number, (dataset, subject) in enumerate(MEASURED):
        stage = part(report, number / len(MEASURED), (number + 1) / len(MEASURED))
        entries = [e for e in list_clips(data, (dataset,), "test") if subject in said_of(e)]
        tags = [said_of(entry)[subject] for entry in entries]
        asked = sorted({tag for tag in tags if tags.count(tag) >= LEAST})
        kept = [entry for entry, tag in zip(entries, tags, strict=True) if tag in asked]
        if not kept:
            raise DataError(f"The test split of “{data}” says nothing of {subject} in {dataset}.")
        embeddings = embedded(kept, embedder, stage, cancel)
        scores = dense_scores(embeddings, label_vectors(asked, embedder))
        wanted = [asked.index(said_of(entry)[subject]) for entry in kept]
        metrics[f"{dataset}: {subject}"] = {
            "clips": len(kept),
            "labels": len(asked),
            "chance": round(1 / len(asked), 4),
            "zero_shot": round(float((scores.argmax(axis=1) == wanted).mean()), 4),
        }
    return metrics


def embedded(
    entries: Sequence[ClipEntry], embedder: Embedder, report: Report, cancel: CancelToken
) -> FloatArray:
    """One embedding for each clip of a list, (n, d)."""
    rate = embedder.spec.sample_rate
    clips = load_clips(entries, rate, part(report, 0.0, 0.3), cancel)
    sounds = [AudioClip(clips.clip(i), rate, entries[i].path.stem) for i in range(len(clips))]
    return embed_clips(sounds, embedder, part(report, 0.3, 1.0), cancel)
