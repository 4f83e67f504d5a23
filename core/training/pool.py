"""Clips drawn class by class and varied, as a head hears them: the pool that it learns from.

Varying samples and encoding them costs more than a training step of a small network; done once,
it is paid for once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from core.classifiers._networks import Normalised
from core.codecs import Codec
from core.job import CancelToken, Report
from core.training.augment import masked, vary
from core.training.data import ClipSet
from core.training.design import HeadDesign

T = TypeVar("T")
AT_ONCE = 50  # clips varied together

Groups = list[tuple[float, list[list[int]]]]
"""The clips of one class: for each source how often it is drawn, and its words' clips."""


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """heard: (n, rows, T) float16, see `Normalised.hear`; classes: (n,)."""

    heard: Tensor
    classes: Tensor


def make_pool(
    network: Normalised,
    clips: ClipSet,
    classes: Sequence[int],
    codec: Codec,
    design: HeadDesign,
    seed: int,
    report: Report,
    cancel: CancelToken,
) -> Pool:
    """`design.pool` varied stretches of clips, each as long as the design's window."""
    spec = codec.spec
    generator = torch.Generator().manual_seed(seed)
    length = round(design.window * spec.sample_rate)
    backgrounds = backgrounds_of(clips, classes, design, length)
    groups = groups_of(clips, classes, design)
    weights = torch.tensor([design.weights.get(label, 1.0) for label in design.labels])
    bands = None if spec.bands is None else torch.tensor(spec.bands)
    other = None if design.other is None else design.labels.index(design.other)
    heard, drawn = [], []
    for done in range(0, design.pool, AT_ONCE):
        cancel.raise_if_set()
        report(done / design.pool, "Varying clips")
        count = min(AT_ONCE, design.pool - done)
        chosen = torch.multinomial(weights, count, True, generator=generator)
        picks = [draw(groups[k], generator) for k in chosen.tolist()]
        samples = stretches(clips, picks, length, generator)
        if design.joined and other is not None:
            second = [draw(groups[other], generator) for _ in picks]
            following = stretches(clips, second, length, generator)
            samples = joined(samples, following, chosen == other, design.joined, generator)
        samples = vary(samples, backgrounds, spec.sample_rate, design.augmentation, generator)
        with torch.no_grad():
            latents = codec.encode(samples[:, None].to(codec.device)).cpu()
            latents = masked(latents, bands, design.augmentation.mask, generator)
            heard.append(network.hear(latents.to(codec.device)).half().cpu())
        drawn.append(chosen)
    return Pool(torch.cat(heard), torch.cat(drawn))


def groups_of(clips: ClipSet, classes: Sequence[int], design: HeadDesign) -> list[Groups]:
    """For each class its sources, and the clips of each of their words or speakers."""
    sources = design.sources
    found: list[dict[str, dict[str, list[int]]]] = [{} for _ in design.labels]
    for number, (entry, k) in enumerate(zip(clips.entries, classes, strict=True)):
        source = entry.dataset if sources else ""
        by_word = design.drawn_by == "word"
        group = (entry.extra or entry.label) if by_word else entry.speaker
        found[k].setdefault(source, {}).setdefault(group, []).append(number)
    return [
        [
            (sources[name] if sources else 1.0, list(words.values()))
            for name, words in of_class.items()
            if not sources or sources.get(name)
        ]
        for of_class in found
    ]


def draw(groups: Groups, generator: torch.Generator) -> int:
    """A clip of a class: a source, one of its words or speakers, one of its clips."""
    weights = torch.tensor([weight for weight, _ in groups])
    source = int(torch.multinomial(weights, 1, generator=generator))
    return _any(_any(groups[source][1], generator), generator)


def joined(
    first: Tensor, second: Tensor, where: Tensor, share: float, generator: torch.Generator
) -> Tensor:
    """Some of the rows marked by `where` (B,) as running speech cuts them, (B, length).

    Of these, a share gets the end of `first` and then the beginning of `second`.
    """
    rows, length = first.shape
    cut = (length * (0.2 + 0.6 * torch.rand(rows, 1, generator=generator))).long()
    place = torch.arange(length)[None]
    both = torch.cat([first, second], dim=1).gather(1, place + cut)
    chosen = where[:, None] & (torch.rand(rows, 1, generator=generator) < share)
    return torch.where(chosen, both, first)


def stretches(
    clips: ClipSet, picks: Sequence[int], length: int, generator: torch.Generator
) -> Tensor:
    """The picked clips, cut or padded to `length` samples at a random place, (B, length)."""
    rows = np.zeros((len(picks), length), np.float32)
    for row, pick in zip(rows, picks, strict=True):
        clip = clips.clip(pick)
        room = int(torch.randint(abs(len(clip) - length) + 1, (1,), generator=generator))
        if len(clip) >= length:
            row[:] = clip[room : room + length]
        else:
            row[room : room + len(clip)] = clip
    return torch.from_numpy(rows)


def backgrounds_of(
    clips: ClipSet, classes: Sequence[int], design: HeadDesign, length: int
) -> Tensor | None:
    """Clips of a class named silence serve as recorded noise."""
    if "silence" not in design.background:
        return None
    silence = design.labels.index("silence")
    picks = [number for number, k in enumerate(classes) if k == silence]
    return stretches(clips, picks, length, torch.Generator().manual_seed(0))


def _any(choices: Sequence[T], generator: torch.Generator) -> T:
    return choices[int(torch.randint(len(choices), (1,), generator=generator))]
