"""What is known of English words: whether one is spelt so, its stem, and what means the same.

Stems are Snowball's (Porter 2001), spelling is pyspellchecker's list of words, synonyms are
WordNet's (Miller 1995), read from the files every WordNet comes as.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from core.errors import DataError
from core.extras import missing
from core.resources import resources_folder

WORDNET = (Path("/usr/share/wordnet"), Path("/usr/local/share/wordnet"))


class Lexicon(Protocol):
    """What building vocabularies asks of a language."""

    def is_word(self, tag: str) -> bool:
        """Whether every word of a tag is spelt as words are."""
        ...

    def root(self, tag: str) -> str:
        """What tags of the same root share: “barking dogs” and “bark dog” are alike."""
        ...

    def meaning(self, tag: str) -> str | None:
        """What tags of the same meaning share; None where that is not known."""
        ...


class English:
    """wordnet: a folder with WordNet's `index.noun`; None looks where Linux keeps it."""

    def __init__(self, wordnet: Path | None = None) -> None:
        """Raises: ModelError without the libraries; DataError for a folder that is no WordNet."""
        try:
            import snowballstemmer
            from spellchecker import SpellChecker
        except ImportError as error:
            need = f"Building vocabularies needs {error.name}"
            raise missing(need, "snowballstemmer", "pyspellchecker") from None
        self._stemmer: Any = snowballstemmer.stemmer("english")
        self._spelling: Any = SpellChecker(language="en")
        folder = wordnet or next((place for place in WORDNET if place.is_dir()), None)
        self._senses = {} if folder is None else first_senses(folder)

    def is_word(self, tag: str) -> bool:
        return all(
            len(word) > 1 and word.isalpha() and word in self._spelling for word in _words(tag)
        )

    def root(self, tag: str) -> str:
        return " ".join(sorted(self._stemmer.stemWords(_words(tag))))

    def meaning(self, tag: str) -> str | None:
        return self._senses.get(tag)


def first_senses(folder: Path) -> dict[str, str]:
    """Noun → the number of its first sense, which WordNet lists by frequency.

    Raises: DataError when the folder has no index of nouns.
    """
    index = folder / "index.noun"
    senses: dict[str, str] = {}
    try:
        with index.open(encoding="utf-8") as lines:
            for line in lines:
                if line.startswith(" "):  # the licence
                    continue
                # lemma pos synset_cnt p_cnt [ptr_symbol…] sense_cnt tagsense_cnt offset […]
                parts = line.split()
                offset = 4 + int(parts[3]) + 2
                senses[parts[0].replace("_", " ")] = parts[offset]
    except (OSError, ValueError, IndexError):
        raise DataError(
            f"“{folder}” is no WordNet: it has no readable index.noun; install WordNet's database, "
            "or leave the synonyms out."
        ) from None
    return senses


def expletives() -> frozenset[str]:
    """Words that no vocabulary shall say, from the shipped list."""
    listed = resources_folder() / "vocabularies" / "expletives.txt"
    return frozenset(_words(listed.read_text(encoding="utf-8")))


def _words(tag: str) -> list[str]:
    return tag.casefold().split()
