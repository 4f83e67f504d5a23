"""Mean: the average latents of the sounds the codec was trained on."""

from __future__ import annotations

import numpy as np

from core.codecs import Codec
from core.errors import ModelError
from core.fills import FILLS, FillSpec
from core.fills._latents import fitting
from core.latents import LatentCode
from core.types import FloatArray

SPEC = FillSpec(
    id="mean",
    label="Mean latent",
    reference="Mean over the codec's training corpus, the same in every frame",
)


@FILLS.register(SPEC)
def make(codec: Codec, code: LatentCode, seed: int) -> FloatArray:
    """The mean latent (D,) in each of the F frames, shape (D, F). Raises: ModelError."""
    mean = codec.mean_latent()
    if mean is None:
        raise ModelError(
            f"{codec.spec.label} comes without the mean latent of its training corpus; choose the "
            "fill zero, silence or noise."
        )
    column: FloatArray = mean.detach().cpu().numpy().astype(np.float32)[:, None]
    return fitting(codec, np.repeat(column, code.values.shape[1], axis=1), code)
