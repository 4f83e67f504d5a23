"""The projection of the linear codec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from core.codecs._mdct import Mdct
from core.job import CancelToken, until_cancelled


class LinearModel(nn.Module):
    """Shape: samples (B, 1, N) ↔ latents (B, D, F), F = ceil(N / hop)."""

    directions: Tensor  # (hop, D), orthonormal columns
    scale: Tensor  # (D,), standard deviation of each projection
    mean: Tensor  # (D,)

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        self.sample_rate = int(config["sample_rate"])
        hop, latent_dim = int(config["hop"]), int(config["latent_dim"])
        self.mdct = Mdct(hop)
        self.register_buffer("directions", torch.zeros(hop, latent_dim))
        self.register_buffer("scale", torch.ones(latent_dim))
        self.register_buffer("mean", torch.zeros(latent_dim))

    @property
    def facts(self) -> dict[str, Any]:
        """What `CodecSpec` needs to know."""
        return {
            "sample_rate": self.sample_rate,
            "frame_rate": self.sample_rate / self.mdct.hop,
            "latent_dim": len(self.scale),
        }

    def encode(self, samples: Tensor) -> Tensor:
        projected: Tensor = self.mdct(samples[:, 0]) @ self.directions
        return (projected / self.scale).transpose(1, 2)

    def decode(self, latents: Tensor, n_samples: int) -> Tensor:
        projected = latents.transpose(1, 2) * self.scale
        return self.mdct.inverse(projected @ self.directions.T, n_samples)[:, None]


def fit(
    sample_rate: int,
    hop: int,
    latent_dim: int,
    clips: list[Tensor],
    cancel: CancelToken | None = None,
) -> LinearModel:
    """The linear codec whose directions explain most energy of the clips (each (N,)).

    Raises: Cancelled.
    """
    model = LinearModel({"sample_rate": sample_rate, "hop": hop, "latent_dim": latent_dim})
    coefficients = torch.cat([model.mdct(clip[None])[0] for clip in until_cancelled(clips, cancel)])
    _, axes = torch.linalg.eigh(coefficients.T @ coefficients)
    directions = axes.flip(1)[:, :latent_dim]
    projected = coefficients @ directions
    model.directions.copy_(directions)
    model.scale.copy_(projected.std(dim=0).clamp(min=1e-6))
    model.mean.copy_((projected / model.scale).mean(dim=0))
    return model
