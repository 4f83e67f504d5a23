"""Training a classifier head on a codec's latents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from core.classifiers._head import new_head
from core.classifiers._networks import LogMelHead, Normalised
from core.codecs import Codec
from core.codecs._opening import model_of
from core.codecs.banded.model import BandedModel
from core.errors import DataError, RequestError
from core.job import CancelToken, Report, part
from core.training.augment import Augmentation, masked, vary
from core.training.data import ClipSet
from core.training.loop import Schedule, run

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class HeadDesign:
    """What is chosen before training.

    labels: the classes. synonyms: what else the clips call them. other: the class for labels that
    are neither; None drops them. weights: how often a class is drawn relative to the others.
    joined: share of the other class's clips that are the end of one and the beginning of another.
    held: who is held out of training to calibrate the probabilities: one speaker in so many, or
    these. drawn_by: what a clip of a class is drawn by, so that many clips of one word, or of one
    speaker, do not drown the others.
    window, minimum: seconds, see `ClassifierSpec`; training stretches lie between the two.
    """

    labels: tuple[str, ...]
    family: str = "transformer"
    config: Mapping[str, Any] = field(default_factory=dict)
    synonyms: Mapping[str, str] = field(default_factory=dict)
    other: str | None = None
    background: tuple[str, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    window: float = 1.0
    minimum: float = 1.0
    smoothing: float = 0.05
    joined: float = 0.0
    held: int | tuple[str, ...] = 10
    drawn_by: Literal["word", "speaker"] = "word"
    augmentation: Augmentation = field(default_factory=Augmentation)


def classes_of(clips: ClipSet, design: HeadDesign) -> tuple[ClipSet, list[int]]:
    """The clips that have a class, and its index for each. Raises: DataError when none has."""
    index = {label: number for number, label in enumerate(design.labels)}
    other = None if design.other is None else index[design.other]
    known = [index.get(design.synonyms.get(label, label), other) for label in clips.labels()]
    chosen = clips.where(number is not None for number in known)
    classes = [number for number in known if number is not None]
    if not classes:
        raise DataError(f"None of the clips is of {', '.join(design.labels)}.")
    return chosen, classes


def require_every_class(classes: Sequence[int], design: HeadDesign) -> None:
    """Raises: DataError when a class has no clip to learn from."""
    missing = [label for number, label in enumerate(design.labels) if number not in set(classes)]
    if missing:
        raise DataError(f"There are no training clips of {', '.join(missing)}.")


def hold_out(clips: ClipSet, held: int | tuple[str, ...] = 10) -> list[bool]:
    """True for the clips of one speaker in `held`: the validation part of the training clips.

    held: or the names of those speakers. Where a share is asked for of clips without speakers, or
    of very few, single clips are held out instead.
    """
    if isinstance(held, tuple):
        return [entry.speaker in held for entry in clips.entries]
    speakers = sorted({entry.speaker for entry in clips.entries})
    if len(speakers) < 3 * held:
        return [number % held == 0 for number in range(len(clips))]
    chosen = set(speakers[::held])
    return [entry.speaker in chosen for entry in clips.entries]


def train_head(
    clips: ClipSet,
    classes: Sequence[int],
    codec: Codec,
    design: HeadDesign,
    schedule: Schedule,
    checkpoint: Path,
    report: Report,
    cancel: CancelToken,
) -> tuple[Normalised, dict[str, Any]]:
    """A head trained on clips at the codec's rate, and its full configuration."""
    spec = codec.spec
    torch.manual_seed(schedule.seed)
    max_frames = int(np.ceil(design.window * spec.frame_rate)) + 2
    given = dict(design.config)
    if design.family == "transformer":
        given.setdefault("max_frames", max_frames)
    if design.family == "logmel":
        given["layout"] = _layout_of(codec)
    network, config = new_head(design.family, spec.latent_dim, len(design.labels), given)
    network.to(codec.device)
    report(0.0, "Measuring the latents")
    if isinstance(network.body, LogMelHead):  # knows its own scale
        network.body.hears.directions.copy_(_banded(codec).directions)
    else:
        _normalise(network, clips, codec, design, schedule.seed)
    backgrounds = _backgrounds(clips, classes, design, spec.sample_rate)
    groups = _groups(clips, classes, design)
    weights = torch.tensor([design.weights.get(label, 1.0) for label in design.labels])
    bands = None if spec.bands is None else torch.tensor(spec.bands)
    other = None if design.other is None else design.labels.index(design.other)

    def loss_of_step(generator: torch.Generator) -> Tensor:
        drawn = torch.multinomial(weights, schedule.batch, True, generator=generator)
        picks = [_any(_any(groups[k], generator), generator) for k in drawn.tolist()]
        length = _draw_length(design, spec.sample_rate, generator)
        samples = stretches(clips, picks, length, generator)
        if design.joined and other is not None:
            second = [_any(_any(groups[other], generator), generator) for _ in picks]
            following = stretches(clips, second, length, generator)
            samples = joined(samples, following, drawn == other, design.joined, generator)
        samples = vary(samples, backgrounds, spec.sample_rate, design.augmentation, generator)
        with torch.no_grad():
            latents = codec.encode(samples[:, None].to(codec.device)).cpu()
        latents = masked(latents, bands, design.augmentation.mask, generator)
        logits = network(latents.to(codec.device))
        return nn.functional.cross_entropy(
            logits, drawn.to(codec.device), label_smoothing=design.smoothing
        )

    run(network, loss_of_step, schedule, checkpoint, part(report, 0.02, 1.0), cancel)
    return network, config


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


