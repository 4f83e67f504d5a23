"""Finding and opening embedders. Nothing is ever downloaded from here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.concepts.embeddings import EMBEDDER_FAMILIES, Embedder
from core.errors import ModelError, unknown_id
from core.model_folder import MANIFEST
from core.models import ModelEntry, _hub_folder, catalogue, foreign_family

if TYPE_CHECKING:
    import torch

BUNDLED = "sounds-and-voices"
TOWER = "tower"


def embedder_catalogue() -> list[ModelEntry]:
    """Every embedder that is known by id, sorted: towers, and public models of the hub cache."""
    found = {entry.id: entry for entry in catalogue("tower")}
    for spec in EMBEDDER_FAMILIES.specs():
        for hub_id in spec.hub_ids:
            found[hub_id] = ModelEntry(hub_id, "tower", "hub cache", _hub_folder(hub_id))
    return [found[key] for key in sorted(found)]


def open_embedder(reference: str, device: torch.device) -> Embedder:
    """The embedder of an id or a folder.

    Raises: ModelError when it is missing or damaged; RequestError for an unknown id.
    """
    known = {entry.id: entry for entry in embedder_catalogue()}
    if reference in known:
        folder = known[reference].folder
        if folder is None:
            raise ModelError(
                f"“{reference}” is not in the local model cache, and HearWhy does not download "
                "unasked; fetch it once with the hub's own tool, or give the folder that holds "
                "its config.json and model.safetensors."
            )
        return EMBEDDER_FAMILIES.builder(_family_of(folder))(reference, folder, device)
    folder = Path(reference).expanduser()
    if folder.is_dir():
        name = folder.resolve().name
        return EMBEDDER_FAMILIES.builder(_family_of(folder))(name, folder, device)
    if folder.is_absolute() or reference.startswith((".", "~")):
        raise ModelError(f"There is no model folder “{reference}”.")
    raise unknown_id("embedder", reference, known)


def text_problem(embedder: Embedder) -> str | None:
    """Why new words cannot be embedded, in a sentence; None where they can."""
    from core.concepts.embeddings._sentences import SPACE, sentence_encoder_folder

    if embedder.spec.space != SPACE:  # it brings a text model of its own
        return None
    try:
        sentence_encoder_folder()
    except ModelError as error:
        return str(error)
    return None


def _family_of(folder: Path) -> str:
    if (folder / MANIFEST).is_file():
        return TOWER
    return foreign_family(folder, "embedder", EMBEDDER_FAMILIES.specs())
