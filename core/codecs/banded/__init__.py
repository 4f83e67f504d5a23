"""Banded codec: per frequency band and frame one log level, and a few numbers for its shape.

Made for explaining: every cell points at a spot of the spectrogram, a band whose level is 0 is
silent, and what a mask leaves comes back unchanged when the decoded sound is encoded again.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.codecs import CODEC_FAMILIES, Codec, CodecFamilySpec

if TYPE_CHECKING:
    import torch

SPEC = CodecFamilySpec(
    id="banded",
    label="Band-structured codec",
    reference="HearWhy; MDCT after Princen & Bradley 1986, noise substitution after Herre 1998",
)


@CODEC_FAMILIES.register(SPEC)
def open_banded(codec_id: str, folder: Path, device: torch.device) -> Codec:
    """Open a model folder of this family. Raises: ModelError."""
    from core.codecs._opening import open_model_folder
    from core.codecs.banded.model import BandedModel

    return open_model_folder(codec_id, folder, device, BandedModel)
