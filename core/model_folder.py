"""A model on disk: `model.json`, weights as safetensors, `README.md` (the model card), metrics.

The manifest is checked field by field and the weights against their digest before anything is
built from them. Nothing in a model folder is ever executed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import ModelError
from core.folders import replacing_folder
from core.tensors import digest_of, save_tensors

if TYPE_CHECKING:
    from torch import Tensor

MANIFEST = "model.json"
WEIGHTS = "weights.safetensors"
CARD = "README.md"
METRICS = "metrics.json"


class CodecLink(BaseModel):
    """The codec a head was trained on. digest: of its weights, see `core.tensors.digest_of`."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    id: str
    digest: str


class Manifest(BaseModel):
    """`model.json` of a codec, a classifier or the audio tower of an embedder.

    family: id of the plug-in that builds the network from `config`.
    labels … background: of classifiers only, see `core.classifiers.ClassifierSpec`.
    temperature: the logits are divided by it, so that probabilities are calibrated.
    threshold: of classifiers, see `core.classifiers.ClassifierSpec`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)

    schema_: Literal["hearwhy.model/1"] = Field("hearwhy.model/1", alias="schema")
    kind: Literal["codec", "classifier", "tower"]
    family: str
    label: str
    licence: str
    config: dict[str, Any]
    digest: str
    weights: Literal["weights.safetensors"] = "weights.safetensors"
    labels: tuple[str, ...] = ()
    codec: CodecLink | None = None
    window: float = Field(1.0, gt=0)
    minimum: float = Field(1.0, gt=0)
    background: tuple[str, ...] = ()
    temperature: float = Field(1.0, gt=0)
    threshold: float = Field(0.5, gt=0, le=1)


def read_model_folder(folder: Path) -> Manifest:
    """The manifest of a model folder, with the weights' digest verified.

    Raises: ModelError saying what is missing or does not match.
    """
    if not (folder / MANIFEST).is_file():
        raise ModelError(f"“{folder}” is no model folder: it has no {MANIFEST}.")
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "its structure"
        raise ModelError(
            f"{MANIFEST} in “{folder.name}” is not valid ({place}: {first['msg']})."
        ) from None
    weights = folder / manifest.weights
    if not weights.is_file():
        raise ModelError(f"“{folder.name}” has no {manifest.weights}; get the model folder again.")
    found = digest_of(weights)
    if found != manifest.digest:
        raise ModelError(
            f"The weights in “{folder.name}” are not the ones its {MANIFEST} describes (digest "
            f"{found} instead of {manifest.digest}); get the model folder again."
        )
    return manifest


@contextmanager
def fitting(folder: Path) -> Iterator[None]:
    """While a network is built from a folder's configuration and given its weights.

    Raises: ModelError in place of what torch and Python raise where the two do not belong together.
    """
    try:
        yield
    except (KeyError, TypeError, ValueError, ArithmeticError, RuntimeError):
        raise ModelError(
            f"The weights in “{folder.name}” do not fit the configuration beside them; get the "
            "model folder again."
        ) from None


def write_model_folder(
    folder: Path,
    facts: dict[str, Any],
    tensors: dict[str, Tensor],
    card: str,
    metrics: dict[str, Any],
) -> Manifest:
    """Write a complete model folder, or none: a folder of that name is replaced in one step.

    facts: the fields of `Manifest` except schema and digest.
    Raises: OSError when the folder cannot be written.
    """
    with replacing_folder(folder) as new:
        save_tensors(new / WEIGHTS, tensors, {})
        manifest = Manifest(**facts, digest=digest_of(new / WEIGHTS))
        text = manifest.model_dump_json(by_alias=True, indent=2)
        (new / MANIFEST).write_text(text + "\n", encoding="utf-8")
        (new / CARD).write_text(card, encoding="utf-8")
        numbers = json.dumps(metrics, indent=2, ensure_ascii=False)
        (new / METRICS).write_text(numbers + "\n", encoding="utf-8")
    return manifest
