from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.concepts.decomposition import decompose, reference_weights
from core.concepts.health import health_of
from core.concepts.solver import AT_ONCE, solve
from core.concepts.types import ConceptVocabulary, How
from core.errors import Cancelled, ModelError, RequestError
from core.job import CancelToken
from tests.cancelling import StopAfter
from tests.core.concepts.spaces import random_vocabulary, unit_rows

AXES = ConceptVocabulary("axes", "plane", ("east", "north", "up"), np.eye(3))


def sounds(count: int, dim: int = 24, seed: int = 1) -> np.ndarray:
    return unit_rows(np.random.default_rng(seed).standard_normal((count, dim)) + 0.3)


def test_on_orthogonal_words_each_weight_is_the_cosine_less_half_of_lambda() -> None:
    z = unit_rows(np.array([[3.0, 4.0, 0.0], [0.04, 1.0, -0.5]]))
    found = decompose(z, AXES, How(penalty=0.1))
    expected = np.maximum(z - 0.05, 0.0)
    np.testing.assert_allclose(found.weights, expected, atol=1e-6)
    assert found.l0.tolist() == [2, 1]
    assert found.concepts(0) == (
        ("north", pytest.approx(0.75, abs=1e-6)),
        ("east", pytest.approx(0.55, abs=1e-6)),
    )
    cosines = (expected * z).sum(axis=1) / np.linalg.norm(expected, axis=1)
    np.testing.assert_allclose(found.cosine, cosines, atol=1e-6)
    np.testing.assert_allclose(found.residual, np.linalg.norm(expected - z, axis=1), atol=1e-6)


@pytest.mark.parametrize("penalty", [0.05, 0.10, 0.15, 0.6])
@pytest.mark.parametrize(("count", "dim"), [(8, 24), (200, 24), (300, 64)])
def test_the_batched_solver_agrees_with_scikit_learn(count: int, dim: int, penalty: float) -> None:
    vectors, targets = random_vocabulary(count, dim).vectors, sounds(12, dim)
    ours = solve(vectors, targets, penalty)
    reference = np.stack([reference_weights(vectors, z, penalty) for z in targets])
    np.testing.assert_allclose(ours, reference, atol=1e-4)


def test_many_rows_are_solved_as_single_ones_are() -> None:
    vectors, targets = random_vocabulary(60).vectors, sounds(2 * AT_ONCE + 1)
    together = solve(vectors, targets, 0.1)
    for row in (0, AT_ONCE - 1, AT_ONCE, 2 * AT_ONCE):
        alone = solve(vectors, targets[row : row + 1], 0.1)[0]
        np.testing.assert_allclose(together[row], alone, atol=1e-6)


def test_what_is_done_is_told_where_the_work_was_asked_for_and_may_end_it() -> None:
    vectors, targets = random_vocabulary(20).vectors, sounds(2 * AT_ONCE + 1)
    done, threads = [], set()

    def told(count: int) -> None:
        done.append(count)
        threads.add(threading.get_ident())

    solve(vectors, targets, 0.1, None, told)
    assert (len(done), done[-1], threads) == (3, len(targets), {threading.get_ident()})
    assert done == sorted(done)

    def stop(count: int) -> None:
        done.append(count)
        raise Cancelled

    with pytest.raises(Cancelled):
        solve(vectors, targets, 0.1, None, stop)
    assert len(done) == 4


@given(seed=st.integers(0, 500), penalty=st.floats(0.01, 1.5), count=st.integers(1, 80))
def test_every_row_meets_the_conditions_of_a_minimum(seed: int, penalty: float, count: int) -> None:
    vectors, targets = random_vocabulary(count, 10, seed).vectors, sounds(5, 10, seed)
    weights = solve(vectors, targets, penalty).astype(np.float64)
    gradient = (weights @ vectors - targets) @ vectors.T + penalty / 2
    assert weights.min() >= 0
    assert gradient.min() > -1e-4
    assert np.abs(gradient[weights > 1e-6]).max(initial=0.0) < 1e-4


