"""Fitting a codec to clips: principal axes, no iterations, so nothing to resume."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from core.codecs._linear_model import LinearModel
from core.codecs._linear_model import fit as fit_linear
from core.codecs.banded.model import BandedModel
from core.codecs.banded.model import fit as fit_banded
from core.training.data import ClipSet

CLIPS = 1500  # as many are looked at
SECONDS = 2.0  # of each


@dataclass(frozen=True, slots=True)
class CodecDesign:
    """What is chosen before fitting.

    n_bands, narrowest, softness: of the banded family only; the number of bands, the width of the
    lowest in coefficients, and see `BandLayout`.
    """

    sample_rate: int = 16_000
    hop: int = 320
    latent_dim: int = 128
    n_bands: int = 16
    narrowest: float = 8.0
    softness: float = 0.45


def fit_codec(
    family: str, clips: ClipSet, design: CodecDesign, seed: int
) -> tuple[nn.Module, dict[str, object]]:
    """A codec of the family `banded` or `linear`, and its configuration."""
    generator = torch.Generator().manual_seed(seed)
    chosen = torch.randperm(len(clips), generator=generator)[:CLIPS].tolist()
    length = round(SECONDS * design.sample_rate)
    sample = [torch.from_numpy(clips.clip(index)[:length]) for index in chosen]
    rate, hop, latent_dim = design.sample_rate, design.hop, design.latent_dim
    if family == "linear":
        linear: LinearModel = fit_linear(rate, hop, latent_dim, sample)
        return linear, {"sample_rate": rate, "hop": hop, "latent_dim": latent_dim}
    banded: BandedModel = fit_banded(
        rate, hop, design.n_bands, design.narrowest, latent_dim, sample, design.softness
    )
    return banded, banded.layout.to_config()
