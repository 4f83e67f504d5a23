"""Integrated Gradients at four points: quick enough for live sound; its gap is only shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.attribution import ATTRIBUTORS, AttributionSpec, Relevance
from core.attribution.integrated_gradients import path_integral
from core.attribution.problem import Job, Problem
from core.options import Option

SPEC = AttributionSpec(
    id="integrated_gradients_quick",
    label="Integrated Gradients, 4 steps",
    reference="Sundararajan et al. 2017, arXiv:1703.01365",
    signed=True,
    complete=True,
    quick=True,
    options=(Option("steps", 4, "Points on the path", least=1, most=4096),),
)


@ATTRIBUTORS.register(SPEC)
def integrated_gradients_quick(problem: Problem, options: Mapping[str, Any], job: Job) -> Relevance:
    """As `integrated_gradients`, with few Gauss–Legendre points whatever the completeness gap."""
    return Relevance(path_integral(problem, options["steps"], job), options["steps"])
