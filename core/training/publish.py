"""From a recipe and a data folder to a complete model folder with its measured card."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from core.classifiers._head import HeadClassifier, open_head
from core.codecs import Codec
from core.file_names import as_text
from core.folders import require_writable
from core.job import CancelToken, Report, part
from core.model_folder import MODEL, Manifest, write_model_folder
from core.models import open_codec
from core.training.card import codec_card, head_card
from core.training.codec import make_codec
from core.training.data import ClipSet
from core.training.data_folder import DataFolder
from core.training.head import classes_of, hold_out, require_every_class, train_head
from core.training.judging import (
    accuracy,
    evaluate_live,
    held_out,
    judge,
    listened,
)
from core.training.live import choose_threshold
from core.training.loop import Schedule, require_checkpoint
from core.training.measure import (
    best_temperature,
    expected_calibration_error,
    locality_ms,
    measure_codec,
    require_measures,
)
from core.training.recipes import CodecRecipe, HeadRecipe


def publish_codec(
    recipe: CodecRecipe,
    data: DataFolder,
    out: Path,
    seed: int,
    command: str,
    report: Report,
    cancel: CancelToken,
) -> dict[str, Any]:
    """Make, measure and write a codec. Returns its metrics."""
    require_measures()
    design, schedule = recipe.design, replace(recipe.schedule, seed=seed)
    checkpoint = _place(out, recipe, schedule)
    entries = data.entries(recipe.datasets, "train")
    clips = data.load(entries, design.sample_rate, part(report, 0.0, 0.2), cancel)
    report(0.2, "Making the codec")
    stage = part(report, 0.2, 0.4)
    model, config = make_codec(recipe.family, clips, design, schedule, checkpoint, stage, cancel)
    tensors = dict(model.state_dict())
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
    metrics = evaluate_codec(codec, data, recipe.measured, part(report, 0.4, 1.0), cancel)
    metrics["parameters"] = sum(tensor.numel() for tensor in tensors.values())
    metrics["trained"] = {**_trained(clips, command), "seed": seed}
    write_model_folder(folder, facts, tensors, codec_card(recipe, codec.spec, metrics), metrics)
    return metrics


def evaluate_codec(
    codec: Codec, data: DataFolder, datasets: Sequence[str], report: Report, cancel: CancelToken
) -> dict[str, Any]:
    """Reconstruction on the test split of each data set, and how local a latent frame is."""
    require_measures()
    metrics: dict[str, Any] = {}
    for number, name in enumerate(datasets):
        stage = part(report, number / len(datasets), (number + 1) / len(datasets))
        entries = data.entries((name,), "test")
        clips = data.load(entries, codec.spec.sample_rate, part(stage, 0, 0.3), cancel)
        metrics[name] = measure_codec(codec, clips, part(stage, 0.3, 1), cancel)
        if number == 0:
            reach = max(locality_ms(codec, clips.clip(i)) for i in range(0, len(clips), 50))
            metrics["locality_ms"] = reach
    metrics["cells_per_second"] = round(codec.spec.latent_dim * codec.spec.frame_rate)
    return metrics


def publish_head(
    recipe: HeadRecipe,
    data: DataFolder,
    codec: Codec,
    out: Path,
    schedule: Schedule,
    command: str,
    report: Report,
    cancel: CancelToken,
    more: Sequence[DataFolder] = (),
    taught_by: Sequence[str] = (),
) -> dict[str, Any]:
    """Train, calibrate, measure and write a classifier. Returns its metrics.

    more: further data folders, all of whose training clips are learnt from and none held out.
    taught_by: ids or folders of finished heads that it learns to agree with.
    """
    design = recipe.design
    checkpoint = _place(out, recipe, schedule)
    entries = data.entries(recipe.datasets, "train")
    loaded = data.load(entries, codec.spec.sample_rate, part(report, 0.0, 0.1), cancel)
    clips, classes = classes_of(loaded, design)
    held = hold_out(clips, design.held)
    learning = clips.where(not validation for validation in held)
    learning_classes = [k for k, validation in zip(classes, held, strict=True) if not validation]
    further: Counter[str] = Counter()
    for each in more:
        entries = each.entries(None, "train")
        added = each.load(entries, codec.spec.sample_rate, part(report, 0.1, 0.1), cancel)
        added, added_classes = classes_of(added, design)
        learning, learning_classes = learning + added, learning_classes + added_classes
        further.update(entry.dataset for entry in added.entries)
    require_every_class(learning_classes, design)
    network, config = train_head(
        learning,
        learning_classes,
        codec,
        design,
        schedule,
        checkpoint,
        part(report, 0.1, 0.95),
        cancel,
        taught_by,
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
        "validation": accuracy(calibrated, codec, validation, held_classes, cancel),
        "uncalibrated": {},
        "temperature": temperature,
    }
    if recipe.live is not None:
        known = listened(calibrated, codec, data, recipe.live, "train", report, cancel)
        facts["threshold"] = choose_threshold(list(known.values()))
        manifest = write_model_folder(folder, facts, tensors, "Not measured yet.\n", {})
        calibrated = _opened(recipe.id, folder, manifest, codec)
        metrics["live"] = evaluate_live(calibrated, codec, data, recipe.live, report, cancel)
    for name in recipe.measured:
        stage = part(report, 0.95, 1.0)
        test, test_classes = held_out(data, name, codec, design, stage, cancel)
        metrics[name] = accuracy(calibrated, codec, test, test_classes, cancel)
        before = judge(uncalibrated, codec, test, cancel)
        error = expected_calibration_error(before, test_classes)
        metrics["uncalibrated"][name] = round(error, 4)
    metrics["parameters"] = sum(p.numel() for p in network.parameters())
    metrics["trained"] = {
        **_trained(learning, command),
        "more": dict(further),
        "taught_by": [as_text(Path(reference).name) for reference in taught_by],
        "schedule": asdict(schedule),
    }
    card = head_card(recipe, codec.spec, metrics)
    write_model_folder(folder, facts, tensors, card, metrics)
    report(1.0, "Written")
    return metrics


def _opened(head_id: str, folder: Path, manifest: Manifest, codec: Codec) -> HeadClassifier:
    return open_head(head_id, folder, manifest, codec.device)


def _place(out: Path, recipe: CodecRecipe | HeadRecipe, schedule: Schedule) -> Path:
    """The checkpoint's file, once it is known that it and the model can be written.

    Raises: ExportError; ModelError for a checkpoint of another training.
    """
    require_writable(out / recipe.id, MODEL)
    checkpoint = out / f"{recipe.id}.checkpoint.safetensors"
    require_checkpoint(checkpoint, schedule)
    return checkpoint


def _trained(clips: ClipSet, command: str) -> dict[str, Any]:
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "command": command,
        "clips": len(clips),
        "torch": torch.__version__,
    }
