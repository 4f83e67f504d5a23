"""Non-negative Lasso for many vectors over one dictionary.

Solves, for every row z of a batch, min_{w ≥ 0} ‖C w − z‖² + λ ‖w‖₁. An active-set method (Lawson &
Hanson 1974, with the linear term of the Lasso) that takes up several concepts at a time and works
on all rows together: gradients are one matrix product, the small systems one call. Each row ends
at the exact minimum of its active set, so the result does not depend on a step size.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing

import numpy as np
import numpy.typing as npt

from core.types import BoolArray, FloatArray

DoubleArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

AT_ONCE = 200  # rows solved together; bounds memory, and how long a cancel waits
TAKEN_UP = 12  # concepts a pass adds to a row, at most
TOLERANCE = 1e-6  # of the gradient: what is above λ/2 by less is no violation
PASSES = 500  # far more than are ever needed: each lowers every row's objective
WIDER = 16  # places that are added when a row has no free one left


def solve(
    vectors: FloatArray,
    targets: FloatArray,
    penalty: float,
    allowed: BoolArray | None = None,
    told: Callable[[int], None] | None = None,
) -> FloatArray:
    """Weights (n, K), none below 0, of targets (n, d) over dictionary vectors (K, d).

    penalty: λ. allowed: (n, K), concepts a row may use. told: called with the rows done so far, in
    the thread that called; what it raises ends the work. Rows are shared out over the processors.
    """
    n_words = len(vectors)
    words = np.pad(vectors, ((0, 1), (0, 0)))  # the last is nothing, see _Active
    gram = words.astype(np.float64) @ words.T.astype(np.float64)
    # Twins would make a system singular; a ridge far below the tolerance shares between them.
    gram[np.diag_indices(n_words)] += 1e-7
    weights = np.zeros((len(targets), n_words), np.float32)

    def work(rows: slice) -> int:
        may = None if allowed is None else allowed[rows]
        weights[rows] = _solve_rows(words, gram, targets[rows], penalty, may)
        return len(targets[rows])

    parts = [slice(first, first + AT_ONCE) for first in range(0, len(targets), AT_ONCE)]
    done = 0
    with closing(_shared_out(work, parts)) as counts:  # at once, also when `told` raises
        for count in counts:
            done += count
            if told is not None:
                told(done)
    return weights


def _shared_out(work: Callable[[slice], int], parts: Sequence[slice]) -> Generator[int, None, None]:
    """What `work` returns for each part, in the order in which they are done."""
    if len(parts) < 2:
        yield from map(work, parts)
        return
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        waiting = [pool.submit(work, rows) for rows in parts]
        try:
            for finished in as_completed(waiting):
                yield finished.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _solve_rows(
    words: FloatArray,
    gram: DoubleArray,
    targets: FloatArray,
    penalty: float,
    allowed: BoolArray | None,
) -> FloatArray:
    correlation = targets.astype(np.float64) @ words.T.astype(np.float64) - penalty / 2
    active = _Active(len(targets), gram)
    open_rows = np.arange(len(targets))
    gradient = correlation.astype(np.float32)
    for _ in range(PASSES):
        np.put_along_axis(gradient, active.places[open_rows], 0.0, axis=1)
        if allowed is not None:
            gradient[:, :-1][~allowed[open_rows]] = 0.0
        unsettled = gradient.max(axis=1) > TOLERANCE
        open_rows, gradient = open_rows[unsettled], gradient[unsettled]
        if not len(open_rows):
            break
        row, word = _fastest(gradient)
        active.take_up(open_rows[row], word, correlation[open_rows[row], word])
        active.settle(open_rows)
        # By way of C w: cheaper than CᵀC, for the space has fewer dimensions than words.
        left = targets[open_rows] - active.weights(open_rows) @ words
        gradient = left @ words.T - np.float32(penalty / 2)
    return active.weights(np.arange(len(targets)))[:, :-1]


def _fastest(gradient: FloatArray) -> tuple[IntArray, IntArray]:
    """The concepts that would lower each row's objective fastest: their rows, rising, and words."""
    count = min(TAKEN_UP, gradient.shape[1])
    best = np.argpartition(-gradient, count - 1, axis=1)[:, :count]
    wanted = np.take_along_axis(gradient, best, axis=1) > TOLERANCE
    return np.nonzero(wanted)[0], best[wanted]


