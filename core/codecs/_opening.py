"""Opening a folder of this project's own codec weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, cast

import torch
from torch import Tensor, nn

from core.codecs import Codec, CodecSpec
from core.device import frozen
from core.model_folder import fitting, read_model_folder
from core.tensors import load_tensors


class CodecModel(Protocol):
    """A network of one of our codec families, as its `model.py` defines it."""

    mean: Tensor

    @property
    def facts(self) -> dict[str, Any]:
        """The fields of `CodecSpec` that the network knows itself."""
        ...

    def encode(self, samples: Tensor) -> Tensor: ...

    def decode(self, latents: Tensor, n_samples: int) -> Tensor: ...


class FolderCodec:
    """A codec read from a model folder; frozen."""

    def __init__(self, spec: CodecSpec, model: CodecModel, device: torch.device) -> None:
        self.spec = spec
        self.device = device
        self._model = model

    def encode(self, samples: Tensor) -> Tensor:
        return self._model.encode(samples)

    def decode(self, latents: Tensor, n_samples: int) -> Tensor:
        return self._model.decode(latents, n_samples)

    def mean_latent(self) -> Tensor | None:
        return self._model.mean


def open_model_folder(
    codec_id: str,
    folder: Path,
    device: torch.device,
    build: Callable[[Mapping[str, Any]], CodecModel],
) -> Codec:
    """A codec of the network `build` makes from the folder's configuration.

    Raises: ModelError when the folder's files do not belong together.
    """
    manifest = read_model_folder(folder)
    tensors, _ = load_tensors(folder / manifest.weights)
    with fitting(folder):
        model = build(manifest.config)
        module = cast(nn.Module, model)
        module.load_state_dict(tensors)
        facts = model.facts
    frozen(module, device)
    spec = CodecSpec(id=codec_id, label=manifest.label, digest=manifest.digest, **facts)
    return FolderCodec(spec, model, device)


def model_of(codec: Codec) -> nn.Module | None:
    """The network inside, for checks that need its parameters; None for foreign codecs."""
    return cast(nn.Module, codec._model) if isinstance(codec, FolderCodec) else None
