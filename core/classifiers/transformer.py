"""Transformer head: the classifier of the paper (arXiv 2410.07530), sizes configurable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.classifiers import HEAD_FAMILIES, HeadFamilySpec

if TYPE_CHECKING:
    from torch import nn

SPEC = HeadFamilySpec(
    id="transformer",
    label="Transformer",
    reference="arXiv:2410.07530; Vaswani et al. 2017, arXiv:1706.03762",
    # max_frames: longest stretch it has positions for.
    defaults={
        "width": 256,
        "heads": 8,
        "feedforward": 512,
        "layers": 3,
        "dropout": 0.1,
        "activation": "relu",
        "max_frames": 256,
    },
)


@HEAD_FAMILIES.register(SPEC)
def build_transformer(latent_dim: int, n_classes: int, config: Mapping[str, Any]) -> nn.Module:
    """Linear D → width, learned positions, encoder layers, mean over time, linear."""
    from core.classifiers._networks import TransformerHead

    return TransformerHead(latent_dim, n_classes, **config)
