"""Random relevance: the control every other method has to beat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.attribution import ATTRIBUTORS, AttributionSpec, Attributor, Relevance

if TYPE_CHECKING:
    from torch import Tensor

    from core.attribution import Forward

SPEC = AttributionSpec(
    id="random",
    label="Random (control)",
    reference="Uniform noise; asks nothing of the classifier",
    signed=True,
    quick=True,
)


@ATTRIBUTORS.register(SPEC)
def build() -> Attributor:
    return random_relevance


def random_relevance(forward: Forward, code: Tensor, fill: Tensor, seed: int) -> Relevance:
    """Uniform in −1…1, shape (D, F), drawn by numpy's generator from `seed`."""
    import torch

    values = np.random.default_rng(seed).uniform(-1.0, 1.0, tuple(code.shape))
    return Relevance(torch.tensor(values, dtype=code.dtype, device=code.device))
