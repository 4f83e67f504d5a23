from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import fidelity
from core.errors import RequestError
from core.masking import keep, most_relevant, random_mask, remove

P = [0.8, 0.5, 0.4, 0.2]  # full clip
O = [0.9, 0.25, 0.4, 0.6]  # noqa: E741 – the field's letter: explanation only
Q = [0.1, 0.5, 0.5, 0.0]  # explanation removed


def test_faithfulness_is_the_mean_fall_on_removal() -> None:
    assert fidelity.faithfulness(P, Q) == pytest.approx((0.7 + 0.0 - 0.1 + 0.2) / 4)


def test_average_increase_counts_only_strict_rises() -> None:
    assert fidelity.average_increase(P, O) == pytest.approx(50.0)


def test_an_increase_is_one_in_log_odds_by_more_than_rounding() -> None:
    assert fidelity.average_increase([0.5], [0.5024]) == 0.0
    assert fidelity.average_increase([0.5], [0.5026]) == 100.0
    assert fidelity.average_increase([1 - 1e-9], [1 - 1e-10]) == 100.0
    assert fidelity.average_increase([1 - 1e-9], [1 - 0.995e-9]) == 0.0
    assert fidelity.average_increase([1.0, 0.0], [1.0, 0.0]) == 0.0


def test_average_drop_is_relative_to_the_full_clip() -> None:
    assert fidelity.average_drop(P, O) == pytest.approx(100 * 0.5 / 4)


def test_average_gain_is_relative_to_what_was_left_to_gain() -> None:
    assert fidelity.average_gain(P, O) == pytest.approx(100 * (0.1 / 0.2 + 0.4 / 0.8) / 4)


def test_a_target_of_probability_nought_can_lose_nothing() -> None:
    assert fidelity.average_drop([0.0, 0.5], [0.0, 0.0]) == pytest.approx(50.0)


def test_a_target_of_probability_one_can_gain_nothing() -> None:
    assert fidelity.average_gain([1.0, 0.5], [1.0, 1.0]) == pytest.approx(50.0)


def test_no_softmax_is_applied_to_probabilities() -> None:
    # A much-used recipe applies softmax twice in AD, which shrinks this drop from 90 % to 54 %.
    assert fidelity.average_drop([1.0], [0.1]) == pytest.approx(90.0)


FULL = [[0.1, 0.7, 0.2], [0.1, 0.2, 0.7], [0.6, 0.3, 0.1]]
OTHER = [[0.2, 0.5, 0.3], [0.2, 0.3, 0.5], [0.3, 0.4, 0.3]]  # classes 1 2 1 for 1 2 0


def test_input_fidelity_compares_with_each_clips_own_class_not_with_class_nought() -> None:
    assert fidelity.input_fidelity(FULL, OTHER) == pytest.approx(2 / 3)


def test_output_fidelity_is_the_share_of_changed_classes() -> None:
    assert fidelity.output_fidelity(FULL, OTHER) == pytest.approx(1 / 3)


def test_curve_areas_are_trapezoids_over_the_share() -> None:
    shares = [0.0, 0.1, 1.0]
    assert fidelity.deletion_auc(shares, [1.0, 0.2, 0.0]) == pytest.approx(0.06 + 0.09)
    assert fidelity.insertion_auc(shares, [[1.0] * 3, [0.0] * 3]) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "shares", [[0.0, 0.5, 0.9], [0.1, 0.5, 1.0], [0.0, 0.0, 1.0], [1.0, 0.5, 0.0]]
)
def test_a_curve_that_does_not_rise_from_nought_to_one_is_refused(shares: list[float]) -> None:
    with pytest.raises(RequestError, match="rise from 0 to 1"):
        fidelity.deletion_auc(shares, [0.5, 0.5, 0.5])


def test_comprehensiveness_and_sufficiency_are_means_over_shares() -> None:
    p, others = [0.9, 0.5], [[0.4, 0.1], [0.5, 0.3]]
    expected = (0.5 + 0.8 + 0.0 + 0.2) / 4
    assert fidelity.comprehensiveness(p, others) == pytest.approx(expected)
    assert fidelity.sufficiency(p, others) == pytest.approx(expected)


def test_gini_of_known_maps() -> None:
    assert fidelity.gini(np.full((3, 4), -2.0)) == pytest.approx(0.0)
    assert fidelity.gini([0.0, 0.0, 0.0, -5.0]) == pytest.approx(0.75)  # 1 − 1/n
    assert fidelity.gini([1.0, 3.0]) == pytest.approx(0.25)
    assert fidelity.gini(np.zeros(5)) == 0.0


def test_complexity_of_known_maps() -> None:
    assert fidelity.complexity(np.full((3, 4), -2.0)) == pytest.approx(np.log(12))
    assert fidelity.complexity([0.0, 7.0, 0.0]) == 0.0
    assert fidelity.complexity([1.0, -3.0]) == pytest.approx(
        -(0.25 * np.log(0.25) + 0.75 * np.log(0.75))
    )
    assert fidelity.complexity(np.zeros(5)) == pytest.approx(np.log(5))


