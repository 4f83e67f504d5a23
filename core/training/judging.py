"""Judging heads: accuracy on held-out clips, and false alarms on running sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from core.classifiers import Classifier
from core.codecs import Codec
from core.coding import classify_batch
from core.job import CancelToken, Report
from core.models import Toolbox
from core.training.data import ClipSet
from core.training.data_folder import DataFolder
from core.training.design import HeadDesign
from core.training.head import classes_of
from core.training.live import MINUTES, Heard, LiveDesign, false_keywords, listen, streams
from core.training.measure import expected_calibration_error
from core.types import FloatArray


def evaluate_head(
    toolbox: Toolbox,
    data: DataFolder,
    datasets: Sequence[str] | None,
    report: Report,
    cancel: CancelToken,
    synonyms: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Accuracy of an opened classifier on the test split of a data folder.

    synonyms: what the clips call a class otherwise, see `HeadDesign`.
    """
    spec = toolbox.classifier.spec
    design = HeadDesign(
        labels=spec.labels,
        synonyms=synonyms or {},
        other="unknown" if "unknown" in spec.labels else None,
        window=spec.window,
        minimum=spec.minimum,
    )
    names = tuple(datasets) if datasets else (None,)
    metrics: dict[str, Any] = {}
    for name in names:
        test, classes = held_out(data, name, toolbox.codec, design, report, cancel)
        key = name or data.name
        metrics[key] = accuracy(toolbox.classifier, toolbox.codec, test, classes, cancel)
    return metrics


def evaluate_live(
    classifier: Classifier,
    codec: Codec,
    data: DataFolder,
    design: LiveDesign,
    report: Report,
    cancel: CancelToken,
) -> dict[str, Any]:
    """False keywords a minute at the shipped threshold, in streams made of held-out clips.

    found: share of the held-out keyword clips that are named rightly at that threshold.
    """
    threshold, keywords = classifier.spec.threshold, keywords_of(classifier)
    heard = listened(classifier, codec, data, design, "test", report, cancel)
    rates = {
        f"{name}_per_minute": round(false_keywords(stream, threshold), 2)
        for name, stream in heard.items()
    }
    words = HeadDesign(labels=tuple(classifier.spec.labels[k] for k in keywords))
    clips, classes = held_out(data, design.keywords, codec, words, report, cancel)
    probabilities = judge(classifier, codec, clips, cancel)
    said = probabilities.argmax(axis=1) == np.array([keywords[k] for k in classes])
    found = float(np.mean(said & (probabilities.max(axis=1) >= threshold)))
    facts = {"threshold": threshold, "minutes": MINUTES, "found": round(found, 4)}
    return {**facts, **rates}


def listened(
    classifier: Classifier,
    codec: Codec,
    data: DataFolder,
    design: LiveDesign,
    split: str,
    report: Report,
    cancel: CancelToken,
) -> dict[str, Heard]:
    made = streams(data, design, split, codec.spec.sample_rate, 0, report, cancel)
    return {name: listen(classifier, codec, stream, cancel) for name, stream in made.items()}


def keywords_of(classifier: Classifier) -> list[int]:
    """The classes that mean something of interest."""
    spec = classifier.spec
    return [k for k, label in enumerate(spec.labels) if label not in spec.background]


def judge(
    classifier: Classifier,
    codec: Codec,
    clips: ClipSet,
    cancel: CancelToken,
    reconstructed: bool = False,
) -> FloatArray:
    """Probabilities (n, K) of whole clips; of clips longer than the window, its middle part.

    reconstructed: judge what the codec makes of the clips instead.
    """
    spec = classifier.spec
    shortest = round(spec.minimum * codec.spec.sample_rate)
    longest = round(spec.window * codec.spec.sample_rate)
    rows = []
    for number in range(len(clips)):
        cancel.raise_if_set()
        samples = clips.clip(number)
        spare = max(0, len(samples) - longest) // 2
        samples = samples[spare : spare + longest]
        samples = np.pad(samples, (0, max(0, shortest - len(samples))))
        with torch.inference_mode():
            latents = codec.encode(torch.from_numpy(samples)[None, None].to(codec.device))
            if reconstructed:
                latents = codec.encode(codec.decode(latents, len(samples)))
        row = classify_batch(classifier, codec, latents.cpu().numpy())[0]
        rows.append(row.probabilities)
    return np.stack(rows)


def accuracy(
    classifier: Classifier,
    codec: Codec,
    clips: ClipSet,
    classes: Sequence[int],
    cancel: CancelToken,
) -> dict[str, Any]:
    """Accuracy and calibration; accuracy_foreground leaves the background classes out."""
    probabilities = judge(classifier, codec, clips, cancel)
    again = judge(classifier, codec, clips, cancel, reconstructed=True)
    truth = np.array(classes)
    right = probabilities.argmax(axis=1) == truth
    labels = classifier.spec.labels
    per_class = {
        label: round(float(right[truth == k].mean()), 4)
        for k, label in enumerate(labels)
        if (truth == k).any()
    }
    foreground = np.array([labels[k] not in classifier.spec.background for k in classes])
    return {
        "clips": len(clips),
        "accuracy": round(float(right.mean()), 4),
        "accuracy_foreground": (
            round(float(right[foreground].mean()), 4) if foreground.any() else None
        ),
        "accuracy_reconstructed": round(float((again.argmax(axis=1) == truth).mean()), 4),
        "ece": round(expected_calibration_error(probabilities, classes), 4),
        "per_class": per_class,
    }


def held_out(
    data: DataFolder,
    dataset: str | None,
    codec: Codec,
    design: HeadDesign,
    report: Report,
    cancel: CancelToken,
) -> tuple[ClipSet, list[int]]:
    entries = data.entries(None if dataset is None else (dataset,), "test")
    return classes_of(data.load(entries, codec.spec.sample_rate, report, cancel), design)
