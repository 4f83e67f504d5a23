"""Noise: the latents of quiet white noise as long as the clip, the same for the same seed."""

from __future__ import annotations

import numpy as np

from core.codecs import Codec
from core.fills import FILLS, FillSpec
from core.fills._latents import encoded
from core.latents import LatentCode
from core.levels import db_to_amplitude
from core.types import FloatArray

LEVEL_DBFS = -40.0

SPEC = FillSpec(
    id="noise",
    label="Noise",
    reference=f"Encoded white Gaussian noise, {LEVEL_DBFS:g} dBFS RMS, seeded; arXiv:2410.07530",
    options={"level_dbfs": LEVEL_DBFS},
)


@FILLS.register(SPEC)
def make(codec: Codec, code: LatentCode, seed: int) -> FloatArray:
    """Latents of `white_noise`, shape (D, F). Raises: ModelError."""
    return encoded(codec, white_noise(codec.spec.channels, code.n_samples, seed), code)


def white_noise(n_channels: int, n_samples: int, seed: int) -> FloatArray:
    """Gaussian samples, shape (C, N), with an expected RMS of −40 dBFS."""
    samples = np.random.default_rng(seed).standard_normal((n_channels, n_samples))
    return (db_to_amplitude(LEVEL_DBFS) * samples).astype(np.float32)
