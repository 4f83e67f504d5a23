"""Problems with known answers, for tests of attribution methods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from torch import Tensor

from core.attribution.problem import Constant, Infill, Problem
from core.classifiers import ClassifierSpec
from core.classifiers.targets import Score
from core.masks.players import Players, groups
from core.types import Granularity
from tests.fakes import LinearClassifier

Function = Callable[[Tensor], Tensor]
"""latents (rows, D, F) → (rows,)."""


def one_score_spec() -> ClassifierSpec:
    """Of a classifier with one raw score, “it”."""
    import torch

    spec = LinearClassifier(torch.zeros(1, 1)).spec
    return replace(spec, labels=("it",), relation="none", scale="raw")


def problem_of(
    function: Function,
    latents: Tensor,
    baseline: Tensor,
    *,
    seed: int = 0,
    players: Players | None = None,
    infill: Infill | None = None,
    bands: tuple[int, ...] | None = None,
) -> Problem:
    """The number explained is that of `function`."""
    shape = (latents.shape[0], latents.shape[1])
    return Problem(
        latents=latents,
        decide=lambda rows: function(rows)[:, None],
        spec=one_score_spec(),
        target=Score("it"),
        baseline=baseline,
        infill=infill or Constant(baseline),
        players=players or groups(shape, Granularity.ELEMENT),
        bands=bands,
        seed=seed,
    )
