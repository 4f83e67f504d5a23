"""Embeddings as sparse, non-negative mixtures of words, and how much of them the words tell."""

from __future__ import annotations

import numpy as np

from core.concepts.health import require_healthy
from core.concepts.solver import solve
from core.concepts.types import ConceptVocabulary, Decomposition, How
from core.errors import RequestError
from core.extras import missing
from core.job import CancelToken, Report, silent
from core.types import FloatArray

SILENT = 1e-6  # length below which an embedding says nothing


def decompose(
    embeddings: FloatArray,
    vocabulary: ConceptVocabulary,
    how: How,
    *,
    mean: FloatArray | None = None,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> Decomposition:
    """min_{w ≥ 0} ‖C w − z‖² + λ ‖w‖₁ for each embedding z, (n, d).

    mean: (d,) of the embedder's sounds; only centring needs it.
    Raises: RequestError for embeddings of another dimension, with NaN, or to be centred without a
    mean; ModelError for a collapsed vocabulary; Cancelled.
    """
    require_healthy(vocabulary, cancel)
    targets, vectors = prepared(embeddings, vocabulary, how, mean)

    def stop(done: int) -> None:
        if cancel is not None:
            cancel.raise_if_set()

    def told(done: int) -> None:
        stop(done)
        report(done / len(targets), "Finding concepts")

    weights = solve(vectors, targets, how.penalty, None, told)
    if how.at_most is not None:
        allowed = _heaviest(weights, how.at_most)
        again = allowed.sum(axis=1) < (weights > 0).sum(axis=1)
        weights[again] = solve(vectors, targets[again], how.penalty, allowed[again], stop)
    mixed = weights @ vectors
    length = np.linalg.norm(mixed, axis=1)
    cosine = (mixed * targets).sum(axis=1) / np.maximum(length, SILENT)
    residual = np.linalg.norm(mixed - targets, axis=1)
    return Decomposition(vocabulary, how, weights, np.minimum(cosine, 1.0), residual)


def reference_weights(vectors: FloatArray, target: FloatArray, penalty: float) -> FloatArray:
    """The weights (K,) that scikit-learn finds for one embedding (d,), to judge ours by.

    Its `Lasso` minimises ‖C w − z‖² / (2 d) + a ‖w‖₁, hence a = λ / (2 d).
    Raises: ModelError when scikit-learn is not installed.
    """
    try:
        from sklearn.linear_model import Lasso
    except ImportError:
        raise missing("The reference solver needs scikit-learn", "scikit-learn") from None
    lasso = Lasso(
        alpha=penalty / (2 * vectors.shape[1]),
        positive=True,
        fit_intercept=False,
        tol=1e-10,
        max_iter=100_000,
    )
    fitted = lasso.fit(vectors.T.astype(np.float64), target.astype(np.float64))
    return np.asarray(fitted.coef_, dtype=np.float32)


def prepared(
    embeddings: FloatArray, vocabulary: ConceptVocabulary, how: How, mean: FloatArray | None
) -> tuple[FloatArray, FloatArray]:
    """Embeddings (n, d) and vectors (K, d) as they are decomposed, rows of length 1.

    Raises: RequestError.
    """
    embeddings = np.atleast_2d(np.asarray(embeddings, dtype=np.float32))
    if embeddings.ndim != 2 or embeddings.shape[1] != vocabulary.dim:
        raise RequestError(
            f"The embeddings have the shape {embeddings.shape}, but the words of "
            f"“{vocabulary.id}” have {vocabulary.dim} dimensions; use a vocabulary of the "
            "embedder's own space."
        )
    if not np.isfinite(embeddings).all():
        raise RequestError("An embedding holds NaN or infinite numbers; embed the sound again.")
    if how.centred:
        if mean is None:
            raise RequestError(
                "Centring takes the mean sound off, which this embedder does not state; leave it "
                "off, or use another embedder."
            )
        embeddings = embeddings - mean
    return _of_length_one(embeddings), word_vectors(vocabulary, how)


def word_vectors(vocabulary: ConceptVocabulary, how: How) -> FloatArray:
    """The dictionary C as (K, d), centred if so asked. Raises: RequestError."""
    vectors = vocabulary.vectors
    return _of_length_one(vectors - vocabulary.mean) if how.centred else vectors


def _of_length_one(rows: FloatArray) -> FloatArray:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if np.any(lengths < SILENT):
        raise RequestError(
            "A vector is nothing but the mean, or empty, and points nowhere; decompose without "
            "centring, or leave that sound or word out."
        )
    unit: FloatArray = (rows / lengths).astype(np.float32)
    return unit


def _heaviest(weights: FloatArray, count: int) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Which concepts of each row are among its `count` heaviest."""
    order = np.argsort(-weights, axis=1, kind="stable")[:, :count]
    chosen = np.zeros(weights.shape, bool)
    np.put_along_axis(chosen, order, True, axis=1)
    return chosen & (weights > 0)
