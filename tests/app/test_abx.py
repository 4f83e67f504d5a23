from __future__ import annotations

import random

import pytest

from app.abx import AbxScore, AbxSound, AbxTest, guessing_probability
from core.types import Variant


@pytest.mark.parametrize(
    ("correct", "trials", "p_value"),
    [
        (0, 0, 1.0),
        (0, 7, 1.0),
        (1, 1, 0.5),
        (3, 3, 0.125),
        (9, 10, 11 / 1024),
        (12, 16, 2517 / 65536),  # 1820 + 560 + 120 + 16 + 1
        (5, 10, 638 / 1024),
    ],
)
def test_the_p_value_is_that_of_a_fair_coin(correct, trials, p_value):
    assert guessing_probability(correct, trials) == p_value
    assert AbxScore(correct, trials).p_value == p_value


def test_many_trials_neither_overflow_nor_lose_the_tail():
    assert guessing_probability(2000, 2000) == 0.5**1000 * 0.5**1000 == 0.0
    assert guessing_probability(1000, 1000) == 0.5**1000 > 0.0
    assert 0.5 < guessing_probability(1000, 2000) < 0.51


@pytest.mark.parametrize(("correct", "trials"), [(-1, 3), (4, 3)])
def test_an_impossible_count_is_refused(correct, trials):
    with pytest.raises(ValueError, match="cannot be right"):
        guessing_probability(correct, trials)


def test_x_is_always_one_of_the_two_and_both_occur():
    test = AbxTest(Variant.ORIGINAL, Variant.EXPLANATION, random.Random(1))
    heard = []
    for _ in range(40):
        heard.append(test.variant(AbxSound.X))
        test.answer(AbxSound.A)
    assert set(heard) == {Variant.ORIGINAL, Variant.EXPLANATION}
    assert test.variant(AbxSound.A) is Variant.ORIGINAL
    assert test.variant(AbxSound.B) is Variant.EXPLANATION


def test_x_stays_the_same_until_it_is_answered():
    test = AbxTest(Variant.ORIGINAL, Variant.REMOVED, random.Random(2))
    assert len({test.variant(AbxSound.X) for _ in range(50)}) == 1


def test_a_listener_who_hears_the_difference_is_always_right_and_the_other_never():
    test = AbxTest(Variant.ORIGINAL, Variant.REMOVED, random.Random(3))
    for trial in range(12):
        is_a = test.variant(AbxSound.X) is Variant.ORIGINAL
        right = trial < 8
        answer = AbxSound.A if is_a == right else AbxSound.B
        assert test.answer(answer) is right
    assert test.score == AbxScore(correct=8, trials=12)
