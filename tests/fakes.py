"""Small codecs and classifiers whose answers are known by hand."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from core.classifiers import ClassifierSpec
from core.codecs import CodecSpec


class ToyCodec:
    """Orthonormal frames: decode(encode(x)) = x to float32 rounding.

    Each frame of D samples is turned by the orthonormal DCT-II into D latents, so dimension d lies
    at d / D of the Nyquist frequency and neighbours form bands of unequal width. The last frame is
    padded with zeros: F = ceil(N / D).
    """

    def __init__(
        self,
        latent_dim: int = 16,
        sample_rate: int = 8000,
        *,
        banded: bool = True,
        mean: float | None = 0.25,
        surplus_frames: int = 0,
    ) -> None:
        """surplus_frames: how many frames too many it makes, for tests of codecs that misfit."""
        n = torch.arange(latent_dim, dtype=torch.float64)
        basis = torch.cos(math.pi / latent_dim * (n[None, :] + 0.5) * n[:, None])
        basis *= math.sqrt(2.0 / latent_dim)
        basis[0] /= math.sqrt(2.0)
        self._basis = basis.float()  # (D, D), rows orthonormal
        self._mean = None if mean is None else torch.full((latent_dim,), mean)
        self._surplus = surplus_frames
        lower = [0, 1, latent_dim // 4, latent_dim // 2]  # first dimension of each band
        bands = tuple(sum(d >= start for start in lower) - 1 for d in range(latent_dim))
        nyquist = sample_rate / 2
        edges = (*(nyquist * d / latent_dim for d in lower), nyquist)
        self.spec = CodecSpec(
            id="toy",
            label="Toy codec",
            sample_rate=sample_rate,
            frame_rate=sample_rate / latent_dim,
            latent_dim=latent_dim,
            digest="0123456789abcdef",
            bands=bands if banded else None,
            band_edges=edges if banded else None,
        )
        self.device = torch.device("cpu")

    def encode(self, samples: Tensor) -> Tensor:
        size = self.spec.latent_dim
        missing = -samples.shape[-1] % size + size * self._surplus
        frames = nn.functional.pad(samples[:, 0], (0, missing)).unfold(1, size, size)  # (B, F, D)
        return (frames @ self._basis.T).transpose(1, 2)

    def decode(self, latents: Tensor, n_samples: int) -> Tensor:
        frames = latents.transpose(1, 2) @ self._basis
        return frames.flatten(1)[:, None, :n_samples]

    def mean_latent(self) -> Tensor | None:
        return self._mean


def _classifier_spec(labels: tuple[str, ...]) -> ClassifierSpec:
    return ClassifierSpec(
        id="toy-head",
        label="Toy head",
        digest="fedcba9876543210",
        labels=labels,
        codec_id="toy",
        codec_digest="0123456789abcdef",
        window=1.0,
        minimum=0.1,
    )


class LinearClassifier(nn.Module):
    """Two classes, “no” and “yes”: the log-odds of yes are exactly Σ w·Z + bias.

    Integrated Gradients of yes is therefore w·(Z − fill) exactly, and of no its negative.
    """

    def __init__(self, weight: Tensor, bias: float = 0.0) -> None:
        """weight: (D, F), or (D, 1) for the same weights in every frame."""
        super().__init__()
        self.weight = nn.Parameter(weight.detach().clone())
        self.bias = nn.Parameter(torch.tensor(bias))
        self.spec = _classifier_spec(("no", "yes"))
        self.eval()

    def logits(self, latents: Tensor) -> Tensor:
        score = (latents * self.weight).sum(dim=(1, 2)) + self.bias
        return torch.stack([-score / 2, score / 2], dim=1)


class CurvedClassifier(nn.Module):
    """Three classes, strongly non-linear: one convolution over time, a mean and a linear layer."""

    def __init__(self, latent_dim: int = 16, seed: int = 0) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.mix = nn.Conv1d(latent_dim, 24, kernel_size=3, padding=1)
        self.decide = nn.Linear(24, 3)
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.copy_(torch.randn(parameter.shape, generator=generator))
        self.spec = _classifier_spec(("low", "middle", "high"))
        self.eval()

    def logits(self, latents: Tensor) -> Tensor:
        hidden: Tensor = self.mix(latents).tanh().mean(dim=2)
        logits: Tensor = self.decide(hidden)
        return logits
