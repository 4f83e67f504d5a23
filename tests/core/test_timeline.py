"""Places in long clips are whole samples, and no moment of them is rounded away."""

from __future__ import annotations

import numpy as np

from core.types import Spectrogram
from tests.results import latent_code, made_up_result, summary


def test_moments_of_the_hundredth_hour_are_those_of_their_samples() -> None:
    first = 100 * 3_600 * 48_000 + 1
    values = np.zeros((4, 6))
    window = summary(0.0, 0.5, "yes", 0.8, "yes", 0.8, 0.8, 0.5, 0.1, None).shifted(first)
    result = made_up_result(
        code=latent_code(values, 24_000, 48_000), start=first / 48_000, end=first / 48_000 + 0.5
    )
    assert (result.first, result.last) == (first, first + 24_000)
    assert round(result.start * 48_000) == first
    assert round(window.start * window.sample_rate) == first
    times = np.array([first, first + 1]) / 48_000
    picture = Spectrogram(np.zeros((2, 2)), np.arange(2.0), times, -80.0, 1.0)
    np.testing.assert_array_equal(np.round(picture.times * 48_000), [first, first + 1])
