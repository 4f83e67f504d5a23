"""A model on disk: `model.json`, weights as safetensors, `README.md` (the model card), metrics.

The manifest is checked field by field, and it and the weights against their digest, before anything
is built from them. Nothing in a model folder is ever executed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from core.digests import digest_of
from core.elsewhere import leads_elsewhere
from core.errors import ModelError
from core.file_names import shown
from core.folder_kinds import FolderKind
from core.folders import replacing_folder
from core.foreign_weights import refuse_pointer
from core.tensors import save_tensors

if TYPE_CHECKING:
    from torch import Tensor

MANIFEST = "model.json"
WEIGHTS = "weights.safetensors"
CARD = "README.md"
METRICS = "metrics.json"
MODEL = FolderKind(
    "a model", MANIFEST, "hearwhy.model", frozenset({MANIFEST, WEIGHTS, CARD, METRICS})
)
NO_NUMBER_DEPENDS_ON = {"schema_", "label", "licence", "digest", "weights", "codec"}


def _here(codec_id: str) -> str:
    if leads_elsewhere(codec_id):
        raise ValueError("it leads to another computer")
    return codec_id


class CodecLink(BaseModel):
    """The codec a head was trained on. digest: see `Manifest.digest_with`."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    id: Annotated[str, AfterValidator(_here)]
    digest: str


class Manifest(BaseModel):
    """`model.json` of a codec, a classifier or the audio tower of an embedder.

    family: id of the plug-in that builds the network from `config`.
    digest: of everything that the model computes with, see `digest_with`.
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

    def digest_with(self, weights: Path) -> str:
        """The digest of these facts and the weights file: of all that what is said of a sound
        depends on, and so not of names, the licence, and where the codec is found.

        Raises: OSError.
        """
        facts = self.model_dump(exclude=NO_NUMBER_DEPENDS_ON)
        facts["codec"] = None if self.codec is None else self.codec.digest
        return digest_of([weights], facts)


def read_model_folder(folder: Path) -> Manifest:
    """The manifest of a model folder, with the digest of weights and configuration verified.

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
            f"{MANIFEST} in “{shown(folder)}” is not valid ({place}: {first['msg']})."
        ) from None
    weights = folder / manifest.weights
    if not weights.is_file():
        raise ModelError(
            f"“{shown(folder)}” has no {manifest.weights}; get the model folder again."
        )
    refuse_pointer(weights)
    found = manifest.digest_with(weights)
    if found != manifest.digest:
        raise ModelError(
            f"The weights or the configuration in “{shown(folder)}” are not the ones it was "
            f"written with (digest {found} instead of {manifest.digest}); get the model folder "
            "again."
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
            f"The weights in “{shown(folder)}” do not fit the configuration beside them; get the "
            "model folder again."
        ) from None


def write_model_folder(
    folder: Path,
    facts: dict[str, Any],
    tensors: dict[str, Tensor],
    card: str,
    metrics: dict[str, Any],
) -> Manifest:
    """Write a complete model folder, or none: an older one of that name is replaced in one step.

    facts: the fields of `Manifest` except schema and digest.
    Raises: ExportError when the folder cannot be written, or holds anything but a model.
    """
    with replacing_folder(folder, MODEL) as new:
        save_tensors(new / WEIGHTS, tensors, {})
        manifest = write_manifest(new, Manifest(**facts, digest=""))
        (new / CARD).write_text(card, encoding="utf-8")
        numbers = json.dumps(metrics, indent=2, ensure_ascii=False)
        (new / METRICS).write_text(numbers + "\n", encoding="utf-8")
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> Manifest:
    """Write the manifest of weights that are in `folder`, with the digest of the two.

    Raises: OSError.
    """
    digest = manifest.digest_with(folder / manifest.weights)
    manifest = manifest.model_copy(update={"digest": digest})
    text = manifest.model_dump_json(by_alias=True, indent=2)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return manifest
