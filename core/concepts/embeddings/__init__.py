"""Embeddings: a sound and a sentence as points of one space, of length 1.

A *family* is a plug-in (one module here) that knows how to open a folder of weights. An embedder is
one such folder: a tower that HearWhy bundles, or a CLAP model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from core.registry import Registry
from core.types import FloatArray

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class EmbedderSpec:
    """The facts of one embedder.

    space: names the text space; vectors of a vocabulary are of use in the space they are from.
    sample_rate: Hz. dim: of the space.
    window: most seconds of sound in one embedding; minimum: fewest, shorter sounds are padded.
    digest: of its weights and configuration (`core.digests`).
    notes: what the user should know of its weights.
    """

    id: str
    label: str
    space: str
    sample_rate: int
    dim: int
    window: float
    minimum: float
    digest: str
    notes: tuple[str, ...] = ()


class Embedder(Protocol):
    """Sounds and sentences → unit vectors. Deterministic: the same input gives the same output."""

    @property
    def spec(self) -> EmbedderSpec: ...

    def embed(self, samples: FloatArray) -> FloatArray:
        """Sounds of one length, mono (B, N) at the embedder's rate → (B, dim), rows of length 1."""
        ...

    def embed_texts(self, texts: Sequence[str]) -> FloatArray:
        """Sentences or words → (K, dim), rows of length 1.

        Raises: ModelError when the text model is not installed.
        """
        ...

    def mean(self) -> FloatArray | None:
        """The mean embedding of sounds in general, (dim,); None where it is not known."""
        ...


@dataclass(frozen=True, slots=True)
class EmbedderFamilySpec:
    """What an embedder plug-in states about itself.

    hub_ids: names of public models of this family that a local hub cache may hold.
    model_types: what `config.json` of such a foreign folder calls its `model_type`.
    """

    id: str
    label: str
    reference: str
    hub_ids: tuple[str, ...] = ()
    model_types: tuple[str, ...] = ()


OpenEmbedder = Callable[[str, Path, "torch.device"], Embedder]
"""open(embedder id, folder of weights, device) → embedder. Raises: ModelError."""

EMBEDDER_FAMILIES: Registry[EmbedderFamilySpec, OpenEmbedder] = Registry(
    "embedder family", __name__
)
