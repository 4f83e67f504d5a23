"""Input × gradient: what the first-order model of the classifier gives each cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.attribution import ATTRIBUTORS, AttributionSpec, Attributor, Relevance
from core.attribution._gradient import input_gradient

if TYPE_CHECKING:
    from torch import Tensor

    from core.attribution import Forward

SPEC = AttributionSpec(
    id="input_x_gradient",
    label="Input × gradient",
    reference="Shrikumar et al. 2016, arXiv:1605.01713",
    signed=True,
    quick=True,
)


@ATTRIBUTORS.register(SPEC)
def build() -> Attributor:
    return input_x_gradient


def input_x_gradient(forward: Forward, code: Tensor, fill: Tensor, seed: int) -> Relevance:
    """Z · ∂f/∂Z, shape (D, F). As published, it measures from zero and knows no fill."""
    return Relevance(code * input_gradient(forward, code[None])[0])
