import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.live.history import History


@given(st.lists(st.integers(0, 25), max_size=30))
def test_the_newest_samples_are_where_they_lie_in_the_stream(lengths):
    history, stream = History(10), np.zeros(0, dtype=np.float32)
    for length in lengths:
        block = np.arange(len(stream) + 1, len(stream) + length + 1, dtype=np.float32)
        history.append(block)
        stream = np.concatenate([stream, block])
        assert history.count == len(stream)
        newest = max(0, len(stream) - 10)
        assert np.array_equal(history.stretch(newest, len(stream)), stream[newest:])


def test_before_the_stream_and_behind_what_is_remembered_is_silence():
    history = History(4)
    history.append(np.arange(1, 4, dtype=np.float32))
    assert history.stretch(-2, 3).tolist() == [0, 0, 1, 2, 3]
    history.append(np.full(100, 7, dtype=np.float32))
    assert history.stretch(97, 103).tolist()[:1] == [0.0 if history.first > 97 else 7.0]
    assert history.stretch(99, 103).tolist() == [7, 7, 7, 7]


def test_more_can_be_remembered_from_now_on():
    history, sound = History(4), np.arange(1, 31, dtype=np.float32)
    history.append(sound[:6])
    history.remember(20)
    for first in range(6, 30, 3):
        history.append(sound[first : first + 3])
    assert np.array_equal(history.stretch(10, 30), sound[10:])
    history.remember(2)
    assert np.array_equal(history.stretch(10, 30), sound[10:])


def test_what_has_not_come_in_cannot_be_had():
    history = History(4)
    with pytest.raises(ValueError, match="not come in"):
        history.stretch(0, 1)
