"""Varied stretches of clips, what is said of each, and what a teacher hears in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.concepts.embeddings._tower_network import Tower
from core.concepts.training.captions import Bank, said_of
from core.concepts.training.design import TowerDesign
from core.errors import DataError
from core.job import CancelToken, Report
from core.training.augment import vary
from core.training.data import ClipSet
from core.types import FloatArray

AT_ONCE = 50  # stretches varied together
TRIES = 3  # stretches drawn from a clip, of which the loudest is taken: most sounds are short
APART_DB = (-6.0, 12.0)  # of two clips at once, the first against the second

Scores = Callable[[FloatArray], FloatArray]
"""scores(samples (N,)) → the teacher's (T,), each in 0…1."""


@dataclass(frozen=True, slots=True, eq=False)
class TowerPool:
    """heard: (n, mels, T) float16, see `Tower.hear`; said: (n, tags) 1 where a tag is said of it;
    scores: (n, T) of the teacher."""

    heard: Tensor
    said: Tensor
    scores: Tensor


def make_tower_pool(
    tower: Tower,
    clips: ClipSet,
    bank: Bank,
    scores: Scores,
    design: TowerDesign,
    seed: int,
    report: Report,
    cancel: CancelToken,
) -> TowerPool:
    """`design.pool` stretches of `design.seconds`. Raises: DataError when no clip is of use."""
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    groups = _groups(clips, design.sources)
    facts = torch.from_numpy(_facts(clips, bank))
    length = round(design.seconds * clips.sample_rate)
    heard, said, taught = [], [], []
    for first in range(0, design.pool, AT_ONCE):
        cancel.raise_if_set()
        report(first / design.pool, "Varying the clips")
        picks = [_draw(groups, generator) for _ in range(min(AT_ONCE, design.pool - first))]
        others = [_draw(groups, generator) for _ in picks]
        both = torch.rand(len(picks), generator=generator) < design.joint
        samples = loudest_stretches(clips, picks, length, generator)
        second = loudest_stretches(clips, others, length, generator)
        low, high = APART_DB
        apart = low + (high - low) * torch.rand(len(picks), 1, generator=generator)
        samples = samples + both[:, None] * second * _relative(samples, second, apart)
        samples = vary(samples, None, clips.sample_rate, design.augmentation, generator)
        with torch.no_grad():
            heard.append(tower.hear(samples).half())
        said.append((facts[picks] + both[:, None] * facts[others]).clamp(max=1.0))
        taught.append(torch.from_numpy(np.stack([scores(row) for row in samples.numpy()])))
    return TowerPool(torch.cat(heard), torch.cat(said), torch.cat(taught))


def loudest_stretches(
    clips: ClipSet, picks: list[int], length: int, generator: torch.Generator
) -> Tensor:
    """Of each picked clip the loudest of a few stretches drawn from it, (B, length).

    Shorter clips lie somewhere in silence.
    """
    rows = np.zeros((len(picks), length), np.float32)
    for row, pick in zip(rows, picks, strict=True):
        clip = clips.clip(pick)
        places = torch.randint(abs(len(clip) - length) + 1, (TRIES,), generator=generator).tolist()
        if len(clip) < length:
            row[places[0] : places[0] + len(clip)] = clip
        else:
            drawn = [clip[place : place + length] for place in places]
            row[:] = max(drawn, key=lambda stretch: float(np.square(stretch).sum()))
    return torch.from_numpy(rows)


def _relative(first: Tensor, second: Tensor, apart_db: Tensor) -> Tensor:
    """The factor that puts `second` so many dB below `first`."""
    levels = [x.square().mean(dim=1, keepdim=True).sqrt() for x in (first, second)]
    return levels[0] / (levels[1] + 1e-4) * 10 ** (-apart_db / 20)


def _facts(clips: ClipSet, bank: Bank) -> FloatArray:
    """What is said of each clip: (n, tags) of 0 and 1."""
    place = {pair: k for k, pair in enumerate(zip(bank.subjects, bank.tags, strict=True))}
    facts = np.zeros((len(clips), len(bank.tags)), np.float32)
    for row, entry in zip(facts, clips.entries, strict=True):
        for pair in said_of(entry).items():
            if pair in place:
                row[place[pair]] = 1.0
    return facts


def _groups(clips: ClipSet, sources: Mapping[str, float]) -> list[tuple[float, list[list[int]]]]:
    """For each data set how often it is drawn, and the clips of each of its labels."""
    found: dict[str, dict[str, list[int]]] = {}
    for number, entry in enumerate(clips.entries):
        if sources.get(entry.dataset, 0.0) > 0:
            found.setdefault(entry.dataset, {}).setdefault(entry.label, []).append(number)
    if not found:
        raise DataError(f"None of the clips is of {', '.join(sources)}.")
    return [(sources[name], list(labels.values())) for name, labels in found.items()]


def _draw(groups: list[tuple[float, list[list[int]]]], generator: torch.Generator) -> int:
    weights = torch.tensor([weight for weight, _ in groups])
    labels = groups[int(torch.multinomial(weights, 1, generator=generator))][1]
    clips = labels[int(torch.randint(len(labels), (1,), generator=generator))]
    return clips[int(torch.randint(len(clips), (1,), generator=generator))]
