"""Multinomial logistic regression whose strength is chosen on the training clips alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import logsumexp

from core.concepts.types import IntArray
from core.job import CancelToken
from core.types import FloatArray

DoubleArray = npt.NDArray[np.float64]

STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
FOLDS = 5
STEPS = 500


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """Scores W x + b. weights: (L, F); bias: (L,).

    strength: inverse of the L2 penalty on weights of features scaled to their spread. foreseen: how
    many of the training clips were told right by a model that had not learnt from their fold.
    """

    weights: FloatArray
    bias: FloatArray
    strength: float
    foreseen: float

    def scores(self, features: FloatArray) -> FloatArray:
        """(n, F) → (n, L)."""
        scores: FloatArray = features @ self.weights.T + self.bias
        return scores


def fit_linear(
    features: FloatArray,
    classes: Sequence[int],
    n_classes: int,
    groups: Sequence[Hashable] | None = None,
    cancel: CancelToken | None = None,
) -> Linear:
    """A linear classifier of features (n, F), of the strength that foretells held-out folds best.

    groups: what must not be torn apart, such as the speakers of the clips; None for each clip by
    itself. Of strengths that do equally well the least is taken. Raises: Cancelled.
    """
    wanted = np.asarray(classes)
    # One scale for all features: a word that hardly occurs shall not count as much as another.
    spread = float(np.sqrt(np.square(features - features.mean(axis=0)).sum(axis=1).mean()))
    scaled = features.astype(np.float64) / max(spread, 1e-6)
    right = np.zeros(len(STRENGTHS))
    folds = folds_of(groups if groups is not None else range(len(wanted)))
    for fold in np.unique(folds):
        told, learnt = folds == fold, folds != fold
        solution = None
        for number, strength in enumerate(STRENGTHS):
            solution = _fit(scaled[learnt], wanted[learnt], n_classes, strength, solution, cancel)
            right[number] += (_scores(scaled[told], solution).argmax(axis=1) == wanted[told]).sum()
    best = int(right.argmax())
    solution = _fit(scaled, wanted, n_classes, STRENGTHS[best], None, cancel)
    weights = (solution[:, :-1] / max(spread, 1e-6)).astype(np.float32)
    bias = solution[:, -1].astype(np.float32)
    return Linear(weights, bias, STRENGTHS[best], float(right[best] / len(wanted)))


def folds_of(groups: Sequence[Hashable]) -> IntArray:
    """A fold for each clip, (n,), with whole groups in it; a single group is divided after all."""
    sizes = Counter(groups)
    if len(sizes) < 2:
        groups = range(len(groups))
        sizes = Counter(groups)
    count = min(FOLDS, len(sizes))
    filled, place = [0] * count, {}
    for group, size in sizes.most_common():
        place[group] = filled.index(min(filled))
        filled[place[group]] += size
    return np.array([place[group] for group in groups])


def _fit(
    features: DoubleArray,
    wanted: IntArray,
    n_classes: int,
    strength: float,
    start: DoubleArray | None,
    cancel: CancelToken | None,
) -> DoubleArray:
    """Weights and, last, bias (L, F + 1) that minimise strength · Σ cross-entropy + ‖W‖² / 2."""
    shape = (n_classes, features.shape[1] + 1)
    truth = np.eye(n_classes)[wanted]

    def loss_and_gradient(flat: DoubleArray) -> tuple[float, DoubleArray]:
        if cancel is not None:
            cancel.raise_if_set()
        both = flat.reshape(shape)
        logits = _scores(features, both)
        log_odds = logits - logsumexp(logits, axis=1, keepdims=True)
        error = strength * (np.exp(log_odds) - truth)
        gradient = np.concatenate([error.T @ features, error.sum(axis=0)[:, None]], axis=1)
        gradient[:, :-1] += both[:, :-1]
        loss = -strength * (log_odds * truth).sum() + np.square(both[:, :-1]).sum() / 2
        return float(loss), gradient.ravel()

    begin = np.zeros(shape) if start is None else start
    found = minimize(
        loss_and_gradient, begin.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": STEPS}
    )
    solution: DoubleArray = found.x.reshape(shape)
    return solution


def _scores(features: DoubleArray, both: DoubleArray) -> DoubleArray:
    scores: DoubleArray = features @ both[:, :-1].T + both[:, -1]
    return scores
