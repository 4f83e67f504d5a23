from __future__ import annotations

import pytest
import torch
from torch import Tensor

from core.attribute import log_odds
from core.attribution._gradient import input_gradient
from core.attribution.input_x_gradient import input_x_gradient
from core.attribution.random import random_relevance
from core.attribution.saliency import saliency
from core.attribution.smoothgrad import NOISE, SAMPLES, smoothgrad
from tests.fakes import CurvedClassifier, LinearClassifier

CODE, FILL, WEIGHT = torch.randn(3, 16, 12, generator=torch.Generator().manual_seed(0))


def linear(latents: Tensor) -> Tensor:
    return log_odds(LinearClassifier(WEIGHT).logits(latents), 1)


def curved(latents: Tensor) -> Tensor:
    return log_odds(CurvedClassifier().logits(latents), 2)


def forbidden(latents: Tensor) -> Tensor:
    raise RuntimeError("asked the classifier")


def test_of_a_linear_model_saliency_is_the_size_of_the_weight() -> None:
    torch.testing.assert_close(saliency(linear, CODE, FILL, 0).values, WEIGHT.abs())


def test_of_a_linear_model_input_x_gradient_is_code_times_weight_whatever_the_fill() -> None:
    torch.testing.assert_close(input_x_gradient(linear, CODE, FILL, 0).values, CODE * WEIGHT)


def test_of_a_linear_model_smoothgrad_is_the_weight_with_its_sign() -> None:
    torch.testing.assert_close(smoothgrad(linear, CODE, FILL, 0).values, WEIGHT)


def test_saliency_and_input_x_gradient_agree_with_captum() -> None:
    from captum.attr import InputXGradient, Saliency

    for ours, theirs in ((saliency, Saliency), (input_x_gradient, InputXGradient)):
        expected = theirs(curved).attribute(CODE[None].requires_grad_())[0]
        torch.testing.assert_close(ours(curved, CODE, FILL, 0).values, expected.detach())


def test_the_gradient_is_taken_where_the_caller_switched_gradients_off() -> None:
    with torch.no_grad():
        gradient = input_gradient(linear, CODE[None])
    torch.testing.assert_close(gradient[0], WEIGHT)


def test_the_gradient_leaves_its_input_without_one() -> None:
    rows = torch.stack([CODE, FILL])
    input_gradient(curved, rows)
    assert not rows.requires_grad and rows.grad is None


def test_each_row_has_its_own_gradient() -> None:
    both = input_gradient(curved, torch.stack([CODE, FILL]))
    torch.testing.assert_close(both[1], input_gradient(curved, FILL[None])[0])


def test_smoothgrad_looks_at_noise_of_the_stated_spread_around_the_code() -> None:
    seen: list[Tensor] = []

    def spy(latents: Tensor) -> Tensor:
        seen.append(latents.detach())
        return linear(latents)

    smoothgrad(spy, CODE, FILL, 0)
    (rows,) = seen
    noise = rows - CODE
    assert len(rows) == SAMPLES == 16
    assert noise.std().item() == pytest.approx(NOISE * (CODE.max() - CODE.min()).item(), rel=0.03)
    assert abs(noise.mean().item()) < 0.02
    assert len({row.sum().item() for row in noise}) == SAMPLES  # each sample has its own noise


def test_smoothgrad_is_the_mean_gradient_over_those_copies() -> None:
    # f = Σ z³: the mean gradient is 3 (z² + σ²) in expectation, above the plain 3 z².
    flat = torch.linspace(-1.0, 1.0, 4000).reshape(40, 100)
    found = smoothgrad(lambda z: (z**3).sum(dim=(1, 2)), flat, flat, 0).values
    lift = (found - 3 * flat**2).mean().item()
    assert lift == pytest.approx(3 * (NOISE * 2.0) ** 2, rel=0.05)


@pytest.mark.parametrize("method", [smoothgrad, random_relevance])
def test_the_seed_decides(method) -> None:  # type: ignore[no-untyped-def]
    first, same, other = (method(curved, CODE, FILL, seed).values for seed in (1, 1, 2))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_random_is_uniform_and_never_asks_the_classifier() -> None:
    values = random_relevance(forbidden, torch.zeros(100, 100), torch.zeros(100, 100), 0).values
    assert values.shape == (100, 100)
    assert -1.0 <= values.min() < -0.99 and 0.99 < values.max() <= 1.0
    assert abs(values.mean().item()) < 0.02
    assert values.var().item() == pytest.approx(1 / 3, rel=0.03)
