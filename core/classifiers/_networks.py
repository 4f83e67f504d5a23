"""The networks of the heads. Each takes normalised latents (B, D, F) to logits (B, K)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from core.classifiers._listening import LogMel
from core.errors import RequestError


class TransformerHead(nn.Module):
    """Linear D → width, learned positions, `layers` encoder layers, mean over time, linear."""

    def __init__(
        self,
        latent_dim: int,
        n_classes: int,
        width: int,
        heads: int,
        feedforward: int,
        layers: int,
        dropout: float,
        activation: str,
        max_frames: int,
    ) -> None:
        super().__init__()
        self.embed = nn.Linear(latent_dim, width)
        self.positions = nn.Parameter(torch.randn(max_frames, width) * 0.02)
        layer = nn.TransformerEncoderLayer(
            width, heads, feedforward, dropout, activation, batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(width)
        self.decide = nn.Linear(width, n_classes)

    def forward(self, latents: Tensor) -> Tensor:
        n_frames = latents.shape[-1]
        if n_frames > len(self.positions):
            raise RequestError(
                f"This classifier looks at {len(self.positions)} latent frames at most, not at "
                f"{n_frames}; explain a shorter stretch."
            )
        tokens = self.embed(latents.transpose(1, 2)) + self.positions[:n_frames]
        logits: Tensor = self.decide(self.norm(self.encoder(tokens).mean(dim=1)))
        return logits


class CnnHead(nn.Module):
    """`layers` convolutions along time, pooled by two after each of the first two."""

    def __init__(
        self,
        latent_dim: int,
        n_classes: int,
        width: int,
        layers: int,
        kernel: int,
        dropout: float,
    ) -> None:
        super().__init__()
        steps: list[nn.Module] = []
        channels = latent_dim
        for index in range(layers):
            steps += [
                nn.Conv1d(channels, width, kernel, padding=kernel // 2),
                nn.GroupNorm(8, width),
                nn.GELU(),
            ]
            if index < 2:
                steps.append(nn.AvgPool1d(2, ceil_mode=True))
            steps.append(nn.Dropout(dropout))
            channels = width
        self.layers = nn.Sequential(*steps)
        self.decide = nn.Linear(2 * width, n_classes)

    def forward(self, latents: Tensor) -> Tensor:
        hidden = self.layers(latents)
        logits: Tensor = self.decide(torch.cat([hidden.mean(-1), hidden.amax(-1)], dim=-1))
        return logits


class GruHead(nn.Module):
    """A GRU along time; its outputs are averaged."""

    def __init__(
        self, latent_dim: int, n_classes: int, width: int, layers: int, dropout: float
    ) -> None:
        super().__init__()
        between = dropout if layers > 1 else 0.0
        self.gru = nn.GRU(latent_dim, width, layers, batch_first=True, dropout=between)
        self.decide = nn.Linear(width, n_classes)

    def forward(self, latents: Tensor) -> Tensor:
        outputs, _ = self.gru(latents.transpose(1, 2))
        logits: Tensor = self.decide(outputs.mean(dim=1))
        return logits


class LogMelHead(nn.Module):
    """A log-mel spectrogram of the latents, and the mean logits of networks that judge it.

    Shape: latents (B, D, F) → logits (B, K).
    """

    def __init__(
        self,
        latent_dim: int,
        n_classes: int,
        layout: Mapping[str, Any],
        mels: int,
        judges: int,
        relative: bool,
        stem: int,
        width: int,
        layers: int,
        kernel: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.hears = LogMel(layout, mels)
        if self.hears.layout.latent_dim != latent_dim:
            raise ValueError(f"the layout is not one of {latent_dim} latent dimensions")
        if judges < 1:
            raise ValueError("someone has to judge")
        made = [
            SpectrogramJudge(mels, n_classes, relative, stem, width, layers, kernel, dropout)
            for _ in range(judges)
        ]
        self.judges = nn.ModuleList(made)

    def forward(self, latents: Tensor) -> Tensor:
        heard = self.hears(latents)
        return torch.stack([judge(heard) for judge in self.judges]).mean(dim=0)


class SpectrogramJudge(nn.Module):
    """Two convolutions over time and frequency, which halve both, then `layers` residual blocks
    along time, halved after each but the last.

    Shape: log-mel (B, mels, T) as `LogMel` makes it → logits (B, K).
    relative: it also sees each band relative to its mean over time, in which voices and microphones
    differ less.
    """

    def __init__(
        self,
        mels: int,
        n_classes: int,
        relative: bool,
        stem: int,
        width: int,
        layers: int,
        kernel: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.relative = relative
        self.stem = nn.Sequential(
            nn.Conv2d(2 if relative else 1, stem, 5, stride=2, padding=2),
            nn.GroupNorm(4, stem),
            nn.GELU(),
            nn.Conv2d(stem, stem, 3, stride=(2, 1), padding=1),
            nn.GroupNorm(4, stem),
            nn.GELU(),
            nn.Flatten(1, 2),
            nn.Conv1d(stem * -(-mels // 4), width, 1),
        )
        blocks: list[nn.Module] = []
        for index in range(layers):
            blocks.append(Residual(width, kernel, dropout))
            if index < layers - 1:
                blocks.append(nn.AvgPool1d(2, ceil_mode=True))
        self.blocks = nn.Sequential(*blocks)
        self.decide = nn.Linear(2 * width, n_classes)

    def forward(self, heard: Tensor) -> Tensor:
        views = [(heard - 0.6) / 0.4]  # of speech about 0 ± 1
        if self.relative:
            views.append((heard - heard.mean(dim=-1, keepdim=True)) / 0.2)
        hidden = self.blocks(self.stem(torch.stack(views, dim=1)))
        logits: Tensor = self.decide(torch.cat([hidden.mean(-1), hidden.amax(-1)], dim=-1))
        return logits


class Residual(nn.Module):
    """Two convolutions along time and a way around them. Shape: (B, width, T) → the same."""

    def __init__(self, width: int, kernel: int, dropout: float) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(width, width, kernel, padding=kernel // 2),
            nn.GroupNorm(8, width),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Conv1d(width, width, kernel, padding=kernel // 2),
            nn.GroupNorm(8, width),
        )

    def forward(self, hidden: Tensor) -> Tensor:
        return nn.functional.gelu(hidden + self.layers(hidden))


class Normalised(nn.Module):
    """A head behind the normalisation of its latents to zero mean and unit spread."""

    mean: Tensor  # (D, 1)
    spread: Tensor  # (D, 1)

    def __init__(self, body: nn.Module, latent_dim: int) -> None:
        super().__init__()
        self.body = body
        self.register_buffer("mean", torch.zeros(latent_dim, 1))
        self.register_buffer("spread", torch.ones(latent_dim, 1))

    def forward(self, latents: Tensor) -> Tensor:
        logits: Tensor = self.body(self._normalised(latents))
        return logits

    def hear(self, latents: Tensor) -> Tensor:
        """What the `judges` take: latents (B, D, F) → a picture (B, rows, T), fixed in training."""
        normalised = self._normalised(latents)
        return self.body.hears(normalised) if isinstance(self.body, LogMelHead) else normalised

    @property
    def judges(self) -> list[nn.Module]:
        """Networks from what is heard to logits (B, K), whose mean is the head's."""
        return [*self.body.judges] if isinstance(self.body, LogMelHead) else [self.body]

    def _normalised(self, latents: Tensor) -> Tensor:
        return (latents - self.mean) / self.spread
