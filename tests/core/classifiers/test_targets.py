"""Which number of a decision is explained, for every relation and scale of scores."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from core.classifiers import ClassifierSpec
from core.classifiers.targets import Contrast, LogOdds, Score, Target, log_odds, usual_target
from core.errors import RequestError
from tests.fakes import CurvedClassifier
from tests.problems import one_score_spec

LOGITS = torch.tensor([[2.0, -1.0, 0.5], [0.0, 3.0, -4.0]])
EXCLUSIVE = CurvedClassifier().spec  # low, middle, high
INDEPENDENT = replace(EXCLUSIVE, relation="independent")


def by_probability(spec: ClassifierSpec) -> ClassifierSpec:
    return replace(spec, scale="probability")


def test_log_odds_are_those_of_the_softmax_probability() -> None:
    logits = torch.tensor([[2.0, -1.0, 0.5], [0.0, 0.0, 0.0]])
    p = torch.softmax(logits, dim=1)[:, 2]
    torch.testing.assert_close(log_odds(logits, 2), torch.log(p / (1 - p)))


def test_log_odds_do_not_saturate_where_the_probability_does() -> None:
    logits = torch.tensor([[200.0, 0.0, -5.0]], requires_grad=True)
    odds = log_odds(logits, 0)
    (gradient,) = torch.autograd.grad(odds.sum(), logits)
    assert odds.item() == pytest.approx(200.0, abs=0.01)
    assert gradient[0, 0].item() == 1.0


def test_log_odds_do_not_rise_when_every_class_rises() -> None:
    logits = torch.tensor([[1.0, 2.0, 3.0]])
    torch.testing.assert_close(log_odds(logits + 7.0, 1), log_odds(logits, 1))


@pytest.mark.parametrize("target", [LogOdds("high"), Contrast("high", "low")])
def test_logits_and_their_probabilities_have_the_same_number(target: Target) -> None:
    exclusive = target.of(LOGITS.softmax(dim=1), by_probability(EXCLUSIVE))
    torch.testing.assert_close(exclusive, target.of(LOGITS, EXCLUSIVE))
    independent = target.of(LOGITS.sigmoid(), by_probability(INDEPENDENT))
    torch.testing.assert_close(independent, target.of(LOGITS, INDEPENDENT))


def test_of_independent_classes_another_class_changes_nothing() -> None:
    other = LOGITS + torch.tensor([5.0, -5.0, 0.0])
    target = LogOdds("high")
    torch.testing.assert_close(target.of(other, INDEPENDENT), target.of(LOGITS, INDEPENDENT))
    assert not torch.allclose(target.of(other, EXCLUSIVE), target.of(LOGITS, EXCLUSIVE))


def test_a_contrast_is_blind_to_third_classes() -> None:
    target = Contrast("high", "low")
    other = LOGITS + torch.tensor([0.0, 7.0, 0.0])
    torch.testing.assert_close(target.of(other, EXCLUSIVE), target.of(LOGITS, EXCLUSIVE))
    torch.testing.assert_close(target.of(LOGITS, EXCLUSIVE), LOGITS[:, 2] - LOGITS[:, 0])


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_certain_probabilities_have_finite_numbers(p: float) -> None:
    scores = torch.tensor([[p, 1.0 - p, 0.0]])
    for target in (LogOdds("low"), Contrast("low", "middle")):
        for spec in (EXCLUSIVE, INDEPENDENT):
            assert target.of(scores, by_probability(spec)).isfinite().all()


def test_raw_scores_have_no_log_odds_but_differences_and_themselves() -> None:
    raw = replace(EXCLUSIVE, relation="none", scale="raw")
    with pytest.raises(RequestError, match="no probabilities and have no log-odds"):
        LogOdds("high").of(LOGITS, raw)
    torch.testing.assert_close(Score("high").of(LOGITS, raw), LOGITS[:, 2])
    torch.testing.assert_close(Contrast("high", "low").of(LOGITS, raw), LOGITS[:, 2] - LOGITS[:, 0])


def test_one_class_is_legal() -> None:
    spec = one_score_spec()
    assert usual_target("it", spec) == Score("it")
    assert usual_target("it", replace(spec, relation="independent", scale="logit")) == LogOdds("it")
    one = torch.tensor([[0.25]])
    odds = LogOdds("it").of(one, replace(spec, relation="independent", scale="probability"))
    torch.testing.assert_close(odds, torch.tensor([1 / 3]).log())


def test_a_class_that_is_not_there_or_is_the_same_is_refused() -> None:
    for target in (
        LogOdds("loud"),
        Score("loud"),
        Contrast("loud", "low"),
        Contrast("low", "loud"),
    ):
        with pytest.raises(RequestError, match="knows no class “loud”"):
            target.of(LOGITS, EXCLUSIVE)
    with pytest.raises(RequestError, match="cannot be told from itself"):
        Contrast("low", "low").of(LOGITS, EXCLUSIVE)


def test_targets_are_data() -> None:
    assert LogOdds("low") == LogOdds("low") != LogOdds("high")
    assert usual_target("low", EXCLUSIVE) == LogOdds("low")
    assert Contrast("low", "high").explained == "log-odds against “high”"
