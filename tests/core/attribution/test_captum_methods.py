"""Methods of captum through the adapter."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from core.attribution import feature_ablation, gradient_shap
from core.attribution._captum import drawing_from
from core.attribution.problem import Job
from core.errors import Cancelled
from core.job import CancelToken
from core.options import complete
from tests.problems import Function, problem_of

SHAPE = (4, 6)
BANDS = (0, 0, 1, 2)
LATENTS, BASELINE, WEIGHT = torch.randn(3, *SHAPE, generator=torch.Generator().manual_seed(0))


def linear(rows: Tensor) -> Tensor:
    return (rows * WEIGHT).sum(dim=(1, 2))


def ablated(function: Function, job: Job | None = None, **options: int) -> Tensor:
    problem = problem_of(function, LATENTS, BASELINE, bands=BANDS)
    chosen = complete(feature_ablation.SPEC.options, options, "it")
    return feature_ablation.feature_ablation(problem, chosen, job or Job()).values


def shap(function: Function, seed: int = 0, **options: float) -> Tensor:
    problem = problem_of(function, LATENTS, BASELINE, seed=seed)
    chosen = complete(gradient_shap.SPEC.options, options, "it")
    return gradient_shap.gradient_shap(problem, chosen, Job()).values


def test_of_a_linear_model_gradient_shap_is_weight_times_difference() -> None:
    torch.testing.assert_close(shap(linear), WEIGHT * (LATENTS - BASELINE))


def test_gradient_shap_adds_up_on_average_and_is_decided_by_the_seed() -> None:
    def cubic(rows: Tensor) -> Tensor:
        return (rows**3).sum(dim=(1, 2))

    ends = cubic(torch.stack([LATENTS, BASELINE]))
    many = shap(cubic, samples=512)
    assert many.sum().item() == pytest.approx((ends[0] - ends[1]).item(), rel=0.1)
    assert torch.equal(shap(cubic, 1), shap(cubic, 1))
    assert not torch.equal(shap(cubic, 1), shap(cubic, 2))


def test_the_cells_of_a_tile_sum_to_what_is_lost_without_it() -> None:
    values = ablated(linear, frames=4, bands=2)
    lost = WEIGHT * (LATENTS - BASELINE)
    for rows in (slice(0, 3), slice(3, 4)):
        for columns in (slice(0, 4), slice(4, 6)):
            tile, whole = values[rows, columns], lost[rows, columns].sum()
            torch.testing.assert_close(tile.sum(), whole, rtol=1e-4, atol=1e-5)
            assert tile.std(correction=0) < 1e-6


def test_feature_ablation_asks_one_row_a_tile_and_one_more_and_tells_how_far_it_is() -> None:
    told: list[float] = []
    job = Job(lambda share, stage: told.append(share))
    ablated(linear, job, frames=1, bands=1)
    assert job.rows == 6 * 3 + 1
    assert told == sorted(told) and told[-1] == 1.0


def test_it_stops_when_it_is_asked_to() -> None:
    cancel = CancelToken()

    def asking(rows: Tensor) -> Tensor:
        cancel.set()
        return linear(rows)

    with pytest.raises(Cancelled):
        ablated(asking, Job(cancel=cancel))


def test_the_global_generators_are_put_back_after_a_failure_too() -> None:
    before = torch.get_rng_state(), np.random.get_state(legacy=False)["state"]["key"].copy()
    with pytest.raises(RuntimeError), drawing_from(3):
        torch.rand(3)
        np.random.random_sample(3)
        raise RuntimeError
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.array_equal(np.random.get_state(legacy=False)["state"]["key"], before[1])
