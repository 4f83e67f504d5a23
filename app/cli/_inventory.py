"""What is installed: models and whether they load, and every plug-in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from core.attribution import ATTRIBUTORS, AttributionSpec
from core.classifiers import HEAD_FAMILIES
from core.codecs import CODEC_FAMILIES
from core.concepts.embeddings import EMBEDDER_FAMILIES
from core.concepts.opening import embedder_catalogue, open_embedder
from core.errors import CoreError
from core.fills import FILLS
from core.model_folder import read_model_folder
from core.models import Family, ModelEntry, catalogue, classifier_manifest, open_codec
from core.registry import Registry

if TYPE_CHECKING:
    import torch

FactsOf = Callable[[ModelEntry, "torch.device"], dict[str, Any]]

PLUGINS: dict[str, Registry[Any, Any]] = {
    "codec families": CODEC_FAMILIES,
    "classifier heads": HEAD_FAMILIES,
    "embedders": EMBEDDER_FAMILIES,
    "methods": ATTRIBUTORS,
    "fills": FILLS,
}


@dataclass(frozen=True, slots=True)
class ModelState:
    """One model that is known by id. kind: codec, classifier or embedder.

    problem: why it does not load; None when it does.
    facts: in words, e.g. what its latents or classes are; empty for what does not load.
    """

    id: str
    kind: str
    source: str
    folder: str | None
    family: str | None = None
    licence: str | None = None
    problem: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """The same as plain data."""
        return {**asdict(self), "loads": self.problem is None}


def model_states() -> list[ModelState]:
    """Every codec, classifier and embedder that can be asked for by id, each tried on the CPU."""
    import torch

    cpu = torch.device("cpu")
    kinds = {
        "codec": (catalogue("codec"), _codec),
        "classifier": (catalogue("classifier"), _classifier),
        "embedder": (embedder_catalogue(), _embedder),
    }
    return [
        _state(kind, entry, facts_of, cpu)
        for kind, (entries, facts_of) in kinds.items()
        for entry in entries
    ]


def plugin_records() -> dict[str, list[dict[str, Any]]]:
    """For each registry its plug-ins: id, label, reference; of methods what can be chosen, too."""
    return {
        name: [
            {"id": spec.id, "label": spec.label, "reference": spec.reference, **_options(spec)}
            for spec in registry.specs()
        ]
        for name, registry in PLUGINS.items()
    }


def _state(kind: str, entry: ModelEntry, facts_of: FactsOf, device: torch.device) -> ModelState:
    known: dict[str, Any] = {
        "id": entry.id,
        "kind": kind,
        "source": entry.source,
        "folder": None if entry.folder is None else str(entry.folder),
    }
    try:
        known |= _stated(entry)
        facts = facts_of(entry, device)
    except CoreError as error:
        return ModelState(**known, problem=str(error))
    return ModelState(**known, facts=facts)


def _stated(entry: ModelEntry) -> dict[str, str | None]:
    """Family and licence; of a public model the licence is in the card beside its weights."""
    public: list[Family] = [*CODEC_FAMILIES.specs(), *EMBEDDER_FAMILIES.specs()]
    for spec in public:
        if entry.id in spec.hub_ids:
            return {"family": spec.id, "licence": None}
    if entry.folder is None:
        return {}
    manifest = read_model_folder(entry.folder)
    return {"family": manifest.family, "licence": manifest.licence}


def _codec(entry: ModelEntry, device: torch.device) -> dict[str, Any]:
    spec = open_codec(entry.id, device).spec
    return {
        "sample_rate": spec.sample_rate,
        "latent_dim": spec.latent_dim,
        "frame_rate": spec.frame_rate,
        "bands": None if spec.bands is None else len(set(spec.bands)),
        "digest": spec.digest,
        "notes": list(spec.notes),
    }


def _classifier(entry: ModelEntry, device: torch.device) -> dict[str, Any]:
    from core.classifiers._head import open_head

    _, folder, manifest = classifier_manifest(entry.id)
    spec = open_head(entry.id, folder, manifest, device).spec
    return {
        "labels": list(spec.labels),
        "codec": spec.codec_id,
        "window": spec.window,
        "digest": manifest.digest,
    }


def _embedder(entry: ModelEntry, device: torch.device) -> dict[str, Any]:
    spec = open_embedder(entry.id, device).spec
    return {
        "sample_rate": spec.sample_rate,
        "dim": spec.dim,
        "space": spec.space,
        "window": spec.window,
        "digest": spec.digest,
        "notes": list(spec.notes),
    }


def _options(spec: Any) -> dict[str, Any]:
    if not isinstance(spec, AttributionSpec):
        return {}
    facts = [
        {"id": o.id, "default": o.default, "takes": o.takes, "help": o.help} for o in spec.options
    ]
    return {"options": facts}
