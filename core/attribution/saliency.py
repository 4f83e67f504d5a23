"""Saliency: the size of the gradient, whatever its sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.attribution import ATTRIBUTORS, AttributionSpec, Attributor, Relevance
from core.attribution._gradient import input_gradient

if TYPE_CHECKING:
    from torch import Tensor

    from core.attribution import Forward

SPEC = AttributionSpec(
    id="saliency",
    label="Saliency",
    reference="Simonyan et al. 2013, arXiv:1312.6034",
    signed=False,
    quick=True,
)


@ATTRIBUTORS.register(SPEC)
def build() -> Attributor:
    return saliency


def saliency(forward: Forward, code: Tensor, fill: Tensor, seed: int) -> Relevance:
    """|∂f/∂Z|, shape (D, F): where a small change matters most, for or against the class."""
    return Relevance(input_gradient(forward, code[None])[0].abs())
