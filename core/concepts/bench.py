"""How fast the solver is here, and how near to scikit-learn's."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.concepts.decomposition import reference_weights
from core.concepts.solver import solve
from core.types import FloatArray

COMPARED = 5  # rows that scikit-learn solves as well
SHARED = 0.5  # of what all words have in common: their mean cosine is then about .13
FAMILY = 0.9  # of what ten words each have in common
MIXED = 12  # words a sound is made of
NOISE = 0.6  # length of what no word says, beside 1


@dataclass(frozen=True, slots=True)
class SolverTiming:
    """seconds: for all windows, by the clock; cpu_seconds: on processors, all threads together,
    which other programs do not lengthen. processors: how many there are. reference_seconds: what
    scikit-learn takes for one window.

    difference: largest between a weight of ours and theirs.
    """

    windows: int
    words: int
    dim: int
    penalty: float
    processors: int
    seconds: float
    cpu_seconds: float
    l0: float
    difference: float
    reference_seconds: float


def time_solver(
    windows: int = 3_600, words: int = 2_000, dim: int = 384, penalty: float = 0.1, seed: int = 0
) -> SolverTiming:
    """Solve for sounds made of a few words each and noise, over words that lie in families.

    Raises: ModelError when scikit-learn is not installed.
    """
    vectors, targets = made_up(windows, words, dim, seed)
    began, worked = time.perf_counter(), time.process_time()
    weights = solve(vectors, targets, penalty)
    middle, worked = time.perf_counter(), time.process_time() - worked
    theirs = np.stack([reference_weights(vectors, row, penalty) for row in targets[:COMPARED]])
    end = time.perf_counter()
    return SolverTiming(
        windows=windows,
        words=words,
        dim=dim,
        penalty=penalty,
        processors=os.cpu_count() or 1,
        seconds=middle - began,
        cpu_seconds=worked,
        l0=float((weights > 0).sum(axis=1).mean()),
        difference=float(np.abs(weights[:COMPARED] - theirs).max()),
        reference_seconds=(end - middle) / len(theirs),
    )


def made_up(windows: int, words: int, dim: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Vectors of words (words, dim) and embeddings (windows, dim), rows of length 1."""
    generator = np.random.default_rng(seed)
    families = generator.standard_normal((-(-words // 10), dim)).repeat(10, axis=0)[:words]
    rows = generator.standard_normal((words, dim)) + FAMILY * families
    vectors = _unit(rows + SHARED * generator.standard_normal(dim))
    amounts = np.zeros((windows, words), np.float32)
    chosen = generator.integers(words, size=(windows, MIXED))
    np.put_along_axis(amounts, chosen, generator.random((windows, MIXED), np.float32), axis=1)
    noise = generator.standard_normal((windows, dim)) / np.sqrt(dim)
    return vectors, _unit(_unit(amounts @ vectors) + NOISE * noise)


def _unit(rows: npt.NDArray[Any]) -> FloatArray:
    unit: FloatArray = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit
