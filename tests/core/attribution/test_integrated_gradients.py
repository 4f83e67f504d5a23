from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from core.attribution import Relevance
from core.attribution import integrated_gradients as family
from core.attribution.problem import ROWS_AT_ONCE, Job
from core.classifiers.targets import log_odds
from core.options import complete
from tests.fakes import CurvedClassifier, LinearClassifier
from tests.problems import Function, problem_of

USUAL = complete(family.SPEC.options, {}, "it")
MOST_STEPS, GAP = USUAL["steps"], USUAL["gap"]
GENERATOR = torch.Generator().manual_seed(0)
CODE, FILL = torch.randn(2, 16, 12, generator=GENERATOR)


def integrated_gradients(
    function: Function, code: Tensor, fill: Tensor, **options: float
) -> Relevance:
    return family.integrated_gradients(problem_of(function, code, fill), USUAL | options, Job())


def path_integral(function: Function, code: Tensor, fill: Tensor, steps: int) -> Tensor:
    return family.path_integral(problem_of(function, code, fill), steps, Job())


def curved(latents: Tensor) -> Tensor:
    return log_odds(CurvedClassifier().logits(latents), 2)


def test_of_a_linear_model_it_is_weight_times_difference() -> None:
    weight = torch.randn(16, 12, generator=torch.Generator().manual_seed(1))
    model = LinearClassifier(weight, bias=3.0)
    found = integrated_gradients(lambda z: log_odds(model.logits(z), 1), CODE, FILL)
    torch.testing.assert_close(found.values, weight * (CODE - FILL), rtol=1e-5, atol=1e-6)
    assert found.steps == 8


@pytest.mark.parametrize("steps", [8, 64])
def test_it_agrees_with_captum(steps: int) -> None:
    from captum.attr import IntegratedGradients

    theirs = IntegratedGradients(curved).attribute(
        CODE[None],
        FILL[None],
        n_steps=steps,
        method="gausslegendre",
        internal_batch_size=ROWS_AT_ONCE,
    )[0]
    ours = path_integral(curved, CODE, FILL, steps)
    torch.testing.assert_close(ours, theirs.float(), rtol=1e-4, atol=1e-6)


def test_eight_points_integrate_a_polynomial_of_degree_sixteen_exactly() -> None:
    # Gauss–Legendre with n points is exact for gradients up to degree 2n − 1.
    ones, zeros = torch.ones(1, 1), torch.zeros(1, 1)
    found = path_integral(lambda z: (z**16).sum(dim=(1, 2)), ones, zeros, 8)
    assert found.item() == pytest.approx(1.0, abs=1e-5)


class Step:
    """A steep rise half-way: tanh(slope · (mean − ½)); counts rows and the largest batch."""

    def __init__(self, slope: float) -> None:
        self.slope, self.rows, self.largest = slope, 0, 0

    def __call__(self, latents: Tensor) -> Tensor:
        self.rows += len(latents)
        self.largest = max(self.largest, len(latents))
        return torch.tanh(self.slope * (latents.mean(dim=(1, 2)) - 0.5))


def _gap(values: Tensor, forward: Step, code: Tensor, fill: Tensor) -> float:
    at_code, at_fill = forward(torch.stack([code, fill])).tolist()
    return abs(values.sum().item() - (at_code - at_fill)) / abs(at_code - at_fill)


def test_steps_double_only_until_the_gap_is_small_enough() -> None:
    code, fill = torch.ones(3, 4), torch.zeros(3, 4)
    forward = Step(slope=30.0)
    found = integrated_gradients(forward, code, fill)
    assert found.steps in (16, 32, 64)
    assert forward.rows == 2 + 2 * found.steps - 8  # both ends, then 8 + 16 + … + steps
    assert _gap(found.values, forward, code, fill) <= GAP
    assert _gap(path_integral(forward, code, fill, found.steps // 2), forward, code, fill) > GAP


def test_it_gives_up_at_the_most_steps() -> None:
    found = integrated_gradients(Step(slope=1e5), torch.ones(3, 4), torch.zeros(3, 4))
    assert found.steps == MOST_STEPS


def test_the_options_bound_the_steps_and_say_which_gap_will_do() -> None:
    ends = torch.ones(3, 4), torch.zeros(3, 4)
    assert integrated_gradients(Step(slope=1e5), *ends, steps=64).steps == 64
    assert integrated_gradients(Step(slope=1e5), *ends, steps=100).steps == 64
    assert integrated_gradients(Step(slope=30.0), *ends, gap=1.0).steps == 8


def test_no_forward_call_sees_more_rows_than_a_chunk() -> None:
    forward = Step(slope=1e5)
    integrated_gradients(forward, torch.ones(3, 4), torch.zeros(3, 4))
    assert forward.largest == ROWS_AT_ONCE


def test_a_code_equal_to_its_fill_has_no_relevance_and_takes_no_extra_steps() -> None:
    found = integrated_gradients(curved, CODE, CODE.clone())
    assert found.steps == 8
    assert not found.values.any()


def test_it_explains_where_plain_gradients_are_saturated() -> None:
    forward = Step(slope=30.0)
    found = integrated_gradients(forward, torch.ones(1, 2), torch.zeros(1, 2))
    np.testing.assert_allclose(found.values.numpy(), [[1.0, 1.0]], rtol=GAP)
