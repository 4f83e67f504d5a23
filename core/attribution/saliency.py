"""Saliency: the size of the gradient, whatever its sign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.attribution import ATTRIBUTORS, AttributionSpec, Relevance
from core.attribution.problem import Job, Problem, gradient

SPEC = AttributionSpec(
    id="saliency",
    label="Saliency",
    reference="Simonyan et al. 2013, arXiv:1312.6034",
    signed=False,
    quick=True,
)


@ATTRIBUTORS.register(SPEC)
def saliency(problem: Problem, options: Mapping[str, Any], job: Job) -> Relevance:
    """|∂f/∂Z|, shape (D, F): where a small change matters most, for or against the class."""
    return Relevance(gradient(problem, problem.latents[None], job)[0].abs())
