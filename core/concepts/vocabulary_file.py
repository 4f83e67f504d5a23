"""A vocabulary on disk: `vocabulary.json` beside `vectors.safetensors`, in a folder of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.concepts.types import ConceptVocabulary
from core.digests import digest_of
from core.errors import ModelError
from core.file_names import shown
from core.folder_kinds import FolderKind
from core.folders import replacing_folder
from core.tensors import load_tensors, save_tensors

FACTS = "vocabulary.json"
VECTORS = "vectors.safetensors"
VOCABULARY = FolderKind("a vocabulary", FACTS, "hearwhy.vocabulary", frozenset({FACTS, VECTORS}))


class VocabularyFacts(BaseModel):
    """`vocabulary.json`. digest: of the vectors, their words and their space."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    schema_: Literal["hearwhy.vocabulary/1"] = Field("hearwhy.vocabulary/1", alias="schema")
    label: str
    space: str
    licence: str
    origin: str
    words: tuple[str, ...]
    digest: str

    def digest_with(self, vectors: Path) -> str:
        """The digest of these words and a file of vectors. Raises: OSError."""
        return digest_of([vectors], {"space": self.space, "words": self.words})


def save_vocabulary(folder: Path, vocabulary: ConceptVocabulary) -> None:
    """Write a vocabulary as a folder, completely or not at all; its vectors as half floats.

    Raises: ExportError when the folder cannot be written, or holds anything but a vocabulary.
    """
    import torch

    with replacing_folder(folder, VOCABULARY) as new:
        halves = torch.from_numpy(vocabulary.vectors.astype(np.float16))
        save_tensors(new / VECTORS, {"vectors": halves}, {})
        facts = VocabularyFacts(
            schema="hearwhy.vocabulary/1",
            label=vocabulary.label,
            space=vocabulary.space,
            licence=vocabulary.licence,
            origin=vocabulary.origin,
            words=vocabulary.words,
            digest="",
        )
        write_facts(new, facts)


def write_facts(folder: Path, facts: VocabularyFacts) -> None:
    """Write the facts of vectors that are in `folder`, with the digest of the two.

    Raises: OSError.
    """
    record = facts.model_dump(by_alias=True) | {"digest": facts.digest_with(folder / VECTORS)}
    text = json.dumps(record, ensure_ascii=False, indent=1)
    (folder / FACTS).write_text(text + "\n", encoding="utf-8")


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
            f"{FACTS} in “{shown(folder)}” is not valid ({place}: {first['msg']})."
        ) from None
    tensors, _ = load_tensors(folder / VECTORS)
    if facts.digest_with(folder / VECTORS) != facts.digest or "vectors" not in tensors:
        raise ModelError(
            f"The vectors in “{shown(folder)}” are not those of the words beside them; get the "
            "vocabulary again."
        )
    vectors = tensors["vectors"].float().numpy()
    if vectors.ndim != 2 or not np.isfinite(vectors).all():
        raise ModelError(f"The vectors in “{shown(folder)}” are damaged; get the vocabulary again.")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return ConceptVocabulary(
        id=folder.resolve().name,
        space=facts.space,
        words=facts.words,
        vectors=vectors / np.maximum(lengths, 1e-6),
        label=facts.label,
        licence=facts.licence,
        origin=facts.origin,
        digest=facts.digest,
    )