def test_normalised_complexity_does_not_depend_on_the_maps_size() -> None:
    assert fidelity.normalised_complexity(np.ones(7)) == pytest.approx(1.0)
    assert fidelity.normalised_complexity(np.ones((20, 30))) == pytest.approx(1.0)
    assert fidelity.normalised_complexity([4.0]) == 0.0


def test_completeness_gap_is_relative_to_the_difference_of_both_ends() -> None:
    assert fidelity.completeness_gap([[1.0, 2.0]], at_code=5.0, at_fill=2.0) == 0.0
    assert fidelity.completeness_gap([[1.0, 1.7]], at_code=5.0, at_fill=2.0) == pytest.approx(0.1)
    assert fidelity.completeness_gap([-2.0], at_code=-1.0, at_fill=3.0) == pytest.approx(0.5)


def test_completeness_gap_is_finite_where_both_ends_are_equal() -> None:
    assert fidelity.completeness_gap(np.zeros((2, 2)), 1.5, 1.5) == 0.0
    assert 1.0 < fidelity.completeness_gap(np.ones((2, 2)), 1.5, 1.5) < np.inf


PAIRS: list[Callable[..., float]] = [
    fidelity.faithfulness,
    fidelity.average_increase,
    fidelity.average_drop,
    fidelity.average_gain,
]


@pytest.mark.parametrize("measure", PAIRS)
def test_bad_probabilities_are_refused(measure: Callable[..., float]) -> None:
    with pytest.raises(RequestError, match="at least one clip"):
        measure([], [])
    with pytest.raises(RequestError, match="same clips"):
        measure([0.5, 0.5], [0.5])
    for wrong in (3.2, -0.5, float("nan")):
        with pytest.raises(RequestError, match="logits or hold NaN"):
            measure([0.5, 0.5], [0.5, wrong])


@pytest.mark.parametrize("measure", [fidelity.input_fidelity, fidelity.output_fidelity])
def test_classes_cannot_be_compared_from_one_probability_a_clip(
    measure: Callable[..., float],
) -> None:
    with pytest.raises(RequestError, match=r"\(N, K\)"):
        measure([0.5, 0.6], [0.5, 0.6])
    with pytest.raises(RequestError, match="at least one clip"):
        measure(np.empty((0, 3)), np.empty((0, 3)))


@pytest.mark.parametrize("measure", [fidelity.comprehensiveness, fidelity.sufficiency])
def test_a_fall_over_shares_needs_one_row_of_shares_a_clip(measure: Callable[..., float]) -> None:
    with pytest.raises(RequestError, match=r"\(N, S\)"):
        measure([0.5, 0.5], [[0.1, 0.2, 0.3]])
    with pytest.raises(RequestError, match="at least one clip"):
        measure([], np.empty((0, 2)))


def test_an_area_needs_a_probability_for_each_share() -> None:
    with pytest.raises(RequestError, match="one probability for each share"):
        fidelity.insertion_auc([0.0, 1.0], [0.1, 0.2, 0.3])


@pytest.mark.parametrize(
    "measure", [fidelity.gini, fidelity.complexity, fidelity.normalised_complexity]
)
def test_an_attribution_without_cells_is_refused(measure: Callable[..., float]) -> None:
    with pytest.raises(RequestError, match="without cells"):
        measure(np.empty((0, 4)))


def test_rounding_of_a_float32_softmax_is_no_error() -> None:
    assert fidelity.average_gain([np.float32(1.0000002)], [1.0]) == 0.0


probabilities = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=20).map(
    lambda pairs: tuple(np.array(pairs).T)
)


@given(probabilities)
def test_percentages_stay_percentages(pair: tuple[np.ndarray, np.ndarray]) -> None:
    p, o = pair
    for measure in (fidelity.average_increase, fidelity.average_drop, fidelity.average_gain):
        assert 0.0 <= measure(p, o) <= 100.0 + 1e-9
    assert -1.0 <= fidelity.faithfulness(p, o) <= 1.0


def test_on_a_linear_model_relevance_beats_random_and_evaluation_damages_nothing() -> None:
    # The whole of the evaluation on one code, several settings on the same latents: the published
    # script overwrites them on the way, and its upward sort would lose to the random masks.
    rng = np.random.default_rng(0)
    weight, code = rng.standard_normal((2, 12, 10)).astype(np.float32)
    fill = np.zeros_like(code)
    relevance = weight * code
    before = code.copy()

    def p(latents: np.ndarray) -> float:
        return float(1.0 / (1.0 + np.exp(-0.3 * (weight * latents).sum())))

    shares = np.linspace(0.0, 1.0, 11)
    ranked = [most_relevant(relevance, share) for share in shares]
    drawn = [random_mask(code.shape, share, seed=1) for share in shares]
    deletion, chance = (
        fidelity.deletion_auc(shares, [p(remove(code, fill, mask)) for mask in masks])
        for masks in (ranked, drawn)
    )
    assert deletion < chance
    insertion, chance = (
        fidelity.insertion_auc(shares, [p(keep(code, fill, mask)) for mask in masks])
        for masks in (ranked, drawn)
    )
    assert insertion > chance
    assert np.array_equal(code, before)