def test_words_that_mean_the_same_share_a_weight() -> None:
    twins = ConceptVocabulary("twins", "plane", ("car", "auto", "sea"), [[1, 0], [1, 0], [0, 1]])
    found = decompose(np.array([[1.0, 0.0]]), twins, How(penalty=0.1))
    assert found.weights.sum() == pytest.approx(0.95, abs=1e-4)


def test_at_most_n_concepts_are_the_heaviest_fitted_again() -> None:
    vocabulary, targets = random_vocabulary(100), sounds(6)
    all_of_them = decompose(targets, vocabulary, How())
    few = decompose(targets, vocabulary, How(at_most=3))
    assert few.l0.max() == 3 < all_of_them.l0.min()
    for row in range(len(targets)):
        heaviest = {concept.word for concept in all_of_them.concepts(row, 3)}
        assert {concept.word for concept in few.concepts(row)} <= heaviest
        kept = [vocabulary.index(word) for word in sorted(heaviest)]
        alone = reference_weights(vocabulary.vectors[kept], targets[row], 0.1)
        np.testing.assert_allclose(few.weights[row, kept], alone, atol=1e-4)


def test_centring_takes_both_means_off() -> None:
    vocabulary, targets, mean = random_vocabulary(40), sounds(3), np.full(24, 0.05, np.float32)
    centred = decompose(targets, vocabulary, How(centred=True), mean=mean)
    words = unit_rows(vocabulary.vectors - vocabulary.vectors.mean(axis=0))
    expected = solve(words, unit_rows(targets - mean), 0.1)
    np.testing.assert_allclose(centred.weights, expected, atol=1e-6)
    plain = decompose(targets, vocabulary, How())
    assert not np.allclose(centred.weights, plain.weights, atol=1e-2)


def test_where_no_word_is_near_enough_there_is_none() -> None:
    found = decompose(np.array([[-1.0, 0.0, 0.0]]), AXES, How())
    assert found.l0[0] == 0 and found.cosine[0] == 0 and found.residual[0] == 1
    assert found.concepts(0) == ()


def test_what_cannot_be_decomposed_is_refused_in_a_sentence() -> None:
    with pytest.raises(RequestError, match="NaN"):
        decompose(np.array([[np.nan, 0, 0]]), AXES, How())
    with pytest.raises(RequestError, match="3 dimensions"):
        decompose(np.zeros((1, 5)), AXES, How())
    with pytest.raises(RequestError, match="points nowhere"):
        decompose(np.zeros((1, 3)), AXES, How())
    with pytest.raises(RequestError, match="mean"):
        decompose(np.eye(3), AXES, How(centred=True))
    for penalty in (0.0, -1.0, float("nan"), 3.0):
        with pytest.raises(RequestError, match="λ"):
            How(penalty=penalty)
    with pytest.raises(RequestError, match="one or more"):
        How(at_most=0)


def test_a_collapsed_dictionary_is_refused_with_its_figure() -> None:
    rows = unit_rows(np.ones((5, 8)) + 0.01 * np.random.default_rng(0).standard_normal((5, 8)))
    collapsed = ConceptVocabulary("same", "plane", tuple("abcde"), rows)
    with pytest.raises(ModelError, match=r"cosine 1\.000"):
        decompose(rows, collapsed, How())


def test_a_cancelled_decomposition_stops() -> None:
    cancel = CancelToken()
    cancel.set()
    with pytest.raises(Cancelled):
        decompose(sounds(3), random_vocabulary(5), How(), cancel=cancel)


def test_a_decomposition_into_few_words_can_be_cancelled_while_these_are_weighed_again() -> None:
    cancel = CancelToken()

    def report(share: float, stage: str) -> None:
        if share == 1.0:
            cancel.set()

    with pytest.raises(Cancelled):
        decompose(sounds(3), random_vocabulary(40), How(at_most=1), report=report, cancel=cancel)


def test_comparing_the_words_of_a_vocabulary_can_be_cancelled() -> None:
    cancel = StopAfter(1)
    with pytest.raises(Cancelled):
        health_of(random_vocabulary(1_203), cancel)
    assert cancel.looks == 2