def _banded(codec: Codec) -> BandedModel:
    model = model_of(codec)
    if not isinstance(model, BandedModel):
        raise RequestError(
            f"A head that listens reads the latents of a banded codec, not of “{codec.spec.id}”; "
            "choose another head or codec."
        )
    return model


def _layout_of(codec: Codec) -> dict[str, Any]:
    return _banded(codec).layout.to_config()


def _groups(clips: ClipSet, classes: Sequence[int], design: HeadDesign) -> list[list[list[int]]]:
    """For each class the clips of each of its words or speakers."""
    groups: list[dict[str, list[int]]] = [{} for _ in design.labels]
    for number, (entry, k) in enumerate(zip(clips.entries, classes, strict=True)):
        by_word = design.drawn_by == "word"
        group = (entry.extra or entry.label) if by_word else entry.speaker
        groups[k].setdefault(group, []).append(number)
    return [list(of_class.values()) for of_class in groups]


def _any(choices: Sequence[T], generator: torch.Generator) -> T:
    return choices[int(torch.randint(len(choices), (1,), generator=generator))]


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


def _draw_length(design: HeadDesign, sample_rate: int, generator: torch.Generator) -> int:
    share = float(torch.rand(1, generator=generator))
    seconds = design.minimum + (design.window - design.minimum) * share
    return round(seconds * sample_rate)


def _normalise(
    network: Normalised, clips: ClipSet, codec: Codec, design: HeadDesign, seed: int
) -> None:
    """Set the head's normalisation from latents of a sample of the clips."""
    generator = torch.Generator().manual_seed(seed)
    picks = torch.randperm(len(clips), generator=generator)[:400].tolist()
    length = round(design.window * codec.spec.sample_rate)
    samples = stretches(clips, picks, length, generator)
    with torch.no_grad():
        latents = codec.encode(samples[:, None].to(codec.device))
    flat = latents.transpose(0, 1).flatten(1)
    network.mean.copy_(flat.mean(dim=1, keepdim=True))
    network.spread.copy_(flat.std(dim=1, keepdim=True).clamp(min=1e-4))


def _backgrounds(
    clips: ClipSet, classes: Sequence[int], design: HeadDesign, sample_rate: int
) -> Tensor | None:
    """Clips of a class named silence serve as recorded noise."""
    if "silence" not in design.background:
        return None
    silence = design.labels.index("silence")
    picks = [number for number, k in enumerate(classes) if k == silence]
    length = round(design.window * sample_rate)
    return stretches(clips, picks, length, torch.Generator().manual_seed(0))
