"""Spectral codec: a convolutional autoencoder of MDCT frames with freely learned latents.

No dimension is tied to a frequency; training asks for good sound and for latents from which a
log-mel spectrogram can be read by one matrix.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.codecs import CODEC_FAMILIES, Codec, CodecFamilySpec

if TYPE_CHECKING:
    import torch

SPEC = CodecFamilySpec(
    id="spectral",
    label="Spectral autoencoder",
    reference="HearWhy; blocks after Liu et al. 2022 (ConvNeXt), arXiv:2201.03545",
)


@CODEC_FAMILIES.register(SPEC)
def open_spectral(codec_id: str, folder: Path, device: torch.device) -> Codec:
    """Open a model folder of this family. Raises: ModelError."""
    from core.codecs._opening import open_model_folder
    from core.codecs.spectral.model import SpectralModel

    return open_model_folder(codec_id, folder, device, SpectralModel)
