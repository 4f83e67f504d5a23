"""Zeros: the cells that were taken out are set to 0."""

from __future__ import annotations

import numpy as np

from core.codecs import Codec
from core.fills import FILLS, FillSpec
from core.latents import LatentCode
from core.types import FloatArray

SPEC = FillSpec(
    id="zero",
    label="Zeros",
    reference="Latents of 0; IEEE Signal Processing Letters 2025, after arXiv:2410.07530",
)


@FILLS.register(SPEC)
def make(codec: Codec, code: LatentCode, seed: int) -> FloatArray:
    """All zeros, shape (D, F)."""
    return np.zeros_like(code.values)
