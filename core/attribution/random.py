"""Random relevance: the control every other method has to beat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.attribution import ATTRIBUTORS, AttributionSpec, Relevance
from core.attribution.problem import Job, Problem

SPEC = AttributionSpec(
    id="random",
    label="Random (control)",
    reference="Uniform noise; asks nothing of the classifier",
    signed=True,
    quick=True,
    gradients=False,
)


@ATTRIBUTORS.register(SPEC)
def random_relevance(problem: Problem, options: Mapping[str, Any], job: Job) -> Relevance:
    """Uniform in −1…1, shape (D, F), drawn by numpy's generator from the problem's seed."""
    import torch

    at = problem.latents
    values = np.random.default_rng(problem.seed).uniform(-1.0, 1.0, tuple(at.shape))
    return Relevance(torch.tensor(values, dtype=at.dtype, device=at.device))
