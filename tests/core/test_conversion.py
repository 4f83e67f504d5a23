"""Channels and rates, block by block, against signals whose answer is known."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import soxr
from hypothesis import example, given
from hypothesis import strategies as st

from core.conversion import convert, resampled_length
from core.prepare import prepare
from core.types import AudioClip
from tests.core.test_prepare import noise


@pytest.mark.parametrize("rates", [(48_000, 16_000), (44_100, 16_000), (11_025, 48_000)])
def test_blocks_of_any_size_give_the_samples_of_the_whole(rates: tuple[int, int]) -> None:
    signal = noise(2, 30_011).T
    whole = soxr.resample(signal.mean(axis=1), *rates, quality="VHQ")
    for size in (17, 1000, 30_011):
        blocks = [signal[first : first + size] for first in range(0, len(signal), size)]
        joined, _ = convert(
            partial(iter, blocks), channels=(2, 1), rates=rates, n_samples=len(signal)
        )
        assert joined.shape == (1, resampled_length(len(signal), *rates))
        np.testing.assert_allclose(joined[0], whole, atol=1e-5)


@pytest.mark.parametrize("expected", [0, 10, 5000, 9000])
def test_a_wrong_expectation_of_the_length_changes_nothing(expected: int) -> None:
    signal = noise(2, 5000).T
    blocks = [signal[first : first + 700] for first in range(0, 5000, 700)]
    joined, _ = convert(partial(iter, blocks), channels=(2, 2), rates=(1, 1), n_samples=expected)
    np.testing.assert_array_equal(joined, signal.T)


RATES = st.sampled_from([8_000, 11_025, 16_000, 22_050, 44_100, 48_000])


@given(n=st.integers(1, 3000), rates=st.tuples(RATES, RATES))
@example(n=960, rates=(48_000, 11_025))  # 220.5, of which soxr alone makes 220
@example(n=1, rates=(8_000, 48_000))
def test_the_length_after_resampling_is_the_nearest_whole_number(
    n: int, rates: tuple[int, int]
) -> None:
    length = resampled_length(n, *rates)
    assert length == int(np.floor(n * rates[1] / rates[0] + 0.5))
    if length:
        assert prepare(AudioClip(noise(1, n), rates[0]), sample_rate=rates[1]).n_samples == length
