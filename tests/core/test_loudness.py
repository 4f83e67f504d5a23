"""Loudness by BS.1770-4: the standard's own known answers, and a published implementation."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest

from core.errors import Cancelled
from core.job import CancelToken
from core.loudness import integrated_loudness
from core.types import AudioClip

RATE = 48_000


def sine(frequency: float, db: float, seconds: float, rate: int = RATE) -> np.ndarray:
    time = np.arange(round(seconds * rate)) / rate
    return 10.0 ** (db / 20.0) * np.sin(2.0 * np.pi * frequency * time)


def noise(seconds: float, rate: int, channels: int = 1) -> np.ndarray:
    """Whose level swings, so that gates have something to do."""
    n = round(seconds * rate)
    swing = 0.1 * (1.0 + np.sin(2.0 * np.pi * 0.7 * np.arange(n) / rate))
    return swing * np.random.default_rng(0).standard_normal((channels, n))


def test_a_full_scale_sine_of_997_hz_reads_minus_3_01() -> None:
    assert integrated_loudness(AudioClip(sine(997, 0.0, 5.0), RATE)) == pytest.approx(
        -3.01, abs=0.01
    )


@pytest.mark.parametrize(("channels", "reads"), [(2, -23.0), (1, -26.01), (5, -18.36)])
def test_channels_add_up_by_their_weights(channels: int, reads: float) -> None:
    # EBU Tech 3341, case 1: a stereo sine of −23 dBFS reads −23 LUFS.
    clip = AudioClip(np.tile(sine(1000, -23.0, 20.0), (channels, 1)), RATE)
    assert integrated_loudness(clip) == pytest.approx(reads, abs=0.05)


def test_soft_parts_do_not_count() -> None:
    # EBU Tech 3341, cases 3 and 4: −36, −23, −36 dBFS, and the same between −72 dBFS.
    for levels in (
        [(-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)],
        [(-72.0, 10.0), (-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0), (-72.0, 10.0)],
    ):
        tone = np.concatenate([sine(1000, db, seconds) for db, seconds in levels])
        assert integrated_loudness(AudioClip(np.tile(tone, (2, 1)), RATE)) == pytest.approx(
            -23.0, abs=0.1
        )


@pytest.mark.parametrize(("rate", "off"), [(48_000, 0.05), (44_100, 0.06), (16_000, 0.15)])
@pytest.mark.parametrize("seconds", [0.45, 1.0, 9.3])
def test_another_implementation_agrees(rate: int, off: float, seconds: float) -> None:
    """Its filters are rounded differently, the more the lower the rate."""
    samples = noise(seconds, rate, 2)
    theirs = pyloudnorm.Meter(rate).integrated_loudness(samples.T)
    assert integrated_loudness(AudioClip(samples, rate)) == pytest.approx(theirs, abs=off)


@pytest.mark.parametrize("hops", [1, 7])
def test_the_parts_it_is_filtered_in_leave_no_trace(
    monkeypatch: pytest.MonkeyPatch, hops: int
) -> None:
    low = AudioClip(noise(9.0, 16_000) + sine(30, -20.0, 9.0, 16_000), 16_000)
    whole = integrated_loudness(low)
    monkeypatch.setattr("core.loudness.HOPS_AT_ONCE", hops)
    assert integrated_loudness(low) == pytest.approx(whole, abs=1e-3)


def test_what_is_gated_louder_counts_more_and_reads_the_same() -> None:
    soft = AudioClip(noise(3.0, RATE) * 1e-5, RATE)
    assert integrated_loudness(soft) is None
    loud = integrated_loudness(AudioClip(noise(3.0, RATE), RATE))
    assert integrated_loudness(soft, gain_db=100.0) == pytest.approx(loud - 100.0, abs=1e-3)


@pytest.mark.parametrize(
    "samples",
    [np.zeros((1, RATE)), np.ones((1, round(0.39 * RATE))), np.ones((6, RATE))],
    ids=["silence", "too short", "six channels"],
)
def test_where_the_standard_says_nothing(samples: np.ndarray) -> None:
    assert integrated_loudness(AudioClip(samples, RATE)) is None


def test_a_cancel_ends_it() -> None:
    token = CancelToken()
    token.set()
    with pytest.raises(Cancelled):
        integrated_loudness(AudioClip(noise(1.0, RATE), RATE), cancel=token)
