"""Small real models in folders: a banded codec, a linear one, and heads on the first."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from core.classifiers._head import new_head
from core.codecs import _linear_model
from core.codecs.banded import model as banded
from core.model_folder import MANIFEST, Manifest, write_manifest, write_model_folder

RATE, HOP, LATENT_DIM = 16_000, 320, 40
LABELS = ("yes", "no", "silence")


@dataclass(frozen=True, slots=True)
class SmallModels:
    """Folders of models; `other_codec` is not the one the heads were made for."""

    codec: Path
    other_codec: Path
    classifier: Path

    @property
    def options(self) -> list[str]:
        """The two as options of the command line."""
        return ["--codec", str(self.codec), "--classifier", str(self.classifier)]


def write_small_models(parent: Path) -> SmallModels:
    """Models with random but fixed weights below `parent`, each in a folder named as its id."""
    generator = torch.Generator().manual_seed(0)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        # Noise that gets softer with frequency, so that the bands differ.
        noise = torch.randn((6, RATE), generator=generator).cumsum(1) * 0.01
        clips = list((noise - noise.mean(dim=1, keepdim=True)).clamp(-1, 1))
        codec = banded.fit(RATE, HOP, 10, 8.0, LATENT_DIM, clips)
        other = _linear_model.fit(RATE, HOP, LATENT_DIM, clips)
        head, config = new_head("cnn", LATENT_DIM, len(LABELS), {"width": 16, "layers": 2})
        with torch.no_grad():
            latents = torch.cat([codec.encode(clip[None, None])[0] for clip in clips], dim=1)
            head.mean.copy_(latents.mean(dim=1, keepdim=True))
            head.spread.copy_(latents.std(dim=1, keepdim=True).clamp(min=1e-3))
    small = SmallModels(parent / "small-codec", parent / "other-codec", parent / "small-head")
    layout = codec.layout.to_config()
    manifest = _write(small.codec, "codec", "banded", layout, codec)
    sizes = {"sample_rate": RATE, "hop": HOP, "latent_dim": LATENT_DIM}
    _write(small.other_codec, "codec", "linear", sizes, other)
    _write(
        small.classifier,
        "classifier",
        "cnn",
        {**config, "latent_dim": LATENT_DIM},
        head,
        labels=LABELS,
        background=("silence",),
        codec={"id": small.codec.name, "digest": manifest.digest},
    )
    return small


def _write(
    folder: Path, kind: str, family: str, config: dict[str, Any], module: nn.Module, **facts: Any
) -> Manifest:
    facts |= {"kind": kind, "family": family, "config": config}
    facts |= {"label": f"Small {family} {kind}", "licence": "MIT"}
    tensors: dict[str, Tensor] = module.state_dict()
    return write_model_folder(folder, facts, tensors, "For tests.\n", {})


def signed(folder: Path, **changes: Any) -> Path:
    """A model folder with fields of its manifest changed, and the digest that goes with them."""
    fields = json.loads((folder / MANIFEST).read_text(encoding="utf-8")) | changes
    write_manifest(folder, Manifest.model_validate(fields))
    return folder
