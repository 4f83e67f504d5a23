"""Recurrent head: a two-layer GRU (arXiv 2410.07530)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.classifiers import HEAD_FAMILIES, HeadFamilySpec

if TYPE_CHECKING:
    from torch import nn

SPEC = HeadFamilySpec(
    id="gru",
    label="Recurrent network (GRU)",
    reference="arXiv:2410.07530; Cho et al. 2014, arXiv:1406.1078",
    defaults={"width": 128, "layers": 2, "dropout": 0.1},
)


@HEAD_FAMILIES.register(SPEC)
def build_gru(latent_dim: int, n_classes: int, config: Mapping[str, Any]) -> nn.Module:
    """GRU over time, mean of its outputs, linear."""
    from core.classifiers._networks import GruHead

    return GruHead(latent_dim, n_classes, **config)
