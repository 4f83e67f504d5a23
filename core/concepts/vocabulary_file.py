"""A vocabulary on disk: `vocabulary.json` beside `vectors.safetensors`, in a folder of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.concepts.types import ConceptVocabulary
from core.errors import ModelError
from core.folders import replacing_folder
from core.tensors import digest_of, load_tensors, save_tensors

FACTS = "vocabulary.json"
VECTORS = "vectors.safetensors"


class VocabularyFacts(BaseModel):
    """`vocabulary.json`. digest: of the vectors, see `core.tensors.digest_of`."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    schema_: Literal["hearwhy.vocabulary/1"] = Field("hearwhy.vocabulary/1", alias="schema")
    label: str
    space: str
    licence: str
    origin: str
    words: tuple[str, ...]
    digest: str


def save_vocabulary(folder: Path, vocabulary: ConceptVocabulary) -> None:
    """Write a vocabulary as a folder, completely or not at all; its vectors as half floats.

    Raises: OSError when the folder cannot be written.
    """
    import torch

    with replacing_folder(folder) as new:
        halves = torch.from_numpy(vocabulary.vectors.astype(np.float16))
        save_tensors(new / VECTORS, {"vectors": halves}, {})
        facts = VocabularyFacts(
            schema="hearwhy.vocabulary/1",
            label=vocabulary.label,
            space=vocabulary.space,
            licence=vocabulary.licence,
            origin=vocabulary.origin,
            words=vocabulary.words,
            digest=digest_of(new / VECTORS),
        )
        record = facts.model_dump(by_alias=True)
        text = json.dumps(record, ensure_ascii=False, indent=1)
        (new / FACTS).write_text(text + "\n", encoding="utf-8")


def load_vocabulary(folder: Path) -> ConceptVocabulary:
    """A vocabulary from its folder. Raises: ModelError saying what is missing or damaged."""
    if not (folder / FACTS).is_file():
        raise ModelError(f"“{folder}” is no vocabulary: it has no {FACTS}.")
    try:
        facts = VocabularyFacts.model_validate_json((folder / FACTS).read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "its structure"
        raise ModelError(
            f"{FACTS} in “{folder.name}” is not valid ({place}: {first['msg']})."
        ) from None
    tensors, _ = load_tensors(folder / VECTORS)
    if digest_of(folder / VECTORS) != facts.digest or "vectors" not in tensors:
        raise ModelError(
            f"The vectors in “{folder.name}” are not those of the words beside them; get the "
            "vocabulary again."
        )
    vectors = tensors["vectors"].float().numpy()
    if vectors.ndim != 2 or not np.isfinite(vectors).all():
        raise ModelError(f"The vectors in “{folder.name}” are damaged; get the vocabulary again.")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return ConceptVocabulary(
        id=folder.resolve().name,
        space=facts.space,
        words=facts.words,
        vectors=vectors / np.maximum(lengths, 1e-6),
        label=facts.label,
        licence=facts.licence,
        origin=facts.origin,
    )
