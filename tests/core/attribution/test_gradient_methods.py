from __future__ import annotations

import pytest
import torch
from torch import Tensor

from core.attribution.input_x_gradient import input_x_gradient
from core.attribution.problem import Job, gradient
from core.attribution.random import random_relevance
from core.attribution.saliency import saliency
from core.attribution.smoothgrad import SPEC, smoothgrad
from core.classifiers.targets import log_odds
from core.options import complete
from tests.fakes import CurvedClassifier, LinearClassifier
from tests.problems import Function, problem_of

USUAL = complete(SPEC.options, {}, "smoothgrad")
SAMPLES, NOISE = USUAL["samples"], USUAL["noise"]
CODE, FILL, WEIGHT = torch.randn(3, 16, 12, generator=torch.Generator().manual_seed(0))


def linear(latents: Tensor) -> Tensor:
    return log_odds(LinearClassifier(WEIGHT).logits(latents), 1)


def curved(latents: Tensor) -> Tensor:
    return log_odds(CurvedClassifier().logits(latents), 2)


def forbidden(latents: Tensor) -> Tensor:
    raise RuntimeError("asked the classifier")


def found(method, function: Function, latents: Tensor = CODE, seed: int = 0) -> Tensor:  # type: ignore[no-untyped-def]
    problem = problem_of(function, latents, torch.zeros_like(latents), seed=seed)
    return method(problem, USUAL, Job()).values


def slope(function: Function, rows: Tensor) -> Tensor:
    return gradient(problem_of(function, CODE, FILL), rows, Job())


def test_of_a_linear_model_saliency_is_the_size_of_the_weight() -> None:
    torch.testing.assert_close(found(saliency, linear), WEIGHT.abs())


def test_of_a_linear_model_input_x_gradient_is_code_times_weight_whatever_the_fill() -> None:
    torch.testing.assert_close(found(input_x_gradient, linear), CODE * WEIGHT)


def test_of_a_linear_model_smoothgrad_is_the_weight_with_its_sign() -> None:
    torch.testing.assert_close(found(smoothgrad, linear), WEIGHT)


def test_saliency_and_input_x_gradient_agree_with_captum() -> None:
    from captum.attr import InputXGradient, Saliency

    for ours, theirs in ((saliency, Saliency), (input_x_gradient, InputXGradient)):
        expected = theirs(curved).attribute(CODE[None].requires_grad_())[0]
        torch.testing.assert_close(found(ours, curved), expected.detach())


def test_the_gradient_is_taken_where_the_caller_switched_gradients_off() -> None:
    with torch.no_grad():
        each = slope(linear, CODE[None])
    torch.testing.assert_close(each[0], WEIGHT)


def test_the_gradient_leaves_its_input_without_one() -> None:
    rows = torch.stack([CODE, FILL])
    slope(curved, rows)
    assert not rows.requires_grad and rows.grad is None


def test_each_row_has_its_own_gradient() -> None:
    both = slope(curved, torch.stack([CODE, FILL]))
    torch.testing.assert_close(both[1], slope(curved, FILL[None])[0])


def test_smoothgrad_looks_at_noise_of_the_stated_spread_around_the_code() -> None:
    seen: list[Tensor] = []

    def spy(latents: Tensor) -> Tensor:
        seen.append(latents.detach())
        return linear(latents)

    found(smoothgrad, spy)
    (rows,) = seen
    noise = rows - CODE
    assert len(rows) == SAMPLES == 16
    assert noise.std().item() == pytest.approx(NOISE * (CODE.max() - CODE.min()).item(), rel=0.03)
    assert abs(noise.mean().item()) < 0.02
    assert len({row.sum().item() for row in noise}) == SAMPLES  # each sample has its own noise


def test_smoothgrad_is_the_mean_gradient_over_those_copies() -> None:
    # f = Σ z³: the mean gradient is 3 (z² + σ²) in expectation, above the plain 3 z².
    flat = torch.linspace(-1.0, 1.0, 4000).reshape(40, 100)
    mean = found(smoothgrad, lambda z: (z**3).sum(dim=(1, 2)), flat)
    lift = (mean - 3 * flat**2).mean().item()
    assert lift == pytest.approx(3 * (NOISE * 2.0) ** 2, rel=0.05)


@pytest.mark.parametrize("method", [smoothgrad, random_relevance])
def test_the_seed_decides(method) -> None:  # type: ignore[no-untyped-def]
    first, same, other = (found(method, curved, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_random_is_uniform_and_never_asks_the_classifier() -> None:
    values = found(random_relevance, forbidden, torch.zeros(100, 100))
    assert values.shape == (100, 100)
    assert -1.0 <= values.min() < -0.99 and 0.99 < values.max() <= 1.0
    assert abs(values.mean().item()) < 0.02
    assert values.var().item() == pytest.approx(1 / 3, rel=0.03)
