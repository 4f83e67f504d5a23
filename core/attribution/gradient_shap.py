"""GradientSHAP: gradients at random points between the baseline and noisy copies of the latents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.attribution import ATTRIBUTORS, AttributionSpec, Relevance
from core.attribution._captum import by_captum
from core.attribution.problem import Job, Problem
from core.options import Option

SPEC = AttributionSpec(
    id="gradient_shap",
    label="GradientSHAP",
    reference="Lundberg & Lee 2017, arXiv:1705.07874; Erion et al. 2021, arXiv:1906.10670",
    signed=True,
    options=(
        Option("samples", 32, "Random points on the way", least=1, most=512),
        Option("noise", 0.0, "σ of noise on the latents, in their units", least=0.0, most=10.0),
    ),
)


@ATTRIBUTORS.register(SPEC)
def gradient_shap(problem: Problem, options: Mapping[str, Any], job: Job) -> Relevance:
    """Mean of (Z − baseline) · ∂f/∂Z at baseline + a(Z − baseline), a uniform in 0…1; (D, F).

    Its sum is f(Z) − f(baseline) on average over seeds, which is less than a promise for one.
    """
    values = by_captum(
        "GradientShap",
        problem,
        job,
        baselines=problem.baseline[None],
        n_samples=options["samples"],
        stdevs=options["noise"],
    )
    return Relevance(values)
