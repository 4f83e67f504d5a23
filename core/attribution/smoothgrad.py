"""SmoothGrad: the gradient, averaged over noisy copies of the latents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.attribution import ATTRIBUTORS, AttributionSpec, Attributor, Relevance
from core.attribution._gradient import input_gradient

if TYPE_CHECKING:
    from torch import Tensor

    from core.attribution import Forward

SAMPLES = 16  # the paper sees little gain beyond 50; 16 rows still fit in one pass
NOISE = 0.15  # σ as a share of max − min; the paper's range is 10–20 %

SPEC = AttributionSpec(
    id="smoothgrad",
    label="SmoothGrad",
    reference="Smilkov et al. 2017, arXiv:1706.03825",
    signed=True,
    options={"samples": SAMPLES, "noise": NOISE},
)


@ATTRIBUTORS.register(SPEC)
def build() -> Attributor:
    return smoothgrad


def smoothgrad(forward: Forward, code: Tensor, fill: Tensor, seed: int) -> Relevance:
    """Mean of ∂f/∂Z at Z + noise, shape (D, F), as the paper defines it.

    Neither its absolute value (which the paper takes only for display) nor its product with the
    input is taken, so that cells against the class stay apart from those for it.
    """
    import torch

    # Drawn on the CPU, so that every device sees the same noise.
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn((SAMPLES, *code.shape), generator=generator).to(code.device)
    spread = NOISE * (code.max() - code.min())
    return Relevance(input_gradient(forward, code + spread * noise).mean(dim=0))