class _Active:
    """The active sets of n rows, each in places 0 … S − 1 of its own, some of them free.

    places: (n, S), the word in each place; the last of the Gram matrix, which is nothing, in free
    ones. here: (n, S), weights; wanted: (n, S), correlations less λ/2. system: (n, S, S), the part
    of the Gram matrix that belongs to the places, with 1 on the diagonal of free ones. It is kept
    from step to step: fetching its entries from the whole matrix costs more than solving.
    """

    def __init__(self, rows: int, gram: DoubleArray) -> None:
        self._gram = gram
        self._nothing = len(gram) - 1
        self.places = np.full((rows, 0), self._nothing)
        self._here = np.zeros((rows, 0))
        self._wanted = np.zeros((rows, 0))
        self._system = np.zeros((rows, 0, 0))

    def weights(self, rows: IntArray) -> FloatArray:
        """Of all words and of nothing, which has none: (rows, K + 1)."""
        weights = np.zeros((len(rows), self._nothing + 1), np.float32)
        here = self._here[rows].astype(np.float32)
        np.put_along_axis(weights, self.places[rows], here, axis=1)
        return weights

    def take_up(self, row: IntArray, word: IntArray, wanted: DoubleArray) -> None:
        """Let words in, with weight 0. row: rising; wanted: correlation less λ/2 of each."""
        count = np.bincount(row, minlength=len(self.places))
        lacking = int((count - (self.places == self._nothing).sum(axis=1)).max())
        if lacking > 0:
            self._widen(-(-lacking // WIDER) * WIDER)
        free_first = np.argsort(self.places != self._nothing, axis=1, kind="stable")
        place = free_first[row, np.arange(len(row)) - np.repeat(count.cumsum() - count, count)]
        self.places[row, place] = word
        self._wanted[row, place] = wanted
        cosines = self._gram[word[:, None], self.places[row]]
        self._system[row, place, :] = cosines
        self._system[row, :, place] = cosines

    def settle(self, rows: IntArray) -> None:
        """Move each row to the minimum over its places, dropping words that fall to 0.

        A word that came in at 0 and would go below is dropped where it stands; of those above 0
        the first to reach 0 ends the step. At least one rises, so every step goes down.
        """
        while len(rows):
            taken = np.flatnonzero((self.places[rows] != self._nothing).any(axis=0))
            width = int(taken.max(initial=-1)) + 1
            used = self.places[rows, :width] != self._nothing
            here = self._here[rows, :width]
            wanted = self._wanted[rows, :width, None]
            best = np.linalg.solve(self._system[rows, :width, :width], wanted)[..., 0]
            below = used & (best <= 0)
            fresh = below & (here <= 0)
            stuck = fresh.any(axis=1)
            falling = below & ~stuck[:, None]
            with np.errstate(divide="ignore", invalid="ignore"):
                reach = np.where(falling, here / (here - best), 1.0).min(axis=1, initial=1.0)
            reach[stuck] = 0.0
            moved = here + reach[:, None] * (best - here)
            self._here[rows, :width] = moved
            gone, place = np.nonzero(fresh | (falling & (moved <= 1e-12)))
            self._drop(rows[gone], place)
            rows = rows[below.any(axis=1)]

    def _drop(self, row: IntArray, place: IntArray) -> None:
        self.places[row, place] = self._nothing
        self._here[row, place] = self._wanted[row, place] = 0.0
        self._system[row, place, :] = 0.0
        self._system[row, :, place] = 0.0
        self._system[row, place, place] = 1.0

    def _widen(self, by: int) -> None:
        rows, width = self.places.shape
        system = np.zeros((rows, width + by, width + by))
        system[:, :width, :width] = self._system
        more = np.arange(width, width + by)
        system[:, more, more] = 1.0
        self._system = system
        self.places = np.pad(self.places, ((0, 0), (0, by)), constant_values=self._nothing)
        self._here = np.pad(self._here, ((0, 0), (0, by)))
        self._wanted = np.pad(self._wanted, ((0, 0), (0, by)))
