"""What several fills share: encoding a sound of the clip's length, and checking the result."""

from __future__ import annotations

from core.codecs import Codec
from core.coding import encode_batch
from core.errors import ModelError
from core.latents import LatentCode
from core.types import FloatArray


def encoded(codec: Codec, samples: FloatArray, code: LatentCode) -> FloatArray:
    """Latents of samples (C, N), shape (D, F). Raises: ModelError unless they fit the code."""
    return fitting(codec, encode_batch(codec, samples[None])[0], code)


def fitting(codec: Codec, latents: FloatArray, code: LatentCode) -> FloatArray:
    """`latents`, if they have the code's shape (D, F). Raises: ModelError."""
    if latents.shape != code.values.shape:
        raise ModelError(
            f"{codec.spec.label} makes a fill of {latents.shape} latents for a code of "
            f"{code.values.shape}; the code was not made by this codec from "
            f"{code.n_samples} samples: encode the clip again."
        )
    return latents
