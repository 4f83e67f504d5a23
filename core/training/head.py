"""Training a classifier head on a codec's latents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.classifiers._head import new_head
from core.classifiers._networks import LogMelHead, Normalised
from core.codecs import Codec
from core.codecs._opening import model_of
from core.codecs.banded.model import BandedModel
from core.coding import encode_batch
from core.errors import DataError, RequestError
from core.job import CancelToken, Report, part
from core.training.data import ClipSet
from core.training.design import HeadDesign
from core.training.loop import Schedule, run
from core.training.pictures import varied
from core.training.pool import make_pool, stretches
from core.training.teaching import open_teachers


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
    taught_by: Sequence[str] = (),
) -> tuple[Normalised, dict[str, Any]]:
    """A head trained on clips at the codec's rate, and its full configuration.

    taught_by: ids or folders of finished heads that it learns to agree with.
    """
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
        _normalise(network, clips, codec, design, schedule.seed, cancel)
    teachers = open_teachers(taught_by, design.believed, network, design.labels, codec.device)
    stage = part(report, 0.02, 0.3)
    pool = make_pool(network, clips, classes, codec, design, schedule.seed, stage, cancel)
    shortest = design.minimum / design.window

    def loss_of_step(generator: torch.Generator) -> Tensor:
        picks = torch.randint(len(pool.classes), (schedule.batch,), generator=generator)
        heard = cropped(pool.heard[picks].float(), shortest, generator)
        wanted = nn.functional.one_hot(pool.classes[picks], len(design.labels)).float()
        losses = []
        for judge in network.judges:
            view, target = varied(heard, wanted, design.variation, generator)
            view, target = view.to(codec.device), target.to(codec.device)
            logits = judge(view)
            loss = nn.functional.cross_entropy(logits, target, label_smoothing=design.smoothing)
            if teachers is not None:
                loss = torch.lerp(loss, teachers.loss(view, logits), teachers.believed)
            losses.append(loss)
        return torch.stack(losses).mean()

    run(network, loss_of_step, schedule, checkpoint, part(report, 0.3, 1.0), cancel)
    return network, config


def cropped(heard: Tensor, shortest: float, generator: torch.Generator) -> Tensor:
    """A stretch, the same of all, of at least that share of (B, rows, T)."""
    frames = heard.shape[2]
    share, place = torch.rand(2, generator=generator).tolist()
    length = round(frames * (shortest + (1 - shortest) * share))
    start = round(place * (frames - length))
    return heard[..., start : start + length]


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


def _normalise(
    network: Normalised,
    clips: ClipSet,
    codec: Codec,
    design: HeadDesign,
    seed: int,
    cancel: CancelToken,
) -> None:
    """Set the head's normalisation from latents of a sample of the clips."""
    generator = torch.Generator().manual_seed(seed)
    picks = torch.randperm(len(clips), generator=generator)[:400].tolist()
    length = round(design.window * codec.spec.sample_rate)
    samples = stretches(clips, picks, length, generator)
    latents = torch.from_numpy(encode_batch(codec, samples[:, None].numpy(), cancel))
    flat = latents.transpose(0, 1).flatten(1)
    network.mean.copy_(flat.mean(dim=1, keepdim=True))
    network.spread.copy_(flat.std(dim=1, keepdim=True).clamp(min=1e-4))
