"""What every attribution method, present and future, has to keep."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.attribute import attribute
from core.attribution import ATTRIBUTORS
from core.classifiers.targets import LogOdds
from core.types import Attribution
from tests.fakes import CurvedClassifier, LinearClassifier

IDS = [spec.id for spec in ATTRIBUTORS.specs()]
SHAPE = (16, 12)
CODE, FILL = np.random.default_rng(0).standard_normal((2, *SHAPE)).astype(np.float32)
WEIGHT = torch.linspace(-1.0, 1.0, 16)[:, None]
Head = LinearClassifier | CurvedClassifier
CLASSIFIERS: list[Head] = [LinearClassifier(WEIGHT), CurvedClassifier()]

pytestmark = pytest.mark.parametrize("method", IDS)
with_each_classifier = pytest.mark.parametrize(
    "classifier", CLASSIFIERS, ids=lambda c: type(c).__name__
)


def run(method: str, classifier: Head, seed: int = 0) -> Attribution:
    target = LogOdds(classifier.spec.labels[1])
    return attribute(method, classifier, CODE, FILL, target, seed=seed)


def test_it_states_what_it_is(method: str) -> None:
    spec = ATTRIBUTORS.spec(method)
    assert spec.label and spec.reference


@with_each_classifier
def test_values_are_finite_and_shaped_as_the_code(method: str, classifier: Head) -> None:
    result = run(method, classifier)
    assert result.values.shape == SHAPE and result.values.dtype == np.float32
    assert np.isfinite(result.values).all() and result.values.any()
    assert not result.values.flags.writeable
    assert result.method == method


@with_each_classifier
def test_same_arguments_same_values(method: str, classifier: Head) -> None:
    assert np.array_equal(run(method, classifier).values, run(method, classifier).values)


def test_the_global_random_state_is_left_alone(method: str) -> None:
    torch_state, numpy_state = (
        torch.get_rng_state(),
        np.random.get_state(legacy=False)["state"]["key"].copy(),
    )
    run(method, CLASSIFIERS[1])
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert np.array_equal(np.random.get_state(legacy=False)["state"]["key"], numpy_state)


@with_each_classifier
def test_inputs_and_parameters_stay_as_they_were(method: str, classifier: Head) -> None:
    code, fill = CODE.copy(), FILL.copy()
    weights = [parameter.detach().clone() for parameter in classifier.parameters()]
    run(method, classifier)
    assert np.array_equal(CODE, code) and np.array_equal(FILL, fill)
    for parameter, weight in zip(classifier.parameters(), weights, strict=True):
        assert torch.equal(parameter, weight)
        assert parameter.requires_grad and parameter.grad is None


def test_frozen_parameters_stay_frozen(method: str) -> None:
    classifier = CurvedClassifier().requires_grad_(False)
    assert np.array_equal(run(method, classifier).values, run(method, CLASSIFIERS[1]).values)
    assert not any(parameter.requires_grad for parameter in classifier.parameters())


@pytest.mark.parametrize("off", [torch.no_grad, torch.inference_mode])
def test_it_works_where_the_caller_switched_gradients_off(method: str, off: type) -> None:
    with off():
        result = run(method, CLASSIFIERS[1])
    assert np.array_equal(result.values, run(method, CLASSIFIERS[1]).values)


def test_its_signs_are_as_stated(method: str) -> None:
    negative = (run(method, CLASSIFIERS[1]).values < 0).any()
    assert bool(negative) is ATTRIBUTORS.spec(method).signed


def test_the_gap_is_reported_where_completeness_is_promised_and_kept(method: str) -> None:
    gap, spec = run(method, CLASSIFIERS[1]).completeness_gap, ATTRIBUTORS.spec(method)
    if spec.complete:  # a quick method may miss it, and says by how much
        assert gap is not None and (gap <= 0.02 or spec.quick)
    else:
        assert gap is None


def test_it_says_whether_it_needs_gradients(method: str) -> None:
    class BlackBox(CurvedClassifier):
        def logits(self, latents: torch.Tensor) -> torch.Tensor:
            return super().logits(latents.detach()).detach()

    if ATTRIBUTORS.spec(method).gradients:
        with pytest.raises(RuntimeError, match="does not require grad"):
            run(method, BlackBox())
    else:
        assert np.array_equal(run(method, BlackBox()).values, run(method, CLASSIFIERS[1]).values)


def test_its_options_have_words_and_their_defaults_are_allowed(method: str) -> None:
    for option in ATTRIBUTORS.spec(method).options:
        assert option.help
        assert option.checked(option.default) == option.default
