"""Integrated Gradients along the straight line from the fill to the latents.

captum's method of the same name gives the same values at the same number of steps (a test holds
the two together). This one chooses the number of steps by the completeness gap and needs no
captum: importing that takes longer than the whole attribution of a one-second clip.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from core.attribution import ATTRIBUTORS, AttributionSpec, Relevance
from core.attribution.problem import Job, Problem, gradient, score
from core.fidelity import completeness_gap
from core.options import Option

if TYPE_CHECKING:
    from torch import Tensor

    from core.fidelity import Floats

FIRST_STEPS = 8

SPEC = AttributionSpec(
    id="integrated_gradients",
    label="Integrated Gradients",
    reference="Sundararajan et al. 2017, arXiv:1703.01365",
    signed=True,
    complete=True,
    options=(
        Option("steps", 256, "Points on the path at the most", least=FIRST_STEPS, most=4096),
        # Below it, more points are not worth their time.
        Option("gap", 0.02, "Completeness gap that is small enough", least=0.0, most=1.0),
    ),
)


@ATTRIBUTORS.register(SPEC)
def integrated_gradients(problem: Problem, options: Mapping[str, Any], job: Job) -> Relevance:
    """(Z − baseline) · ∫₀¹ ∂f(baseline + a(Z − baseline))/∂Z da, (D, F), by Gauss–Legendre.

    The steps double from 8 until the completeness gap is small enough, or there are as many as
    there may be; the `Relevance` names the last number.
    """
    import torch

    with torch.no_grad():
        ends = torch.stack([problem.latents, problem.baseline])
        at_latents, at_baseline = score(problem, ends, job).tolist()
    steps = FIRST_STEPS
    values = path_integral(problem, steps, job)
    while (
        2 * steps <= options["steps"]
        and completeness_gap(values.cpu().numpy(), at_latents, at_baseline) > options["gap"]
    ):
        steps *= 2
        values = path_integral(problem, steps, job)
    return Relevance(values, steps)


def path_integral(problem: Problem, steps: int, job: Job) -> Tensor:
    """Integrated Gradients at a fixed number of steps, shape (D, F). Raises: Cancelled."""
    import torch

    at, baseline = problem.latents, problem.baseline
    points, weights = (at.new_tensor(values) for values in _quadrature(steps))
    difference = at - baseline
    mean_gradient = torch.zeros_like(at)
    parts = (torch.split(values, problem.rows_at_once) for values in (points, weights))
    for a, weight in zip(*parts, strict=True):
        each = gradient(problem, baseline + a[:, None, None] * difference, job)
        mean_gradient += torch.tensordot(weight, each, dims=1)
    return mean_gradient * difference


@lru_cache
def _quadrature(steps: int) -> tuple[Floats, Floats]:
    """Points and weights of the Gauss–Legendre rule on 0…1."""
    points, weights = np.polynomial.legendre.leggauss(steps)
    return (points + 1.0) / 2.0, weights / 2.0
