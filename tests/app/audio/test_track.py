from __future__ import annotations

import numpy as np
import pytest

from app.audio.tape import OutputFormat, Tape
from app.audio.track import Track
from core.types import AudioClip
from tests.app.audio.sounds import tape

RATE = 8000
EDGE = 40  # frames in 5 ms
UP = np.arange(1, EDGE + 1) / (EDGE + 1)


def level(value: float, n: int = 4000, channels: int = 1) -> Tape:
    return tape(np.full((n, channels), value, dtype=np.float32), RATE)


def steps(n: int = 4000, start: float = 0.0) -> Tape:
    return tape((start + np.arange(n, dtype=np.float32))[:, None], RATE)


def read(track: Track, first: int = 0, last: int | None = None, block: int = 64) -> np.ndarray:
    """Frames first…last as the callback reads them, on one channel."""
    out = np.full(((len(track) if last is None else last) - first, 1), np.nan, dtype=np.float32)
    for start in range(0, len(out), block):
        part = out[start : start + block]
        track.copy_to(part, first + start, np.full_like(part, np.nan))
    return out[:, 0]


def test_a_clip_alone_is_heard_as_it_is():
    assert (read(Track(steps())) == np.arange(4000)).all()
    assert (read(Track(steps(), 0.5)) == np.arange(4000) / 2).all()


@pytest.mark.parametrize("block", [1, 7, 64, 1024, 4000])
def test_a_window_takes_over_within_5_ms_and_hands_back(block: int):
    heard = read(Track(level(1.0), 1.0, level(3.0, 500), 1000), block=block)
    expected = np.ones(4000)
    expected[1000:1500] = 3.0
    expected[1000 : 1000 + EDGE] = 1.0 + 2.0 * UP
    expected[1500 - EDGE : 1500] = 1.0 + 2.0 * UP[::-1]
    np.testing.assert_allclose(heard, expected, atol=1e-6)


def test_a_window_lies_where_it_was_cut_from():
    track = Track(steps(), 1.0, steps(500, start=1000), 1000)
    np.testing.assert_allclose(read(track), np.arange(4000), rtol=1e-6)


def test_a_window_with_a_gain_leaves_what_is_around_it_alone():
    heard = read(Track(level(1.0), 0.5, level(0.1, 500), 1000, 20.0))
    assert (heard[:1000] == 0.5).all()
    np.testing.assert_allclose(heard[1000 + EDGE : 1500 - EDGE], 2.0, rtol=1e-6)
    assert (heard[1500:] == 0.5).all()


@pytest.mark.parametrize("n", [4000, 4100, 3997])
def test_a_window_that_is_the_whole_clip_does_not_fade_into_it(n: int):
    heard = read(Track(level(1.0), 1.0, level(3.0, n), 0))
    assert len(heard) == 4000
    assert (heard[: min(n, 4000)] == 3.0).all()
    assert not heard[n:].any()  # a remainder from rounding: nothing of another version


def test_a_window_at_one_end_fades_at_the_other():
    first = read(Track(level(1.0), 1.0, level(3.0, 500), 0))
    assert first[0] == 3.0
    assert 1.0 < first[499] < 1.1
    last = read(Track(level(1.0), 1.0, level(3.0, 500), 3500))
    assert 1.0 < last[3500] < 1.1
    assert last[-1] == 3.0


def test_a_window_that_is_padded_beyond_the_clip_is_cut_there():
    track = Track(level(1.0, 1000), 1.0, level(3.0, 5000), 600)
    assert len(track) == 1000
    assert read(track)[-1] == 3.0


@pytest.mark.parametrize("n", [2, 10, 2 * EDGE - 1])
def test_a_window_shorter_than_its_edges_does_not_click(n: int):
    heard = read(Track(level(0.0), 1.0, level(1.0, n), 1000))
    assert heard.max() > 0.0
    assert np.abs(np.diff(heard)).max() <= 1.0 / (n // 2 + 1) + 1e-6
    assert not heard[1000 + n :].any()


def test_one_channel_in_the_window_is_heard_on_both():
    both = np.tile(np.array([[0.25, -0.5]], dtype=np.float32), (4000, 1))
    track = Track(tape(both, RATE), 1.0, level(0.75, 500), 1000)
    assert track.channels == 2
    out = np.empty((4000, 2), dtype=np.float32)
    track.copy_to(out, 0, np.empty_like(out))
    assert (out[:1000] == (0.25, -0.5)).all()
    assert (out[1000 + EDGE : 1500 - EDGE] == 0.75).all()


def test_only_what_will_be_heard_is_missing():
    output = OutputFormat(RATE, 1)
    whole, window = (Tape(AudioClip(np.zeros((1, n * RATE)), RATE), output) for n in (10, 3))
    track = Track(whole, 1.0, window, 4 * RATE)

    def missing(first: float, last: float) -> tuple[list[int], list[int]]:
        found = list(track.missing(round(first * RATE), round(last * RATE)))
        return tuple([n for tape, n in found if tape is one] for one in (whole, window))

    assert missing(0.0, 2.0) == ([0, 1], [])
    assert missing(3.5, 4.001) == ([3, 4], [0])  # where the window takes over both are heard
    assert missing(4.5, 6.5) == ([], [0, 1, 2])
    assert missing(6.5, 8.0) == ([6, 7], [2])
    assert missing(0.0, 10.0) == ([0, 1, 2, 3, 4, 6, 7, 8, 9], [0, 1, 2])
    assert missing(0.0, 99.0) == missing(0.0, 10.0)
