"""Measuring an audio tower on held-out clips. Every figure of its card comes from here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.concepts.embeddings import Embedder
from core.concepts.figures import Comparison, Embedded, compare, groups_of
from core.concepts.listening import hear
from core.concepts.scoring import dense_scores, label_vectors
from core.concepts.training.captions import said_of
from core.concepts.types import LAMBDAS, ConceptVocabulary, How
from core.errors import AudioError, DataError
from core.file_names import as_text, shown
from core.job import CancelToken, Report, part
from core.training.data import ClipEntry
from core.training.data_folder import DataFolder
from core.types import AudioClip, BoolArray, FloatArray

MEASURED = (  # data set, and the subject it is asked about
    ("esc10", "sound"),
    ("instruments", "sound"),
    ("speech_commands", "word"),
    ("tess", "emotion"),
    ("ravdess", "emotion"),
    ("ravdess", "voice"),
)
LEAST = 8  # test clips of a tag, for it to be asked about
COMPARED = "esc10"
FEW = 40  # concepts that shall be enough


def measure_tower(
    embedder: Embedder, data: DataFolder, report: Report, cancel: CancelToken
) -> dict[str, Any]:
    """Zero-shot accuracy on the test split for each data set and subject, beside chance."""
    metrics: dict[str, Any] = {}
    for number, (dataset, subject) in enumerate(MEASURED):
        stage = part(report, number / len(MEASURED), (number + 1) / len(MEASURED))
        entries = [e for e in data.entries((dataset,), "test") if subject in said_of(e)]
        tags = [said_of(entry)[subject] for entry in entries]
        asked = sorted({tag for tag in tags if tags.count(tag) >= LEAST})
        kept = [entry for entry, tag in zip(entries, tags, strict=True) if tag in asked]
        if not kept:
            place = shown(data.path)
            raise DataError(f"The test split of “{place}” says nothing of {subject} in {dataset}.")
        kept, embeddings = embedded(data, kept, embedder, stage, cancel)
        scores = dense_scores(embeddings, label_vectors(asked, embedder, cancel=cancel))
        wanted = [asked.index(said_of(entry)[subject]) for entry in kept]
        metrics[f"{dataset}: {subject}"] = {
            "clips": len(kept),
            "labels": len(asked),
            **above_chance(scores.argmax(axis=1) == wanted, max(map(wanted.count, wanted))),
        }
    return metrics


def above_chance(right: BoolArray, commonest: int) -> dict[str, Any]:
    """How many were right, and by how much that is more than chance, which is always to say the
    label that is the commonest: of so many clips.

    interval: of 95 % (Wilson 1927). errors_above: the share right less chance, in standard errors
    of what chance gives.
    """
    from scipy.stats import binomtest

    count, share = len(right), float(right.mean())
    chance = commonest / count
    interval = binomtest(int(right.sum()), count).proportion_ci(0.95, method="wilson")
    error = max(chance * (1 - chance) / count, 1e-12) ** 0.5
    return {
        "chance": round(chance, 4),
        "zero_shot": round(share, 4),
        "interval": [round(float(interval.low), 4), round(float(interval.high), 4)],
        "errors_above": round((share - chance) / error, 1),
    }


def sparse_and_dense(
    embedder: Embedder,
    data: DataFolder,
    vocabularies: Sequence[ConceptVocabulary],
    report: Report,
    cancel: CancelToken,
) -> list[Comparison]:
    """ESC-10, dense against at most 40 concepts of each vocabulary, not centred and centred."""
    said, embeddings, groups = {}, {}, {}
    for split, stage in (("train", part(report, 0.0, 0.7)), ("test", part(report, 0.7, 1.0))):
        entries = data.entries((COMPARED,), split)
        entries, embeddings[split] = embedded(data, entries, embedder, stage, cancel)
        said[split] = tuple(said_of(entry)["sound"] for entry in entries)
        groups[split] = groups_of(entries)
    train, test = embeddings["train"], embeddings["test"]
    clips = Embedded(train, said["train"], groups["train"], test, said["test"])
    means = (False,) if embedder.mean() is None else (False, True)
    hows = [How(LAMBDAS["fine"], FEW, centred) for centred in means]
    return [compare(clips, words, how, embedder, cancel) for how in hows for words in vocabularies]


def embedded(
    data: DataFolder,
    entries: Sequence[ClipEntry],
    embedder: Embedder,
    report: Report,
    cancel: CancelToken,
) -> tuple[list[ClipEntry], FloatArray]:
    """The clips of a list that can be used, and one embedding for each, (n, d)."""
    rate = embedder.spec.sample_rate
    clips = data.load(entries, rate, part(report, 0.0, 0.3), cancel)
    kept, rows = [], []
    for number, entry in enumerate(clips.entries):
        report(0.3 + 0.7 * number / len(clips), "Embedding")
        clip = AudioClip(clips.clip(number), rate, as_text(entry.path.stem))
        try:
            rows.append(hear(clip, embedder, cancel=cancel).whole)
        except AudioError as error:
            data.leave_out(entry, error)
        else:
            kept.append(entry)
    data.require_any(clips.entries, len(kept))
    return kept, np.stack(rows)
