"""Building a head from its manifest, and the head as a `Classifier`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.classifiers import HEAD_FAMILIES, ClassifierSpec
from core.classifiers._networks import Normalised
from core.device import frozen
from core.errors import ModelError
from core.file_names import shown
from core.model_folder import Manifest, fitting
from core.tensors import load_tensors


class HeadClassifier:
    """A trained head; frozen, its probabilities calibrated by a temperature."""

    def __init__(self, spec: ClassifierSpec, network: Normalised, temperature: float) -> None:
        self.spec = spec
        self.network = network
        self._temperature = temperature

    def logits(self, latents: Tensor) -> Tensor:
        logits: Tensor = self.network(latents) / self._temperature
        return logits


def new_head(
    family: str, latent_dim: int, n_classes: int, config: Mapping[str, Any]
) -> tuple[Normalised, dict[str, Any]]:
    """An untrained head and its full configuration: the family's defaults, changed by `config`.

    Raises: ModelError for settings the family does not have; RequestError for an unknown family.
    """
    spec = HEAD_FAMILIES.spec(family)
    complete = {**spec.defaults, **config}
    try:
        body = HEAD_FAMILIES.builder(family)(latent_dim, n_classes, complete)
    except (TypeError, ValueError, ArithmeticError, AssertionError, RuntimeError) as error:
        reason = str(error).split("\n")[0].rstrip(".")
        raise ModelError(f"A {spec.label} head cannot be built so: {reason}.") from None
    return Normalised(body, latent_dim), complete


def open_head(
    head_id: str, folder: Path, manifest: Manifest, device: torch.device
) -> HeadClassifier:
    """The classifier of a model folder. Raises: ModelError."""
    if manifest.codec is None or len(manifest.labels) < 2:
        raise ModelError(f"“{shown(folder)}” does not say its codec and its classes.")
    config = dict(manifest.config)
    tensors, _ = load_tensors(folder / manifest.weights)
    with fitting(folder):
        latent_dim = int(config.pop("latent_dim"))
        network, _ = new_head(manifest.family, latent_dim, len(manifest.labels), config)
        network.load_state_dict(tensors)
    frozen(network, device)
    spec = ClassifierSpec(
        id=head_id,
        label=manifest.label,
        digest=manifest.digest,
        labels=manifest.labels,
        codec_id=manifest.codec.id,
        codec_digest=manifest.codec.digest,
        window=manifest.window,
        minimum=manifest.minimum,
        background=manifest.background,
        threshold=manifest.threshold,
    )
    return HeadClassifier(spec, network, manifest.temperature)
