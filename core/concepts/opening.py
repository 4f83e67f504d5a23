"""Finding and opening embedders. Nothing is ever downloaded from here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.concepts.embeddings import EMBEDDER_FAMILIES, Embedder
from core.model_folder import MANIFEST
from core.models import ModelEntry, catalogue, foreign_family, located, public_models

if TYPE_CHECKING:
    import torch

BUNDLED = "sounds-and-voices"
TOWER = "tower"


def embedder_catalogue() -> list[ModelEntry]:
    """Every embedder that is known by id, sorted: towers, and public models of the hub cache."""
    found = {entry.id: entry for entry in catalogue("tower")}
    found |= public_models("tower", EMBEDDER_FAMILIES.specs())
    return [found[key] for key in sorted(found)]


def open_embedder(reference: str, device: torch.device) -> Embedder:
    """The embedder of an id or a folder.

    Raises: ModelError when it is missing or damaged; RequestError for an unknown id.
    """
    embedder_id, folder = located("embedder", reference, embedder_catalogue())
    return EMBEDDER_FAMILIES.builder(_family_of(folder))(embedder_id, folder, device)


def _family_of(folder: Path) -> str:
    if (folder / MANIFEST).is_file():
        return TOWER
    return foreign_family(folder, "embedder", EMBEDDER_FAMILIES.specs())
