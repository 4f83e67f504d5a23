"""Integrated Gradients along the straight line from the fill to the latents.

captum's method of the same name gives the same values at the same number of steps (a test holds
the two together). This one chooses the number of steps by the completeness gap and needs no
captum: importing that takes longer than the whole attribution of a one-second clip.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from core.attribution import ATTRIBUTORS, AttributionSpec, Attributor, Relevance
from core.attribution._gradient import input_gradient
from core.fidelity import completeness_gap

if TYPE_CHECKING:
    from torch import Tensor

    from core.attribution import Forward
    from core.fidelity import Floats

FIRST_STEPS = 8
MOST_STEPS = 256
GAP = 0.02  # completeness gap at which more steps are not worth their time
CHUNK = 32  # rows per forward call: bounds memory, and how long a cancel waits

SPEC = AttributionSpec(
    id="integrated_gradients",
    label="Integrated Gradients",
    reference="Sundararajan et al. 2017, arXiv:1703.01365",
    signed=True,
    complete=True,
    options={"first_steps": FIRST_STEPS, "most_steps": MOST_STEPS, "gap": GAP},
)


@ATTRIBUTORS.register(SPEC)
def build() -> Attributor:
    return integrated_gradients


def integrated_gradients(forward: Forward, code: Tensor, fill: Tensor, seed: int) -> Relevance:
    """(Z − fill) · ∫₀¹ ∂f(fill + a(Z − fill))/∂Z da, shape (D, F), by Gauss–Legendre.

    The steps double from 8 until the completeness gap is at most 2 %, or they are 256; the
    `Relevance` names the last number.
    """
    import torch

    with torch.no_grad():
        at_code, at_fill = forward(torch.stack([code, fill])).tolist()
    steps = FIRST_STEPS
    values = path_integral(forward, code, fill, steps)
    while steps < MOST_STEPS and completeness_gap(values.cpu().numpy(), at_code, at_fill) > GAP:
        steps *= 2
        values = path_integral(forward, code, fill, steps)
    return Relevance(values, steps)


def path_integral(forward: Forward, code: Tensor, fill: Tensor, steps: int) -> Tensor:
    """Integrated Gradients at a fixed number of steps, shape (D, F)."""
    import torch

    points, weights = (code.new_tensor(values) for values in _quadrature(steps))
    difference = code - fill
    mean_gradient = torch.zeros_like(code)
    for start in range(0, steps, CHUNK):
        a, weight = points[start : start + CHUNK], weights[start : start + CHUNK]
        gradient = input_gradient(forward, fill + a[:, None, None] * difference)
        mean_gradient += torch.tensordot(weight, gradient, dims=1)
    return mean_gradient * difference


@lru_cache
def _quadrature(steps: int) -> tuple[Floats, Floats]:
    """Points and weights of the Gauss–Legendre rule on 0…1."""
    points, weights = np.polynomial.legendre.leggauss(steps)
    return (points + 1.0) / 2.0, weights / 2.0
