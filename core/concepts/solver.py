"""Non-negative Lasso for many vectors over one dictionary.

Solves, for every row z of a batch, min_{w ≥ 0} ‖C w − z‖² + λ ‖w‖₁. An active-set method (Lawson &
Hanson 1974, with the linear term of the Lasso) that takes up several concepts at a time and works
on all rows together: gradients are one matrix product, the small systems one call. Each row ends
at the exact minimum of its active set, so the result does not depend on a step size.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from core.types import BoolArray, FloatArray

DoubleArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

AT_ONCE = 400  # rows solved together; bounds memory, and how long a cancel waits
TAKEN_UP = 8  # concepts a pass adds to a row, at most
TOLERANCE = 1e-6  # of the gradient: what is above λ/2 by less is no violation
PASSES = 500  # far more than are ever needed: each lowers every row's objective


def solve(
    vectors: FloatArray,
    targets: FloatArray,
    penalty: float,
    allowed: BoolArray | None = None,
    told: Callable[[int], None] | None = None,
) -> FloatArray:
    """Weights (n, K), none below 0, of targets (n, d) over dictionary vectors (K, d).

    penalty: λ. allowed: (n, K), concepts a row may use. told: called with the rows done so far.
    """
    n_words = len(vectors)
    gram = np.zeros((n_words + 1, n_words + 1))  # the last is nothing, for places that do not count
    gram[:-1, :-1] = vectors.astype(np.float64) @ vectors.T.astype(np.float64)
    # Twins would make a system singular; a ridge far below the tolerance shares between them.
    gram[np.diag_indices(n_words)] += 1e-7
    weights = np.zeros((len(targets), n_words), np.float32)
    for first in range(0, len(targets), AT_ONCE):
        rows = slice(first, first + AT_ONCE)
        may = None if allowed is None else allowed[rows]
        weights[rows] = _solve_rows(vectors, gram, targets[rows], penalty, may)
        if told is not None:
            told(min(first + AT_ONCE, len(targets)))
    return weights


def _solve_rows(
    vectors: FloatArray,
    gram: DoubleArray,
    targets: FloatArray,
    penalty: float,
    allowed: BoolArray | None,
) -> DoubleArray:
    correlation = targets.astype(np.float64) @ vectors.T.astype(np.float64) - penalty / 2
    weights = np.zeros(correlation.shape)
    passive = np.zeros(correlation.shape, bool)
    open_rows = np.arange(len(targets))
    for _ in range(PASSES):
        gradient = correlation[open_rows] - _against(weights[open_rows], vectors)
        gradient[passive[open_rows]] = 0.0
        if allowed is not None:
            gradient[~allowed[open_rows]] = 0.0
        unsettled = gradient.max(axis=1) > TOLERANCE
        open_rows, gradient = open_rows[unsettled], gradient[unsettled]
        if not len(open_rows):
            break
        _take_up(passive, open_rows, gradient)
        _settle(weights, passive, open_rows, correlation, gram)
    return weights


def _against(weights: DoubleArray, vectors: FloatArray) -> DoubleArray:
    """w CᵀC, by way of C w: cheaper, for the space has fewer dimensions than words."""
    mixed = weights.astype(np.float32) @ vectors
    against: DoubleArray = (mixed @ vectors.T).astype(np.float64)
    return against


def _take_up(passive: BoolArray, rows: IntArray, gradient: DoubleArray) -> None:
    """Let the concepts in that would lower the objective fastest."""
    count = min(TAKEN_UP, gradient.shape[1])
    best = np.argpartition(-gradient, count - 1, axis=1)[:, :count]
    wanted = np.take_along_axis(gradient, best, axis=1) > TOLERANCE
    passive[np.repeat(rows, wanted.sum(axis=1)), best[wanted]] = True


def _settle(
    weights: DoubleArray,
    passive: BoolArray,
    rows: IntArray,
    correlation: DoubleArray,
    gram: DoubleArray,
) -> None:
    """Move each row to the minimum over its passive concepts, dropping those that fall to 0.

    A concept that came in at 0 and would go below is dropped where it stands; of those above 0 the
    first to reach 0 ends the step. At least one concept rises, so every step goes down.
    """
    while len(rows):
        places, used = _packed(passive[rows])
        row = np.broadcast_to(rows[:, None], places.shape)
        here, wanted = np.zeros(places.shape), np.zeros(places.shape)
        here[used] = weights[row[used], places[used]]
        wanted[used] = correlation[row[used], places[used]]
        best = _minimum(places, used, wanted, gram)
        below: BoolArray = used & np.asarray(best <= 0)
        fresh: BoolArray = below & np.asarray(here <= 0)
        stuck = np.asarray(fresh.any(axis=1))
        falling = below & ~stuck[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.where(falling, here / (here - best), 1.0).min(axis=1)
        reach[stuck] = 0.0
        moved = here + reach[:, None] * (best - here)
        gone = fresh | (falling & (moved <= 1e-12))
        moved[gone] = 0.0
        weights[row[used], places[used]] = moved[used]
        passive[row[gone], places[gone]] = False
        rows = rows[below.any(axis=1)]


def _packed(passive: BoolArray) -> tuple[IntArray, BoolArray]:
    """The numbers of each row's passive concepts (rows, most), and which of these places count."""
    counts = passive.sum(axis=1)
    used: BoolArray = np.arange(max(int(counts.max()), 1)) < counts[:, None]
    places = np.full(used.shape, passive.shape[1], np.int64)
    places[used] = np.nonzero(passive)[1]
    return places, used


def _minimum(
    places: IntArray, used: BoolArray, wanted: DoubleArray, gram: DoubleArray
) -> DoubleArray:
    """The unconstrained minimum over each row's passive concepts, 0 in places that do not count."""
    system: DoubleArray = gram[places[:, :, None], places[:, None, :]]
    diagonal = np.arange(places.shape[1])
    system[:, diagonal, diagonal] += ~used
    solved = np.linalg.solve(system, wanted[..., None])[..., 0]
    return np.asarray(solved, dtype=np.float64)
