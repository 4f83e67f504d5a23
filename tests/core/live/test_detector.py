"""The classes are a, b and a background; a window is 1 s and decisions come every 0.1 s."""

from dataclasses import replace

import numpy as np
import pytest

from core.errors import RequestError
from core.live.detector import Detector, DetectorSettings

A, B, BACKGROUND = 0, 1, 2
HOP = 0.1


def detector(alone=lambda middle: True, **settings) -> Detector:
    chosen = {"average": 1, "shortest": 0.1, **settings}
    return Detector(DetectorSettings(**chosen), frozenset({BACKGROUND}), 1.0, alone)


def fed(heard: Detector, rows, hop=HOP, ended=True):
    """Each row: (index, probability, times). → what is told, in order."""
    told, end = [], 1.0
    for index, probability, times in rows:
        for _ in range(times):
            p = np.full(3, (1 - probability) / 2, dtype=np.float32)
            p[index] = probability
            told += heard.take(end, p)
            end += hop
    return told + (heard.finish() if ended else [])


def test_one_word_is_one_event_at_the_middle_of_its_run():
    told = fed(detector(), [(BACKGROUND, 0.9, 10), (A, 0.9, 5), (BACKGROUND, 0.9, 20)], ended=False)
    (event,) = told
    assert event.index == A
    assert event.probability == pytest.approx(0.9)
    # Windows 10 … 14 end at 2.0 … 2.4 s, so their middles are at 1.5 … 1.9 s.
    assert event.middle == pytest.approx(1.7)
    assert event.weight == pytest.approx(0.45)


def test_the_background_is_never_an_event():
    assert not fed(detector(), [(BACKGROUND, 1.0, 50)])


def test_what_does_not_reach_the_threshold_is_none():
    assert not fed(detector(threshold=0.8), [(A, 0.79, 10), (BACKGROUND, 0.9, 5)])


def test_a_dip_above_the_release_does_not_split_a_word():
    rows = [(A, 0.9, 3), (A, 0.45, 1), (A, 0.9, 3), (BACKGROUND, 0.9, 20)]
    assert len(fed(detector(), rows)) == 1


def test_two_words_further_apart_than_the_refractory_time_are_two():
    rows = [(A, 0.9, 4), (BACKGROUND, 0.9, 6), (A, 0.9, 4), (BACKGROUND, 0.9, 20)]
    first, second = fed(detector(refractory=0.7), rows)
    assert second.middle - first.middle == pytest.approx(1.0)


def test_of_rivals_within_the_refractory_time_the_heavier_wins_whichever_came_first():
    rows = [(B, 0.75, 2), (A, 0.9, 5), (BACKGROUND, 0.9, 20)]
    assert [event.index for event in fed(detector(), rows)] == [A]
    rows = [(A, 0.9, 5), (B, 0.75, 2), (BACKGROUND, 0.9, 20)]
    assert [event.index for event in fed(detector(), rows)] == [A]


def test_a_single_decision_is_too_short():
    rows = [(BACKGROUND, 0.9, 5), (A, 0.99, 1), (BACKGROUND, 0.9, 20)]
    assert not fed(detector(shortest=0.1), rows)
    assert fed(detector(shortest=0.0), rows)


def test_averaging_takes_the_edge_off_a_single_decision_and_keeps_the_middle():
    rows = [(BACKGROUND, 0.98, 5), (A, 0.9, 1), (BACKGROUND, 0.98, 5), (A, 0.9, 6)]
    rows.append((BACKGROUND, 0.98, 20))
    (event,) = fed(detector(average=2), rows)
    # Windows 11 … 16 end at 2.1 … 2.6 s; of averages of two, five are of A alone.
    assert event.middle == pytest.approx(1.85)


def test_how_many_are_averaged_may_change_while_it_hears():
    heard = detector(average=3, threshold=0.7, shortest=0.0)
    assert not fed(heard, [(BACKGROUND, 1.0, 4), (A, 1.0, 1)], ended=False)
    heard.settings = replace(heard.settings, average=1)
    assert not fed(heard, [(A, 0.8, 1)], ended=False)
    assert heard.hearing == A  # .8; with the two before it, it would be below the threshold
    heard.settings = replace(heard.settings, average=4)
    told = fed(heard, [(BACKGROUND, 1.0, 1)], ended=False)
    assert not told and heard.hearing is None


def test_skipped_decisions_leave_the_weight_of_a_word_as_it_is():
    (every,) = fed(detector(), [(A, 0.9, 6), (BACKGROUND, 0.9, 20)])
    (second,) = fed(detector(), [(A, 0.9, 3), (BACKGROUND, 0.9, 20)], hop=2 * HOP)
    assert second.weight == pytest.approx(every.weight, rel=0.01)


def test_a_sound_that_goes_on_is_an_event_every_so_often():
    told = fed(detector(longest=2.0), [(A, 0.9, 100)], ended=False)
    assert len(told) >= 3
    assert all(event.index == A for event in told)


def test_an_event_is_told_soon_after_its_word():
    heard = detector(refractory=0.7)
    background = np.array([0.0, 0.0, 1.0])
    for number in range(5):
        heard.take(1.0 + number * HOP, np.array([0.9, 0.0, 0.1]))
    waited = 0
    while not heard.take(1.5 + waited * HOP, background):
        waited += 1
    assert waited * HOP <= 0.7 + 0.5 + HOP


def test_what_does_not_stand_alone_needs_the_higher_probability():
    asked = []

    def alone(middle):
        asked.append(middle)
        return False

    weak = [(A, 0.9, 5), (BACKGROUND, 0.9, 20)]
    assert not fed(detector(alone, amid=0.95), weak)
    assert asked == pytest.approx([0.7])
    assert fed(detector(amid=0.95), weak)
    assert fed(detector(alone, amid=0.95), [(A, 0.96, 5), (BACKGROUND, 0.9, 20)])
    assert len(asked) == 1  # what is certain enough need not stand alone


def test_another_threshold_moves_what_is_in_its_way():
    usual = DetectorSettings(threshold=0.7, release=0.4, amid=0.95)
    assert (usual.at(0.3).release, usual.at(0.3).amid) == (0.3, 0.95)
    assert (usual.at(0.99).release, usual.at(0.99).amid) == (0.4, 0.99)


def test_what_is_under_way_is_known():
    heard = detector()
    heard.take(1.0, np.array([0.6, 0.1, 0.3]))
    assert heard.hearing is None
    heard.take(1.1, np.array([0.9, 0.0, 0.1]))
    assert heard.hearing == A


@pytest.mark.parametrize(
    "settings",
    [
        {"threshold": 0.3, "release": 0.4},
        {"threshold": 1.1, "amid": 1.1},
        {"amid": 0.6},
        {"release": 0.0},
        {"refractory": -1.0},
        {"shortest": 6.0},
        {"average": 0},
    ],
)
def test_senseless_settings_are_refused(settings):
    with pytest.raises(RequestError):
        DetectorSettings(**settings)
