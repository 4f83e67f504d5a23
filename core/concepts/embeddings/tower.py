"""Audio towers that HearWhy makes: small networks into the space of a public sentence encoder.

Words of the shipped vocabularies come with their vectors; other words need the sentence encoder.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.concepts.embeddings import EMBEDDER_FAMILIES, Embedder, EmbedderFamilySpec, EmbedderSpec
from core.device import frozen
from core.errors import ModelError
from core.model_folder import fitting, read_model_folder
from core.tensors import load_tensors
from core.threads import alone
from core.types import FloatArray

if TYPE_CHECKING:
    import torch

    from core.concepts.embeddings._sentences import SentenceEncoder
    from core.concepts.embeddings._tower_network import Tower

SPEC = EmbedderFamilySpec(
    id="tower",
    label="Audio tower beside a sentence encoder",
    reference="Sentence encoder: Reimers & Gurevych 2019, arXiv:1908.10084",
)


class TowerEmbedder:
    """A trained tower; frozen."""

    def __init__(self, spec: EmbedderSpec, tower: Tower, device: torch.device) -> None:
        self.spec = spec
        self._tower = tower
        self._device = device
        self._sentences: SentenceEncoder | None = None

    def embed(self, samples: FloatArray) -> FloatArray:
        import torch

        with alone(), torch.inference_mode():
            rows = torch.from_numpy(np.ascontiguousarray(samples)).to(self._device)
            places: FloatArray = self._tower(rows).cpu().numpy()
        return places

    def embed_texts(self, texts: Sequence[str]) -> FloatArray:
        from core.concepts.embeddings._sentences import SentenceEncoder

        if self._sentences is None:
            self._sentences = SentenceEncoder()
        return self._sentences.embed(texts)

    def mean(self) -> FloatArray | None:
        mean: FloatArray = self._tower.mean_sound.cpu().numpy()
        return mean if mean.any() else None


@EMBEDDER_FAMILIES.register(SPEC)
def open_tower(tower_id: str, folder: Path, device: torch.device) -> Embedder:
    """Open a model folder of the kind tower. Raises: ModelError."""
    from core.concepts.embeddings._tower_network import new_tower

    manifest = read_model_folder(folder)
    if manifest.kind != "tower":
        raise ModelError(f"“{tower_id}” is a {manifest.kind}, not an audio tower.")
    config = dict(manifest.config)
    tensors, _ = load_tensors(folder / manifest.weights)
    with fitting(folder):
        space = str(config.pop("space"))
        tower = new_tower(config)
        tower.load_state_dict(tensors)
        rate, dim = int(config["sample_rate"]), int(config["dim"])
    frozen(tower, device)
    spec = EmbedderSpec(
        id=tower_id,
        label=manifest.label,
        space=space,
        sample_rate=rate,
        dim=dim,
        window=manifest.window,
        minimum=manifest.minimum,
        digest=manifest.digest,
    )
    return TowerEmbedder(spec, tower, device)
