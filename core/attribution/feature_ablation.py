"""Feature ablation: what the decision loses with each tile of moments and bands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.attribution import ATTRIBUTORS, AttributionSpec, Relevance
from core.attribution._captum import by_captum
from core.attribution.problem import Job, Problem
from core.masks.players import tiles
from core.options import Option

SPEC = AttributionSpec(
    id="feature_ablation",
    label="Feature ablation",
    reference="Zeiler & Fergus 2013, arXiv:1311.2901",
    signed=True,
    gradients=False,
    options=(
        Option("frames", 2, "Latent frames of a tile", least=1, most=1000),
        Option("bands", 2, "Frequency bands of a tile", least=1, most=1000),
    ),
)


@ATTRIBUTORS.register(SPEC)
def feature_ablation(problem: Problem, options: Mapping[str, Any], job: Job) -> Relevance:
    """f(Z) − f(Z with a tile at its baseline), in equal parts over the tile's cells, (D, F).

    A tile is a few frames by a few bands, or all of a few frames where the codec has no bands; a
    sum over its cells gives the fall. Asks one row a tile, and needs no gradient.
    """
    shape = (problem.latents.shape[0], problem.latents.shape[1])
    parts = tiles(shape, problem.bands, options["frames"], options["bands"])
    numbers = parts.numbers.to(problem.latents.device)
    job.expected = parts.count + 1
    falls = by_captum(
        "FeatureAblation",
        problem,
        job,
        baselines=problem.baseline[None],
        feature_mask=numbers[None],
        perturbations_per_eval=problem.rows_at_once,
    )
    sizes = numbers.flatten().bincount(minlength=parts.count)
    return Relevance(falls / sizes[numbers])
