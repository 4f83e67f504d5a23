"""Finding and opening codecs and classifiers. Nothing is ever downloaded from here.

A model is named by its id (a folder below `resources/models` or the user's model folder, or a
public model in the local hub cache) or by the path of its folder.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, get_args

from core.classifiers import Classifier
from core.codecs import CODEC_FAMILIES, Codec
from core.device import resolve_device
from core.errors import ModelError, unknown_id
from core.file_names import as_text, shown
from core.hub import cached_folder
from core.model_folder import MANIFEST, Manifest, read_model_folder
from core.places import data_folder
from core.resources import resources_folder

if TYPE_CHECKING:
    import torch

    from core.types import ExplanationRequest

Kind = Literal["codec", "classifier", "tower"]


class Family(Protocol):
    """What is asked of a family's spec to find its public models, and who reads a folder."""

    @property
    def id(self) -> str: ...

    @property
    def hub_ids(self) -> tuple[str, ...]: ...

    @property
    def model_types(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True, eq=False)
class Toolbox:
    """The opened models of a request; open it once and explain many clips with it."""

    codec: Codec
    classifier: Classifier
    device: torch.device


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model that can be asked for by id. source: where it comes from, for the list."""

    id: str
    kind: Kind
    source: str
    folder: Path | None


def model_folders() -> list[tuple[str, Path]]:
    """Where models are looked for, with what to call the place; later ones do not hide earlier."""
    folders = [("bundled", resources_folder() / "models")]
    own = data_folder()
    return folders if own is None else [*folders, ("user", own / "models")]


def catalogue(kind: Kind) -> list[ModelEntry]:
    """Every model of a kind that is known by id, sorted; damaged folders are listed too."""
    found: dict[str, ModelEntry] = {}
    for source, parent in model_folders():
        for manifest in sorted(parent.glob(f"[!.]*/{MANIFEST}")):
            folder = manifest.parent
            if _kind_of(manifest) in (kind, None):
                found.setdefault(folder.name, ModelEntry(folder.name, kind, source, folder))
    if kind == "codec":
        found |= public_models(kind, CODEC_FAMILIES.specs())
    return [found[key] for key in sorted(found)]


def public_models(kind: Kind, families: Iterable[Family]) -> dict[str, ModelEntry]:
    """The models of the public hub that the families name, whether the local cache has them."""
    return {
        hub_id: ModelEntry(hub_id, kind, "hub cache", cached_folder(hub_id))
        for family in families
        for hub_id in family.hub_ids
    }


def open_codec(reference: str, device: torch.device) -> Codec:
    """The codec of an id or a folder.

    Raises: ModelError when it is missing or damaged; RequestError for an unknown id.
    """
    codec_id, folder = located("codec", reference, catalogue("codec"))
    family = _codec_family(folder)
    return CODEC_FAMILIES.builder(family)(codec_id, folder, device)


def classifier_manifest(reference: str) -> tuple[str, Path, Manifest]:
    """Id, folder and manifest of a classifier, without opening its weights.

    Raises: ModelError; RequestError for an unknown id.
    """
    classifier_id, folder = located("classifier", reference, catalogue("classifier"))
    manifest = read_model_folder(folder)
    if manifest.kind != "classifier":
        raise ModelError(f"“{classifier_id}” is a {manifest.kind}, not a classifier.")
    return classifier_id, folder, manifest


def open_toolbox(request: ExplanationRequest) -> Toolbox:
    """Codec and classifier of a request, checked to belong together.

    Raises: ModelError when a model is missing, damaged, or the head was trained on another codec;
    RequestError for unknown ids and devices.
    """
    from core.classifiers._head import open_head

    device = resolve_device(request.device)
    classifier_id, folder, manifest = classifier_manifest(request.classifier)
    if manifest.codec is None:
        raise ModelError(f"“{classifier_id}” does not say which codec it was trained on.")
    codec = open_codec(request.codec or _codec_of(manifest.codec.id, folder), device)
    if codec.spec.digest != manifest.codec.digest:
        raise ModelError(
            f"The classifier “{classifier_id}” was trained on the latents of the codec "
            f"“{manifest.codec.id}” ({manifest.codec.digest}); those of “{codec.spec.id}” "
            f"({codec.spec.digest}) mean something else, so choose the two together."
        )
    return Toolbox(codec, open_head(classifier_id, folder, manifest, device), device)


def _codec_of(codec_id: str, head: Path) -> str:
    """A head's codec: the one of that id, or of the folder of that name beside the head's own."""
    beside = head.resolve().parent / codec_id
    known = any(entry.id == codec_id and entry.folder for entry in catalogue("codec"))
    return str(beside) if beside.is_dir() and not known else codec_id


def located(what: str, reference: str, entries: Iterable[ModelEntry]) -> tuple[str, Path]:
    """Id and folder of a reference: an id, which wins over a folder of that name, or a folder.

    what: is asked for, in words. entries: those that are known by id.
    Raises: ModelError when it is missing or no folder; RequestError for an unknown id.
    """
    known = {entry.id: entry for entry in entries}
    if reference in known:
        folder = known[reference].folder
        if folder is None:
            raise ModelError(
                f"“{reference}” is not in the local model cache, and HearWhy does not download "
                f"unasked; fetch it once with “hearwhy models download {reference}”, or give the "
                "folder that holds its config.json and model.safetensors."
            )
        return reference, folder
    try:
        path = Path(reference).expanduser()
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, RuntimeError):  # a name too long; the home of an unknown user
        raise ModelError(f"“{reference[:80]}” is neither a known id nor a folder.") from None
    if is_folder:
        return as_text(path.resolve().name), path
    if is_file:
        raise ModelError(
            f"“{shown(path)}” is a file; give the folder of the {what}, with "
            f"{MANIFEST} and safetensors weights (files that hold Python pickles, such as .pt or "
            ".pth, are never loaded)."
        )
    if path.is_absolute() or reference.startswith((".", "~")):
        raise ModelError(f"There is no model folder “{reference}”.")
    raise unknown_id(what, reference, known)


def _codec_family(folder: Path) -> str:
    if (folder / MANIFEST).is_file():
        manifest = read_model_folder(folder)
        if manifest.kind != "codec":
            raise ModelError(f"“{shown(folder)}” is a {manifest.kind}, not a codec.")
        return manifest.family
    return foreign_family(folder, "codec", CODEC_FAMILIES.specs())


def foreign_family(folder: Path, kind: str, families: Iterable[Family]) -> str:
    """The family that reads a folder of another project, by its config.json.

    kind: what is looked for, in words. Raises: ModelError when there is none.
    """
    try:
        model_type = json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise ModelError(
            f"“{shown(folder)}” is no {kind} HearWhy knows: it has neither a valid {MANIFEST} nor "
            "a config.json that names its model type."
        ) from None
    for spec in families:
        if model_type in spec.model_types:
            return spec.id
    raise ModelError(f"“{shown(folder)}” is a {model_type}, which is no {kind} HearWhy can use.")


def _kind_of(manifest: Path) -> str | None:
    """What a folder says it is; None when that cannot be read, so that it is still listed."""
    try:
        kind = json.loads(manifest.read_text(encoding="utf-8"))["kind"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return kind if kind in get_args(Kind) else None
