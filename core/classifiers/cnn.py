"""Convolutional head: four layers along time (the CNN of arXiv 2410.07530)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.classifiers import HEAD_FAMILIES, HeadFamilySpec

if TYPE_CHECKING:
    from torch import nn

SPEC = HeadFamilySpec(
    id="cnn",
    label="Convolutional network",
    reference="arXiv:2410.07530",
    defaults={"width": 192, "layers": 4, "kernel": 5, "dropout": 0.2},
)


@HEAD_FAMILIES.register(SPEC)
def build_cnn(latent_dim: int, n_classes: int, config: Mapping[str, Any]) -> nn.Module:
    """Convolutions over time that halve it twice, mean and maximum over time, linear."""
    from core.classifiers._networks import CnnHead

    return CnnHead(latent_dim, n_classes, **config)
