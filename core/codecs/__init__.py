"""Codecs: frozen autoencoders whose continuous latents are what gets explained.

A codec *family* is a plug-in (one module or sub-package here): it knows how to open a folder of
weights. A codec is one such folder. See `docs/architecture.md` for how to add a family.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from core.registry import Registry

if TYPE_CHECKING:
    import torch
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class CodecSpec:
    """The facts of one codec.

    sample_rate, frame_rate: Hz (samples and latent frames per second). Frame f is of the samples
        f · sample_rate / frame_rate … (f + 1) · sample_rate / frame_rate.
    latent_dim: D.
    channels: audio channels it takes, C.
    digest: of its weights and configuration (`core.digests`); a classifier head remembers the
        codec by it.
    bands: for each of the D dimensions the index of its frequency band; None where the
        dimensions have no place in frequency.
    band_edges: Hz, one more than there are bands; None likewise.
    notes: what the user should know of its weights, for the report.
    """

    id: str
    label: str
    sample_rate: int
    frame_rate: float
    latent_dim: int
    digest: str
    channels: int = 1
    bands: tuple[int, ...] | None = None
    band_edges: tuple[float, ...] | None = None
    notes: tuple[str, ...] = ()


class Codec(Protocol):
    """Audio ↔ continuous latents. Deterministic: the same input gives the same output."""

    @property
    def spec(self) -> CodecSpec: ...

    @property
    def device(self) -> torch.device: ...

    def encode(self, samples: Tensor) -> Tensor:
        """samples: (B, C, N) float32 at the codec's rate → latents (B, D, F); differentiable."""
        ...

    def decode(self, latents: Tensor, n_samples: int) -> Tensor:
        """latents: (B, D, F) → samples (B, C, n_samples); differentiable."""
        ...

    def mean_latent(self) -> Tensor | None:
        """Mean latent of the codec's training corpus, shape (D,); None when it was not stored."""
        ...


@dataclass(frozen=True, slots=True)
class CodecFamilySpec:
    """What a codec plug-in states about itself.

    hub_ids: names of public models of this family that a local hub cache may hold.
    model_types: what `config.json` of such a foreign folder calls its `model_type`.
    """

    id: str
    label: str
    reference: str
    hub_ids: tuple[str, ...] = ()
    model_types: tuple[str, ...] = ()


OpenCodec = Callable[[str, Path, "torch.device"], Codec]
"""open(codec id, folder of weights, device) → codec. Raises: ModelError."""

CODEC_FAMILIES: Registry[CodecFamilySpec, OpenCodec] = Registry("codec family", __name__)
