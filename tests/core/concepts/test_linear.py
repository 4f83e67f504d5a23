from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from core.concepts.linear import STRENGTHS, fit_linear, folds_of
from core.errors import Cancelled
from tests.cancelling import StopAfter


def clouds(
    count: int, classes: int, apart: float, dim: int = 6, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    wanted = np.arange(count) % classes
    centres = np.random.default_rng(9).standard_normal((classes, dim))
    rows = apart * centres[wanted] + generator.standard_normal((count, dim))
    return rows.astype(np.float32), wanted


@pytest.mark.parametrize("strength", [0.01, 1.0, 100.0])
def test_it_is_the_minimum_that_scikit_learn_finds(
    strength: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.concepts.linear.STRENGTHS", (strength,))
    features, wanted = clouds(90, 3, 1.0)
    found = fit_linear(features, wanted, 3)
    spread = np.sqrt(np.square(features - features.mean(axis=0)).sum(axis=1).mean())
    theirs = LogisticRegression(C=strength, tol=1e-8, max_iter=9_999).fit(features / spread, wanted)
    np.testing.assert_allclose(found.weights * spread, theirs.coef_, atol=2e-3 * strength + 2e-4)
    odds = np.exp(found.scores(features))
    probabilities = odds / odds.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(probabilities, theirs.predict_proba(features / spread), atol=2e-3)


def test_two_classes_are_told_apart() -> None:
    features, wanted = clouds(60, 2, 2.0)
    found = fit_linear(features, wanted, 2)
    assert found.weights.shape == (2, 6)
    assert (found.scores(features).argmax(axis=1) == wanted).mean() > 0.9


def test_the_strength_is_the_one_that_foretells_held_out_clips_best() -> None:
    features, wanted = clouds(60, 3, 0.5, dim=50)  # few clips, much noise: strong ones overfit
    found = fit_linear(features, wanted, 3)
    others, asked = clouds(3_000, 3, 0.5, dim=50, seed=1)
    right = (found.scores(others).argmax(axis=1) == asked).mean()
    assert found.strength < STRENGTHS[-1]
    assert found.foreseen == pytest.approx(right, abs=0.15) and right < 1


def test_the_least_of_equal_strengths_is_taken() -> None:
    features, wanted = clouds(60, 3, 50.0)
    found = fit_linear(features, wanted, 3)
    assert (found.strength, found.foreseen) == (STRENGTHS[0], 1.0)


def test_fitting_stops_within_one_strength_when_asked() -> None:
    features, wanted = clouds(60, 3, 1.0)
    cancel = StopAfter(20)
    with pytest.raises(Cancelled):
        fit_linear(features, wanted, 3, cancel=cancel)
    assert cancel.looks == 21


def test_folds_keep_together_what_belongs_together() -> None:
    groups = ["ann"] * 7 + ["ben"] * 3 + ["cleo"] * 2 + [f"{k}" for k in range(8)]
    folds = folds_of(groups)
    assert set(folds) == set(range(5))
    for group in set(groups):
        assert len({fold for fold, of in zip(folds, groups, strict=True) if of == group}) == 1
    assert sorted(folds_of(["a", "b", "c"])) == [0, 1, 2]
    assert set(folds_of(["same"] * 6)) == set(range(5))  # else there would be nothing to foretell


def test_a_voice_that_gives_the_answer_away_does_not_choose_the_strength() -> None:
    generator = np.random.default_rng(0)
    speakers = np.repeat(np.arange(10), 6)
    wanted = speakers % 2  # each speaker says one of the two: the voice tells all, of these ten
    voices = generator.standard_normal((10, 40)) * 3
    features = (voices[speakers] + generator.standard_normal((60, 40))).astype(np.float32)
    features[:, 0] += 0.5 * wanted
    apart, together = fit_linear(features, wanted, 2), fit_linear(features, wanted, 2, speakers)
    assert apart.foreseen == 1.0
    assert together.foreseen < 0.8
