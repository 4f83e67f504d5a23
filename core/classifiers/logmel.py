"""Head that listens: a residual network on a log-mel spectrogram computed from the latents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.classifiers import HEAD_FAMILIES, HeadFamilySpec

if TYPE_CHECKING:
    from torch import nn

SPEC = HeadFamilySpec(
    id="logmel",
    label="Residual network on log-mel",
    reference="HearWhy; after Choi et al. 2019 (TC-ResNet), arXiv:1904.03814",
    # layout: of the banded codec whose latents it reads; this is banded-16k's. judges: networks
    # that were trained apart and whose logits are averaged. relative: see `SpectrogramJudge`.
    defaults={
        "layout": {
            "sample_rate": 16_000,
            "hop": 320,
            "edges": (0, 8, 17, 27, 38, 50, 64, 79, 96, 114, 135, 159, 184, 213, 245, 280, 320),
            "shapes": (8, 9, 10, 11, 12, 14, 15, 17, 14, 2, 0, 0, 0, 0, 0, 0),
        },
        "mels": 40,
        "judges": 1,
        "relative": False,
        "stem": 16,
        "width": 96,
        "layers": 3,
        "kernel": 7,
        "dropout": 0.2,
    },
)


@HEAD_FAMILIES.register(SPEC)
def build_logmel(latent_dim: int, n_classes: int, config: Mapping[str, Any]) -> nn.Module:
    """Log-mel, convolutions over both axes, residual blocks along time, linear."""
    from core.classifiers._networks import LogMelHead

    return LogMelHead(latent_dim, n_classes, **config)
