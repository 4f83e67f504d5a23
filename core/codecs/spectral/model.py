"""The autoencoder of the spectral codec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from core.codecs._mdct import Mdct

SMALL = 0.01  # size of MDCT coefficients from which they are compressed
LARGEST = 7.0  # of a compressed coefficient: about 5 on the scale of samples
KERNEL = 3  # frames


class SpectralModel(nn.Module):
    """Shape: samples (B, 1, N) ↔ latents (B, D, F), F = ceil(N / hop).

    Encoder and decoder each add a matrix, which begins as the linear codec's, to a stack of
    ConvNeXt blocks, which sees compressed coefficients and begins at nought.

    read: from latents to the log-mel spectrogram they are to tell, see `core.training.spectral`.
    """

    mean: Tensor  # (D,)

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        self.sample_rate = int(config["sample_rate"])
        hop, latent_dim = int(config["hop"]), int(config["latent_dim"])
        width, blocks, told = int(config["width"]), int(config["blocks"]), int(config["told"])
        self.mdct = Mdct(hop)
        self.project = nn.Linear(hop, latent_dim, bias=False)
        self.restore = nn.Linear(latent_dim, hop, bias=False)
        self.look = _stack(hop, width, latent_dim, blocks)
        self.imagine = _stack(latent_dim, width, hop, blocks)
        self.read = nn.Linear(latent_dim, told)
        self.register_buffer("mean", torch.zeros(latent_dim))

    @property
    def facts(self) -> dict[str, Any]:
        """What `CodecSpec` needs to know."""
        return {
            "sample_rate": self.sample_rate,
            "frame_rate": self.sample_rate / self.mdct.hop,
            "latent_dim": len(self.mean),
        }

    def encode(self, samples: Tensor) -> Tensor:
        coefficients = self.mdct(samples[:, 0])
        compressed = torch.asinh(coefficients / SMALL)
        # The sign of a coefficient says where in its period a sound is, its size what it is.
        seen: Tensor = self.look(compressed.abs().transpose(1, 2))
        projected: Tensor = self.project(coefficients)
        return projected.transpose(1, 2) + seen

    def decode(self, latents: Tensor, n_samples: int) -> Tensor:
        restored = self.restore(latents.transpose(1, 2))
        compressed = self.imagine(latents).transpose(1, 2).clamp(-LARGEST, LARGEST)
        return self.mdct.inverse(restored + SMALL * torch.sinh(compressed), n_samples)[:, None]


class Block(nn.Module):
    """A ConvNeXt block along time. Shape: (B, width, F) → the same."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.along = nn.Conv1d(width, width, KERNEL, padding=KERNEL // 2, groups=width)
        self.norm = nn.LayerNorm(width)
        self.across = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )

    def forward(self, hidden: Tensor) -> Tensor:
        moved = self.norm(self.along(hidden).transpose(1, 2))
        changed: Tensor = self.across(moved)
        return hidden + changed.transpose(1, 2)


def _stack(come: int, width: int, go: int, blocks: int) -> nn.Sequential:
    last = nn.Conv1d(width, go, 1)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)  # type: ignore[arg-type]
    return nn.Sequential(nn.Conv1d(come, width, 1), *(Block(width) for _ in range(blocks)), last)
