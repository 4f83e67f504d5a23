"""The paper's three ways from a list of tags to a vocabulary of a size: words only, no vectors."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

import numpy as np

from core.concepts.lexicon import Lexicon, expletives
from core.concepts.tags import ranked
from core.errors import DataError, unknown_id
from core.extras import missing
from core.types import FloatArray

SIZE = 2_000  # words, of the paper's vocabularies
POOL = 10_000  # most frequent tags that the other two are chosen from

EmbedTexts = Callable[[Sequence[str]], FloatArray]


class Build(StrEnum):
    """How the words are chosen. as-is: as they are listed, for lists that were built already."""

    AS_IS = "as-is"
    BASELINE = "baseline"
    PRUNED = "pruned"
    CLUSTERED = "clustered"


def baseline(counts: Counter[str], lexicon: Lexicon, size: int = SIZE) -> list[str]:
    """The most frequent English tags that are no expletives."""
    return _first(filter(lexicon.is_word, _decent(ranked(counts))), size)


def pruned(counts: Counter[str], lexicon: Lexicon, size: int = SIZE, pool: int = POOL) -> list[str]:
    """As baseline, with words of one root or one meaning merged onto the most frequent of them.

    The frequencies of what is merged add up.
    """
    merged: Counter[str] = Counter()
    of_root: dict[str, str] = {}
    of_meaning: dict[str, str] = {}
    for tag in filter(lexicon.is_word, _decent(ranked(counts)[:pool])):
        root, meaning = lexicon.root(tag), lexicon.meaning(tag)
        kept = of_root.get(root) or (of_meaning.get(meaning) if meaning else None) or tag
        of_root.setdefault(root, kept)
        if meaning:
            of_meaning.setdefault(meaning, kept)
        merged[kept] += counts[tag]
    return _first(ranked(merged), size)


def clustered(
    counts: Counter[str],
    embed: EmbedTexts,
    size: int = SIZE,
    pool: int = POOL,
    seed: int = 0,
) -> list[str]:
    """The tag nearest each centroid of k-means over the embeddings of the most frequent tags.

    In order of frequency. Two centroids may have one nearest tag, which leaves fewer than `size`.
    Raises: ModelError when scikit-learn is not installed; DataError when there are too few tags.
    """
    try:
        from sklearn.cluster import KMeans
    except ImportError:
        raise missing("Clustering needs scikit-learn", "scikit-learn") from None
    tags = _decent(ranked(counts)[:pool])
    if len(tags) < size:
        raise DataError(f"{len(tags):,} tags make no {size:,} clusters; ask for fewer words.")
    vectors = embed(tags)
    centres = KMeans(size, n_init=1, random_state=seed).fit(vectors).cluster_centers_
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    nearest = {int((vectors @ centre).argmax()) for centre in centres.astype(np.float32)}
    return [tags[number] for number in sorted(nearest)]


def build_words(
    how: str,
    counts: Counter[str],
    lexicon: Callable[[], Lexicon],
    embed: EmbedTexts,
    size: int = SIZE,
) -> list[str]:
    """The words of a vocabulary, built in one of the ways of `Build`.

    lexicon: called only where it is needed. Raises: RequestError for another way; as the ways do.
    """
    if how not in set(Build):
        raise unknown_id("way to build a vocabulary", how, [*Build])
    if how == Build.AS_IS:
        return ranked(counts)[:size]
    if how == Build.CLUSTERED:
        return clustered(counts, embed, size)
    return (baseline if how == Build.BASELINE else pruned)(counts, lexicon(), size)


def _decent(tags: Iterable[str]) -> list[str]:
    unsaid = expletives()
    return [tag for tag in tags if unsaid.isdisjoint(tag.split())]


def _first(tags: Iterable[str], size: int) -> list[str]:
    found = list(itertools.islice(tags, size))
    if not found:
        raise DataError("None of the tags is an English word; give a list of English tags.")
    return found
