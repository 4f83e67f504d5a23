"""From a recipe and a data folder to a complete model folder with its measured card."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.classifiers import Classifier
from core.classifiers._head import HeadClassifier, open_head
from core.codecs import Codec
from core.codecs._linear_model import fit as fit_linear
from core.coding import classify_batch
from core.job import CancelToken, Report, part
from core.model_folder import Manifest, write_model_folder
from core.models import Toolbox, open_codec
from core.training.card import codec_card, head_card
from core.training.codec import BandedDesign, train_banded
from core.training.data import ClipSet, list_clips, load_clips
from core.training.head import (
    HeadDesign,
    classes_of,
    hold_out,
    require_every_class,
    train_head,
)
from core.training.loop import Schedule
from core.training.measure import (
    best_temperature,
    expected_calibration_error,
    locality_ms,
    measure_codec,
    require_measures,
)
from core.training.recipes import CodecRecipe, HeadRecipe
from core.types import FloatArray


def publish_codec(
    recipe: CodecRecipe,
    data: Path,
    out: Path,
    schedule: Schedule,
    device: torch.device,
    command: str,
    report: Report,
    cancel: CancelToken,
) -> dict[str, Any]:
    """Train, measure and write a codec. Returns its metrics."""
    require_measures()
    design = BandedDesign()
    clips = load_clips(
        list_clips(data, recipe.datasets, "train"),
        design.sample_rate,
        part(report, 0.0, 0.1),
        cancel,
    )
    stage = part(report, 0.1, 0.9)
    if recipe.family == "banded":
        checkpoint = _checkpoint(out, recipe)
        banded = train_banded(clips, design, schedule, checkpoint, device, stage, cancel)
        config, tensors = banded.layout.to_config(), dict(banded.state_dict())
    else:
        sample = [torch.from_numpy(clips.clip(i)) for i in range(0, len(clips), 3)]
        linear = fit_linear(design.sample_rate, design.hop, design.latent_dim, sample)
        tensors = dict(linear.state_dict())
        config = {
            "sample_rate": design.sample_rate,
            "hop": design.hop,
            "latent_dim": design.latent_dim,
        }
    facts = {
        "kind": "codec",
        "family": recipe.family,
        "label": recipe.label,
        "licence": recipe.licence,
        "config": config,
    }
    folder = out / recipe.id
    write_model_folder(folder, facts, tensors, "Not measured yet.\n", {})
    codec = open_codec(str(folder), torch.device("cpu"))
    metrics = evaluate_codec(codec, data, recipe.measured, part(report, 0.9, 1.0), cancel)
    metrics["parameters"] = sum(tensor.numel() for tensor in tensors.values())
    metrics["trained"] = _trained(schedule, clips, command)
    write_model_folder(folder, facts, tensors, codec_card(recipe, codec.spec, metrics), metrics)
    return metrics


def evaluate_codec(
    codec: Codec, data: Path, datasets: Sequence[str], report: Report, cancel: CancelToken
) -> dict[str, Any]:
    """Reconstruction on the test split of each data set, and how local a latent frame is."""
    require_measures()
    metrics: dict[str, Any] = {}
    for number, name in enumerate(datasets):
        stage = part(report, number / len(datasets), (number + 1) / len(datasets))
        entries = list_clips(data, (name,), "test")
        clips = load_clips(entries, codec.spec.sample_rate, part(stage, 0, 0.3), cancel)
        metrics[name] = measure_codec(codec, clips, part(stage, 0.3, 1), cancel)
        if number == 0:
            reach = max(locality_ms(codec, clips.clip(i)) for i in range(0, len(clips), 50))
            metrics["locality_ms"] = reach
    metrics["cells_per_second"] = round(codec.spec.latent_dim * codec.spec.frame_rate)
    return metrics


def publish_head(
    recipe: HeadRecipe,
    data: Path,
    codec: Codec,
    out: Path,
    schedule: Schedule,
    command: str,
    report: Report,
    cancel: CancelToken,
) -> dict[str, Any]:
    """Train, calibrate, measure and write a classifier. Returns its metrics."""
    design = recipe.design
    entries = list_clips(data, recipe.datasets, "train")
    loaded = load_clips(entries, codec.spec.sample_rate, part(report, 0.0, 0.1), cancel)
    clips, classes = classes_of(loaded, design)
    held = hold_out(clips)
    learning = clips.where(not validation for validation in held)
    learning_classes = [k for k, validation in zip(classes, held, strict=True) if not validation]
    require_every_class(learning_classes, design)
    checkpoint = _checkpoint(out, recipe)
    network, config = train_head(
        learning,
        learning_classes,
        codec,
        design,
        schedule,
        checkpoint,
        part(report, 0.1, 0.95),
        cancel,
    )
    facts = {
        "kind": "classifier",
        "family": design.family,
        "label": recipe.label,
        "licence": recipe.licence,
        "config": {"latent_dim": codec.spec.latent_dim, **config},
        "labels": design.labels,
        "codec": {"id": codec.spec.id, "digest": codec.spec.digest},
        "window": design.window,
        "minimum": design.minimum,
        "background": design.background,
    }
    folder = out / recipe.id
    tensors = dict(network.state_dict())
    manifest = write_model_folder(folder, facts, tensors, "Not measured yet.\n", {})
    uncalibrated = _opened(recipe.id, folder, manifest, codec)
    validation = clips.where(held)
    held_classes = [k for k, is_held in zip(classes, held, strict=True) if is_held]
    judged = torch.from_numpy(judge(uncalibrated, codec, validation, cancel))
    scores = judged.clamp(min=torch.finfo(judged.dtype).tiny).log()
    temperature = best_temperature(scores, torch.tensor(held_classes))
    facts["temperature"] = temperature
    manifest = write_model_folder(folder, facts, tensors, "Not measured yet.\n", {})
    calibrated = _opened(recipe.id, folder, manifest, codec)
    metrics: dict[str, Any] = {
        "validation": _accuracy(calibrated, codec, validation, held_classes, cancel),
        "uncalibrated": {"ece": None},
        "temperature": temperature,
    }
    for name in recipe.measured:
        stage = part(report, 0.95, 1.0)
        test, test_classes = _test_clips(data, name, codec, design, stage, cancel)
        metrics[name] = _accuracy(calibrated, codec, test, test_classes, cancel)
        before = judge(uncalibrated, codec, test, cancel)
        metrics["uncalibrated"]["ece"] = round(expected_calibration_error(before, test_classes), 4)
    metrics["parameters"] = sum(p.numel() for p in network.parameters())
    metrics["trained"] = _trained(schedule, learning, command)
    card = head_card(recipe, codec.spec, metrics)
    write_model_folder(folder, facts, tensors, card, metrics)
    report(1.0, "Written")
    return metrics


def evaluate_head(
    toolbox: Toolbox,
    data: Path,
    datasets: Sequence[str] | None,
    report: Report,
    cancel: CancelToken,
) -> dict[str, Any]:
    """Accuracy of an opened classifier on the test split of a data folder."""
    spec = toolbox.classifier.spec
    other = "unknown" if "unknown" in spec.labels else None
    design = HeadDesign(labels=spec.labels, other=other, window=spec.window, minimum=spec.minimum)
    names = tuple(datasets) if datasets else (None,)
    metrics: dict[str, Any] = {}
    for name in names:
        test, classes = _test_clips(data, name, toolbox.codec, design, report, cancel)
        key = name or data.name
        metrics[key] = _accuracy(toolbox.classifier, toolbox.codec, test, classes, cancel)
    return metrics


def judge(classifier: Classifier, codec: Codec, clips: ClipSet, cancel: CancelToken) -> FloatArray:
    """Probabilities (n, K) of whole clips; of clips longer than the window, its middle part."""
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
        row = classify_batch(classifier, codec, latents.cpu().numpy())[0]
        rows.append(row.probabilities)
    return np.stack(rows)


def _accuracy(
    classifier: Classifier,
    codec: Codec,
    clips: ClipSet,
    classes: Sequence[int],
    cancel: CancelToken,
) -> dict[str, Any]:
    probabilities = judge(classifier, codec, clips, cancel)
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
        "ece": round(expected_calibration_error(probabilities, classes), 4),
        "per_class": per_class,
    }


def _test_clips(
    data: Path,
    dataset: str | None,
    codec: Codec,
    design: HeadDesign,
    report: Report,
    cancel: CancelToken,
) -> tuple[ClipSet, list[int]]:
    entries = list_clips(data, None if dataset is None else (dataset,), "test")
    return classes_of(load_clips(entries, codec.spec.sample_rate, report, cancel), design)


def _opened(head_id: str, folder: Path, manifest: Manifest, codec: Codec) -> HeadClassifier:
    return open_head(head_id, folder, manifest, codec.device)


def _checkpoint(out: Path, recipe: CodecRecipe | HeadRecipe) -> Path:
    return out / f"{recipe.id}.checkpoint.safetensors"


def _trained(schedule: Schedule, clips: ClipSet, command: str) -> dict[str, Any]:
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "command": command,
        "clips": len(clips),
        "schedule": asdict(schedule),
        "torch": torch.__version__,
    }
