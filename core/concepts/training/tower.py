"""Training an audio tower into the space of a text encoder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from core.concepts.embeddings._tower_network import Listener, Tower
from core.concepts.training.captions import SUBJECTS, Bank
from core.concepts.training.design import TowerDesign
from core.concepts.training.pool import TowerPool
from core.job import CancelToken, Report, until_cancelled
from core.training.head import cropped
from core.training.loop import Schedule, run
from core.training.pictures import varied

SETTLING = 60  # batches that the batch norms take their final statistics from
RARE = -4.0  # log-odds a class of the teacher begins with: nearly all are absent nearly always


@dataclass(frozen=True, slots=True, eq=False)
class Anchors:
    """Where the words lie: tags and their sentences (tags, dim), the teacher's classes (T, dim)."""

    tags: Tensor
    prompts: Tensor
    classes: Tensor


class Pupil(nn.Module):
    """A tower, and what it has only while it learns: each listener's ear for the teacher's classes.

    taught: for each listener a layer from what it pooled, (B, 2·wide), to logits (B, T).
    """

    def __init__(self, tower: Tower, n_classes: int) -> None:
        super().__init__()
        self.tower = tower
        self.taught = nn.ModuleList()
        for listener in tower.every_listener():
            first = next(layer for layer in listener.project if isinstance(layer, nn.Linear))
            layer = nn.Linear(first.in_features, n_classes)
            nn.init.constant_(layer.bias, RARE)
            self.taught.append(layer)


def train_tower(
    tower: Tower,
    pool: TowerPool,
    bank: Bank,
    anchors: Anchors,
    design: TowerDesign,
    schedule: Schedule,
    checkpoint: Path,
    report: Report,
    cancel: CancelToken,
) -> list[float]:
    """Train `tower` in place; goes on from the checkpoint when there is one.

    Its loss is how badly the tags of a clip are told from the others on the same subject, and the
    teacher's classes from each other by their words, how far its place is from that of its words,
    and how badly the teacher's scores are foretold.
    Returns the loss at each step since the start or the last resume.
    """
    pupil = Pupil(tower, pool.scores.shape[1])
    subjects = [members for subject in SUBJECTS if (members := bank.members(subject))]
    every_class = range(len(anchors.classes))
    n_tags = len(bank.tags)
    words = nn.functional.normalize(anchors.tags + anchors.prompts, dim=1)

    def loss_of_step(generator: torch.Generator) -> Tensor:
        picks = torch.randint(len(pool.heard), (schedule.batch,), generator=generator)
        heard = cropped(pool.heard[picks].float(), design.shortest, generator)
        wanted = torch.cat([pool.said[picks], pool.scores[picks]], dim=1)
        losses = [
            loss_of(listener, taught, *varied(heard, wanted, design.variation, generator))
            for listener, taught in zip(tower.every_listener(), pupil.taught, strict=True)
        ]
        return torch.stack(losses).mean()

    def loss_of(listener: Listener, taught: nn.Module, heard: Tensor, wanted: Tensor) -> Tensor:
        said, scores = wanted[:, :n_tags], wanted[:, n_tags:]
        pooled = listener.pooled(heard)
        places = listener.place(pooled)
        loss = told_apart(places, said, (anchors.tags, anchors.prompts), subjects, design.softness)
        named = told_apart(places, scores, (anchors.classes,), (every_class,), design.softness)
        told = (scores - design.told).clamp(min=0.0) / (1 - design.told)
        aims = nn.functional.normalize(said @ words + design.aside * told @ anchors.classes, dim=1)
        loss = loss + design.near * (1 - (places * aims).sum(dim=1)).mean()
        foretold = nn.functional.binary_cross_entropy_with_logits(
            taught(pooled), scores, reduction="none"
        )
        return loss + design.named * named + design.taught * foretold.sum(dim=1).mean()

    losses = run(pupil, loss_of_step, schedule, checkpoint, report, cancel)
    settle(tower, pool, schedule, cancel)
    return losses


def told_apart(
    places: Tensor,
    said: Tensor,
    sentences: Sequence[Tensor],
    subjects: Sequence[Sequence[int]],
    softness: float,
) -> Tensor:
    """Cross-entropy of the tags of each subject, mean over the clips that have one.

    places: (B, dim); said: (B, tags), how much of a clip is of each; sentences: ways to say the
    tags, each (tags, dim); subjects: the numbers of their tags.
    """
    losses = []
    for members in subjects:
        wanted = said[:, members]
        weight = wanted.sum(dim=1)
        for sentence in sentences:
            logits = places @ sentence[members].T / softness
            error = -(wanted * logits.log_softmax(dim=1)).sum(dim=1)
            losses.append(error.sum() / weight.sum().clamp(min=1.0))
    return torch.stack(losses).mean()


def settle(tower: Tower, pool: TowerPool, schedule: Schedule, cancel: CancelToken) -> None:
    """Give the batch norms the statistics that belong to the weights as they are now.

    Raises: Cancelled.
    """
    norms = [each for each in tower.modules() if isinstance(each, nn.modules.batchnorm._BatchNorm)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain mean over what follows
    generator = torch.Generator().manual_seed(schedule.seed)
    dropouts = [each for each in tower.modules() if isinstance(each, nn.Dropout)]
    tower.train()
    for dropout in dropouts:
        dropout.eval()
    with torch.no_grad():
        for _ in until_cancelled(range(SETTLING), cancel):
            picks = torch.randint(len(pool.heard), (schedule.batch,), generator=generator)
            tower.placed(pool.heard[picks].float())
    tower.eval()
