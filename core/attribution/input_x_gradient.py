"""Input × gradient: what the first-order model of the classifier gives each cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.attribution import ATTRIBUTORS, AttributionSpec, Relevance
from core.attribution.problem import Job, Problem, gradient

SPEC = AttributionSpec(
    id="input_x_gradient",
    label="Input × gradient",
    reference="Shrikumar et al. 2016, arXiv:1605.01713",
    signed=True,
    quick=True,
)


@ATTRIBUTORS.register(SPEC)
def input_x_gradient(problem: Problem, options: Mapping[str, Any], job: Job) -> Relevance:
    """Z · ∂f/∂Z, shape (D, F). As published, it measures from zero and knows no baseline."""
    return Relevance(problem.latents * gradient(problem, problem.latents[None], job)[0])
