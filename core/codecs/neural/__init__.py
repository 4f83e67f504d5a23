"""Neural codec: levels, the coefficients a network deems worth saying, and a network that fills.

It reconstructs best of the bundled ones, but what a latent says depends on the sound around it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.codecs import CODEC_FAMILIES, Codec, CodecFamilySpec

if TYPE_CHECKING:
    import torch

SPEC = CodecFamilySpec(
    id="neural",
    label="Neural codec",
    reference="HearWhy; straight-through choice after Bengio et al. 2013, arXiv:1308.3432, "
    "blocks after Liu et al. 2022 (ConvNeXt), arXiv:2201.03545",
)


@CODEC_FAMILIES.register(SPEC)
def open_neural(codec_id: str, folder: Path, device: torch.device) -> Codec:
    """Open a model folder of this family. Raises: ModelError."""
    from core.codecs._opening import open_model_folder
    from core.codecs.neural.model import NeuralModel

    return open_model_folder(codec_id, folder, device, NeuralModel)
