"""Zero-shot labels: how near an embedding, or its concepts, lie to the sentence of a label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from core.concepts.decomposition import word_vectors
from core.concepts.embeddings import Embedder
from core.concepts.types import Decomposition
from core.concepts.vocabularies import embed_words
from core.errors import RequestError
from core.job import CancelToken
from core.types import FloatArray

PROMPT = "This is a sound of {}."
TINY = 1e-6


def label_vectors(
    labels: Sequence[str],
    embedder: Embedder,
    prompt: str = PROMPT,
    cancel: CancelToken | None = None,
) -> FloatArray:
    """Where the labels lie, (L, d).

    Raises: ModelError without a text model; RequestError; Cancelled.
    """
    if not labels:
        raise RequestError("Zero-shot scoring needs at least one label.")
    if "{}" not in prompt:
        raise RequestError("The sentence for labels must hold {} where the label goes.")
    return embed_words([prompt.format(label) for label in labels], embedder, cancel=cancel)


def dense_scores(embeddings: FloatArray, labels: FloatArray) -> FloatArray:
    """Cosines of embeddings (n, d) and labels (L, d): (n, L)."""
    scores: FloatArray = np.atleast_2d(embeddings) @ labels.T
    return scores


def sparse_scores(found: Decomposition, labels: FloatArray) -> FloatArray:
    """Cosines of C w and the labels (L, d): (n, L); 0 where no concept is left."""
    scores: FloatArray = mixed(found) @ label_places(labels, found).T
    return scores


def label_places(labels: FloatArray, found: Decomposition) -> FloatArray:
    """Labels (L, d) as they are compared with a decomposition: the mean word is taken off them
    too where that is centred."""
    if not found.how.centred:
        return labels
    labels = labels - found.vocabulary.mean
    places: FloatArray = labels / np.maximum(np.linalg.norm(labels, axis=1, keepdims=True), TINY)
    return places


def mixed(found: Decomposition) -> FloatArray:
    """C w of every sound, (n, d) with rows of length 1, or 0 where no concept is left."""
    rows = found.weights @ word_vectors(found.vocabulary, found.how)
    unit: FloatArray = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), TINY)
    return unit


def changed(found: Decomposition, factors: Mapping[str, float]) -> Decomposition:
    """The same sounds with concepts made weaker or stronger; 0 suppresses one.

    Cosine and residual are kept, for they tell how well the concepts fit the sound as it was.
    Raises: RequestError for a word that is not in the vocabulary or a factor below 0.
    """
    weights = np.array(found.weights)
    for word, factor in factors.items():
        if not factor >= 0 or not np.isfinite(factor):
            raise RequestError(
                f"“{word}” cannot count {factor:g} times; give 0 to suppress it, or more."
            )
        weights[:, found.vocabulary.index(word)] *= factor
    return replace(found, weights=weights)
