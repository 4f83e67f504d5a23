"""Linear codec: MDCT frames projected on their principal directions; no gradient, no network.

The baseline a learned codec has to beat: it reconstructs well, but its latents are bound to the
phase of the signal and hard to classify.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.codecs import CODEC_FAMILIES, Codec, CodecFamilySpec

if TYPE_CHECKING:
    import torch

SPEC = CodecFamilySpec(
    id="linear",
    label="Linear MDCT projection",
    reference="Princen & Bradley 1986; principal components",
)


@CODEC_FAMILIES.register(SPEC)
def open_linear(codec_id: str, folder: Path, device: torch.device) -> Codec:
    """Open a model folder of this family. Raises: ModelError."""
    from core.codecs._linear_model import LinearModel
    from core.codecs._opening import open_model_folder

    return open_model_folder(codec_id, folder, device, LinearModel)
