"""Frames of the codec, and where in a sound they lie."""

from __future__ import annotations

import numpy as np
import pytest

from core.latents import LatentCode


def code(n_frames: int, n_samples: int) -> LatentCode:
    """At 75 frames a second, 320 samples each."""
    return LatentCode(np.zeros((2, n_frames)), n_samples, 24_000, 75.0)


def test_frames_follow_the_codecs_rate_and_the_last_ends_with_the_sound() -> None:
    # 0.77 s are 57 frames and three quarters: spread evenly, the last would begin 3 ms early.
    edges = code(58, 18_480).edges()
    assert edges.dtype == np.float64
    np.testing.assert_allclose(edges[:-1], np.arange(58) / 75)
    assert edges[-1] == 0.77


def test_frames_that_lie_behind_the_sound_have_no_length() -> None:
    np.testing.assert_allclose(code(4, 640).edges(), [0, 1 / 75, 2 / 75, 2 / 75, 2 / 75])


@pytest.mark.parametrize(
    ("n_samples", "frames"), [(0, 1), (1, 1), (320, 1), (321, 2), (640, 2), (9_999, 3)]
)
def test_a_part_of_a_sound_reaches_into_so_many_frames(n_samples: int, frames: int) -> None:
    assert code(3, 960).frames_within(n_samples) == frames
