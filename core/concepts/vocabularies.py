"""Which vocabularies there are, and opening one by its id, its folder, or a text file of words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.concepts.types import ConceptVocabulary
from core.concepts.vocabulary_file import FACTS, load_vocabulary
from core.errors import ModelError, RequestError, unknown_id
from core.file_names import as_text, shown
from core.job import CancelToken, Report, silent, until_cancelled
from core.places import data_folder
from core.resources import resources_folder
from core.tables import read_text
from core.types import FloatArray

if TYPE_CHECKING:
    from core.concepts.embeddings import Embedder

LONGEST = 100  # characters of a concept; longer ones are no words but a wrong file
EVERYDAY = "everyday"  # the vocabulary that is meant where none is named
MOST = 20_000  # words of a text file
TOLD = 256  # words embedded between two looks at a cancel


@dataclass(frozen=True, slots=True)
class VocabularyEntry:
    """One vocabulary that can be asked for by id. source: where it comes from, for the list."""

    id: str
    source: str
    folder: Path


def vocabulary_folders() -> list[tuple[str, Path]]:
    """Where vocabularies are looked for; later places do not hide earlier ones."""
    folders = [("bundled", resources_folder() / "vocabularies")]
    own = data_folder()
    return folders if own is None else [*folders, ("user", own / "vocabularies")]


def vocabulary_catalogue() -> list[VocabularyEntry]:
    """Every vocabulary that is known by id, sorted."""
    found: dict[str, VocabularyEntry] = {}
    for source, parent in vocabulary_folders():
        for facts in sorted(parent.glob(f"[!.]*/{FACTS}")):
            name = facts.parent.name
            found.setdefault(name, VocabularyEntry(name, source, facts.parent))
    return [found[key] for key in sorted(found)]


def open_vocabulary(
    reference: str,
    embedder: Embedder,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> ConceptVocabulary:
    """The vocabulary of an id, a folder, or a text file with one concept a line.

    Words whose vectors are of another space, or that come without, are embedded by the embedder.
    Raises: ModelError when it is damaged or no text model is installed; Cancelled; RequestError
    otherwise.
    """
    known = {entry.id: entry.folder for entry in vocabulary_catalogue()}
    try:
        path = known.get(reference) or Path(reference).expanduser()
        is_folder = path.is_dir()
    except (OSError, RuntimeError):  # a name too long; the home of an unknown user
        raise RequestError(f"“{reference[:80]}” is neither a known id nor a folder.") from None
    if is_folder:
        vocabulary = load_vocabulary(path)
        if vocabulary.space == embedder.spec.space:
            return vocabulary
        vectors = embed_words(vocabulary.words, embedder, report, cancel)
        return replace(vocabulary, space=embedder.spec.space, vectors=vectors, digest="")
    if path.is_file():
        return vocabulary_of_words(
            as_text(path.stem),
            words_of(path),
            embedder,
            label=as_text(path.name),
            report=report,
            cancel=cancel,
        )
    if path.suffix or len(path.parts) > 1:
        raise RequestError(f"There is no vocabulary folder or file “{reference}”.")
    raise unknown_id("vocabulary", reference, known)


def vocabulary_of_words(
    vocabulary_id: str,
    words: Sequence[str],
    embedder: Embedder,
    *,
    label: str = "",
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> ConceptVocabulary:
    """A vocabulary of the user's own words. Raises: ModelError without a text model; Cancelled."""
    vectors = embed_words(words, embedder, report, cancel)
    return ConceptVocabulary(vocabulary_id, embedder.spec.space, tuple(words), vectors, label)


def embed_words(
    words: Sequence[str],
    embedder: Embedder,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> FloatArray:
    """(K, d), some words at a time. Raises: ModelError without a text model; Cancelled."""
    rows = []
    for first in until_cancelled(range(0, len(words), TOLD), cancel):
        report(first / len(words), f"{first:,} of {len(words):,} words embedded")
        rows.append(embedder.embed_texts(words[first : first + TOLD]))
    report(1.0, f"{len(words):,} words embedded")
    return np.concatenate(rows)


def with_words(
    vocabulary: ConceptVocabulary,
    words: Sequence[str],
    embedder: Embedder,
    cancel: CancelToken | None = None,
) -> ConceptVocabulary:
    """A vocabulary with more words, those it has already left out.

    Raises: ModelError without a text model; Cancelled.
    """
    has = {word.casefold() for word in vocabulary.words}
    new = [word for word in clean(words) if word.casefold() not in has]
    if not new:
        return vocabulary
    vectors = np.concatenate([vocabulary.vectors, embed_words(new, embedder, cancel=cancel)])
    return replace(vocabulary, words=(*vocabulary.words, *new), vectors=vectors, digest="")


def words_of(path: Path) -> list[str]:
    """The concepts of a text file, one a line; empty lines and those that begin with # are none.

    Raises: RequestError when there are none, or the file is no such list.
    """
    text = read_text(path, RequestError)
    words = clean(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    if not words:
        raise RequestError(f"“{shown(path)}” holds no words; write one concept a line.")
    longest = max(words, key=len)
    if len(longest) > LONGEST or len(words) > MOST:
        raise RequestError(
            f"“{shown(path)}” looks like no list of words (“{longest[:30]}…”); write one concept a "
            f"line, of at most {LONGEST} characters, and at most {MOST:,} of them."
        )
    return words


def clean(words: Iterable[str]) -> list[str]:
    """Words with single blanks, each once whatever its capitals, in the order given."""
    found: dict[str, str] = {}
    for word in words:
        plain = " ".join(word.split())
        if plain:
            found.setdefault(plain.casefold(), plain)
    return list(found.values())


def require_vocabulary(vocabulary: ConceptVocabulary, embedder: Embedder) -> None:
    """That words and sounds lie in one space. Raises: ModelError."""
    if vocabulary.space != embedder.spec.space:
        raise ModelError(
            f"The vocabulary “{vocabulary.id}” is of the space “{vocabulary.space}”, the embedder "
            f"“{embedder.spec.id}” of “{embedder.spec.space}”; choose the two together."
        )
