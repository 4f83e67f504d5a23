"""EnCodec (Défossez et al. 2022), the codec of the paper, through transformers.

The latents are the encoder's continuous output, before the quantiser: the authors' letter finds
explanations more accurate without it. Weights come from a local folder or the local hub cache.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.codecs import CODEC_FAMILIES, Codec, CodecFamilySpec, CodecSpec
from core.device import frozen
from core.digests import configuration_of, digest_of
from core.errors import ModelError
from core.file_names import shown
from core.foreign_weights import precision_notes, refuse_pointer, weight_files
from core.quiet_transformers import quiet
from core.threads import together

if TYPE_CHECKING:
    import torch
    from torch import Tensor

SPEC = CodecFamilySpec(
    id="encodec",
    label="EnCodec",
    reference="Défossez et al. 2022, arXiv:2210.13438",
    hub_ids=("facebook/encodec_24khz",),
    model_types=("encodec",),
)


class EncodecCodec:
    """A transformers `EncodecModel` used as a plain autoencoder."""

    def __init__(self, spec: CodecSpec, model: Any, device: torch.device) -> None:
        self.spec = spec
        self.device = device
        self._model = model

    def encode(self, samples: Tensor) -> Tensor:
        with together():
            latents: Tensor = self._model.encoder(samples)
        return latents

    def decode(self, latents: Tensor, n_samples: int) -> Tensor:
        with together():
            samples: Tensor = self._model.decoder(latents)
        return samples[..., :n_samples]

    def mean_latent(self) -> Tensor | None:
        return None  # the published weights come without one


@CODEC_FAMILIES.register(SPEC)
def open_encodec(codec_id: str, folder: Path, device: torch.device) -> Codec:
    """Open a folder that holds `config.json` and weights as safetensors. Raises: ModelError."""
    _check(folder)
    weights = weight_files(folder)
    import transformers
    from huggingface_hub.errors import StrictDataclassError
    from safetensors import SafetensorError

    foreseen = (OSError, ValueError, RuntimeError, ArithmeticError)
    family: Any = transformers.EncodecModel
    try:
        with quiet():
            model, loading = family.from_pretrained(
                folder,
                local_files_only=True,
                use_safetensors=True,
                dtype="float32",
                ignore_mismatched_sizes=True,
                output_loading_info=True,
            )
    except (*foreseen, SafetensorError, StrictDataclassError) as error:
        reason = " ".join(str(error).split())
        raise ModelError(
            f"The EnCodec model in “{shown(folder)}” does not load: {reason}"
        ) from None
    made_up = {*loading["missing_keys"], *(key for key, *_ in loading["mismatched_keys"])}
    used = sorted(key for key in made_up if not key.startswith("quantizer."))
    if used:  # transformers fills them with random numbers
        raise ModelError(
            f"The weights in “{shown(folder)}” do not fit its config.json ({used[0]} is missing or "
            "of another size); get both files of the same model again."
        )
    frozen(model, device)
    config = model.config
    spec = CodecSpec(
        id=codec_id,
        label="EnCodec",
        sample_rate=config.sampling_rate,
        frame_rate=config.sampling_rate / config.hop_length,
        latent_dim=config.hidden_size,
        digest=digest_of(weights, configuration_of(folder / "config.json")),
        notes=precision_notes("EnCodec", weights),
    )
    return EncodecCodec(spec, model, device)


def _check(folder: Path) -> None:
    refuse_pointer(folder / "config.json")
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise ModelError(f"“{shown(folder)}” has no readable config.json of an EnCodec.") from None
    if config.get("normalize") or config.get("audio_channels", 1) != 1:
        raise ModelError(
            f"“{shown(folder)}” is an EnCodec for stereo or one that scales each chunk by itself, "
            "so that its latents do not say how loud the sound is; use a mono one without scaling, "
            "such as facebook/encodec_24khz."
        )
