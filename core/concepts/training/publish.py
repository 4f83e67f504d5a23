"""From a recipe and a data folder to the complete folder of an audio tower."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from core.concepts.embeddings._sentences import SPACE, SentenceEncoder
from core.concepts.embeddings._tower_network import SHAPE, Tower, new_tower
from core.concepts.opening import open_embedder
from core.concepts.training.captions import bank_of
from core.concepts.training.card import tower_card
from core.concepts.training.design import TowerRecipe
from core.concepts.training.measure import measure_tower
from core.concepts.training.pool import TowerPool, make_tower_pool
from core.concepts.training.teacher import RATE, Yamnet, plain_name
from core.concepts.training.tower import Anchors, train_tower
from core.folders import require_writable
from core.job import CancelToken, Report, part, until_cancelled
from core.model_folder import MODEL, write_model_folder
from core.training.data_folder import DataFolder
from core.training.loop import Schedule, require_checkpoint

MEAN_OF = 1000  # stretches whose mean place is kept for centring


def publish_tower(
    recipe: TowerRecipe,
    data: DataFolder,
    more: Sequence[DataFolder],
    teacher: Path,
    out: Path,
    schedule: Schedule,
    command: str,
    report: Report,
    cancel: CancelToken,
) -> dict[str, Any]:
    """Train, measure and write a tower. Returns its metrics.

    more: further data folders to learn from. teacher: the folder of a YAMNet.
    """
    design = recipe.design
    require_writable(out / recipe.id, MODEL)
    checkpoint = out / f"{recipe.id}.checkpoint.safetensors"
    require_checkpoint(checkpoint, schedule)
    yamnet, sentences = Yamnet(teacher), SentenceEncoder()
    sources = tuple(design.sources)
    clips = data.load(data.entries(sources, "train"), RATE, part(report, 0.0, 0.05), cancel)
    for each in more:
        added = each.entries(sources, "train")
        clips = clips + each.load(added, RATE, part(report, 0.05, 0.05), cancel)
    bank = bank_of(clips.entries)
    names = [plain_name(name) for name in yamnet.names]
    tags, prompts, classes = (
        torch.from_numpy(sentences.embed(texts, cancel))
        for texts in (bank.tags, bank.prompts(), names)
    )
    config = {**SHAPE, **design.config}
    torch.manual_seed(schedule.seed)
    tower = new_tower(config)
    stage = part(report, 0.05, 0.3)
    pool = make_tower_pool(tower, clips, bank, yamnet.scores, design, schedule.seed, stage, cancel)
    anchors = Anchors(tags, prompts, classes)
    stage = part(report, 0.3, 0.95)
    train_tower(tower, pool, bank, anchors, design, schedule, checkpoint, stage, cancel)
    keep_mean(tower, pool, cancel)
    facts = {
        "kind": "tower",
        "family": "tower",
        "label": recipe.label,
        "licence": recipe.licence,
        "config": {**config, "space": SPACE},
        "window": recipe.window,
        "minimum": recipe.minimum,
    }
    folder, tensors = out / recipe.id, dict(tower.state_dict())
    write_model_folder(folder, facts, tensors, "Not measured yet.\n", {})
    embedder = open_embedder(str(folder), torch.device("cpu"))
    metrics = measure_tower(embedder, data, part(report, 0.95, 1.0), cancel)
    metrics["parameters"] = sum(parameter.numel() for parameter in tower.parameters())
    metrics["trained"] = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "command": command,
        "clips": dict(Counter(entry.dataset for entry in clips.entries)),
        "torch": torch.__version__,
        "schedule": asdict(schedule),
    }
    write_model_folder(folder, facts, tensors, tower_card(recipe, metrics), metrics)
    report(1.0, "Written")
    return metrics


def keep_mean(tower: Tower, pool: TowerPool, cancel: CancelToken) -> None:
    """Remember the mean place of the sounds, which centring takes off. Raises: Cancelled."""
    with torch.no_grad():
        parts = [
            tower.placed(pool.heard[first : first + 50].float())
            for first in until_cancelled(range(0, min(MEAN_OF, len(pool.heard)), 50), cancel)
        ]
        tower.mean_sound.copy_(torch.cat(parts).mean(dim=0))
