import numpy as np
import pytest

from core.live.overlap import OverlapAdd

WINDOW = 100


def joined(sound, starts):
    over = OverlapAdd(WINDOW)
    return over, np.concatenate([over.add(s, sound[s : s + WINDOW]) for s in starts])


def test_windows_of_one_sound_give_that_sound_back():
    sound = np.random.default_rng(0).normal(size=600).astype(np.float32)
    over, told = joined(sound, range(0, 500, 30))
    assert over.end == 480
    assert told == pytest.approx(sound[: len(told)], abs=1e-5)


def test_what_a_window_to_come_can_hold_is_not_told():
    sound = np.ones(300, dtype=np.float32)
    _, told = joined(sound, [0, 10, 70])
    assert len(told) == 70


def test_where_no_window_was_there_is_silence():
    sound = np.ones(600, dtype=np.float32)
    _, told = joined(sound, [0, 250, 300])
    assert np.all(told[:100] > 0.99)
    assert not told[100:250].any()
    assert np.all(told[250:300] > 0.99)


def test_where_windows_differ_the_one_whose_middle_it_is_counts_most():
    over = OverlapAdd(WINDOW)
    over.add(0, np.zeros(WINDOW, dtype=np.float32))
    over.add(50, np.ones(WINDOW, dtype=np.float32))
    told = over.add(150, np.zeros(WINDOW, dtype=np.float32))
    rising = told[:50]
    assert rising[0] < 0.05 and rising[-1] > 0.95
    assert np.all(np.diff(rising) > 0)
