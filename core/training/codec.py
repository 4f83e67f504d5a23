"""Making a codec from clips: by principal axes, or trained."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from core.codecs._linear_model import LinearModel
from core.codecs._linear_model import fit as fit_linear
from core.codecs.banded.model import BandedModel
from core.codecs.banded.model import fit as fit_banded
from core.job import CancelToken, Report
from core.training.data import ClipSet
from core.training.loop import Schedule
from core.training.neural import NeuralDesign, train_neural
from core.training.spectral import SpectralDesign, train_spectral

CLIPS = 1500  # as many are looked at
SECONDS = 2.0  # of each


@dataclass(frozen=True, slots=True)
class CodecDesign:
    """What is chosen before fitting principal axes.

    n_bands, narrowest, softness: of the banded family only; the number of bands, the width of the
    lowest in coefficients, and see `BandLayout`.
    """

    sample_rate: int = 16_000
    hop: int = 320
    latent_dim: int = 128
    n_bands: int = 16
    narrowest: float = 8.0
    softness: float = 0.45


def make_codec(
    family: str,
    clips: ClipSet,
    design: CodecDesign | SpectralDesign | NeuralDesign,
    schedule: Schedule,
    checkpoint: Path,
    report: Report,
    cancel: CancelToken,
) -> tuple[nn.Module, dict[str, object]]:
    """A codec of a family and its configuration.

    schedule, checkpoint: of a trained one, which the design asks for; of the others only the seed
    counts, and there are no steps that could be resumed.
    """
    if isinstance(design, NeuralDesign):
        return train_neural(clips, design, schedule, checkpoint, report, cancel)
    if isinstance(design, SpectralDesign):
        return train_spectral(clips, design, schedule, checkpoint, report, cancel)
    return fit_codec(family, clips, design, schedule.seed, cancel)


def fit_codec(
    family: str, clips: ClipSet, design: CodecDesign, seed: int, cancel: CancelToken
) -> tuple[nn.Module, dict[str, object]]:
    """A codec of the family `banded` or `linear`, and its configuration. Raises: Cancelled."""
    generator = torch.Generator().manual_seed(seed)
    chosen = torch.randperm(len(clips), generator=generator)[:CLIPS].tolist()
    length = round(SECONDS * design.sample_rate)
    sample = [torch.from_numpy(clips.clip(index)[:length]) for index in chosen]
    rate, hop, latent_dim = design.sample_rate, design.hop, design.latent_dim
    if family == "linear":
        linear: LinearModel = fit_linear(rate, hop, latent_dim, sample, cancel)
        return linear, {"sample_rate": rate, "hop": hop, "latent_dim": latent_dim}
    banded: BandedModel = fit_banded(
        rate, hop, design.n_bands, design.narrowest, latent_dim, sample, design.softness, cancel
    )
    return banded, banded.layout.to_config()
