"""SmoothGrad: the gradient, averaged over noisy copies of the latents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.attribution import ATTRIBUTORS, AttributionSpec, Relevance
from core.attribution.problem import Job, Problem, gradient
from core.options import Option

SPEC = AttributionSpec(
    id="smoothgrad",
    label="SmoothGrad",
    reference="Smilkov et al. 2017, arXiv:1706.03825",
    signed=True,
    options=(
        # The paper sees little gain beyond 50; 16 rows still fit in one pass.
        Option("samples", 16, "Noisy copies that are averaged", least=1, most=512),
        Option("noise", 0.15, "σ of the noise as a share of max − min", least=0.0, most=1.0),
    ),
)


@ATTRIBUTORS.register(SPEC)
def smoothgrad(problem: Problem, options: Mapping[str, Any], job: Job) -> Relevance:
    """Mean of ∂f/∂Z at Z + noise, shape (D, F), as the paper defines it.

    Neither its absolute value (which the paper takes only for display) nor its product with the
    input is taken, so that cells against the class stay apart from those for it.
    """
    import torch

    at = problem.latents
    # Drawn on the CPU, so that every device sees the same noise.
    generator = torch.Generator().manual_seed(problem.seed)
    noise = torch.randn((options["samples"], *at.shape), generator=generator).to(at.device)
    spread = options["noise"] * (at.max() - at.min())
    return Relevance(gradient(problem, at + spread * noise, job).mean(dim=0))
