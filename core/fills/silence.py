"""Silence: the latents of digital silence as long as the clip."""

from __future__ import annotations

import numpy as np

from core.codecs import Codec
from core.fills import FILLS, FillSpec
from core.fills._latents import encoded
from core.latents import LatentCode
from core.types import FloatArray

SPEC = FillSpec(
    id="silence",
    label="Silence",
    reference="Encoded digital silence (samples of 0)",
)


@FILLS.register(SPEC)
def make(codec: Codec, code: LatentCode, seed: int) -> FloatArray:
    """Latents of samples that are all 0, shape (D, F). Raises: ModelError."""
    samples = np.zeros((codec.spec.channels, code.n_samples), dtype=np.float32)
    return encoded(codec, samples, code)
