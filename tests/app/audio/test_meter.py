from __future__ import annotations

import numpy as np
import pytest

from app.audio.meter import Level, Meter

RATE = 1000


def samples(*values: float, repeat: int = 1, channels: int = 1) -> np.ndarray:
    return np.repeat(np.float32(values), repeat)[:, None] * np.ones(channels, dtype=np.float32)


def test_peak_and_rms_are_in_dbfs():
    meter = Meter(RATE)
    level = meter.read(samples(0.5, -0.5, repeat=50))
    assert level.peak == pytest.approx(-6.0206, abs=1e-3)
    assert level.rms == pytest.approx(-6.0206, abs=1e-3)
    assert meter.level is level


def test_the_loudest_channel_counts_and_silence_has_no_level():
    both = samples(0.1, repeat=10, channels=2)
    both[3, 1] = -0.5
    assert Meter(RATE).read(both).peak == pytest.approx(-6.0206, abs=1e-3)
    assert Meter(RATE).read(samples(0.0, repeat=10)) == Level()


def test_nothing_new_changes_nothing():
    meter = Meter(RATE)
    level = meter.read(samples(0.5, repeat=10))
    assert meter.read(samples(0.5)[:0]) is level


def test_the_highest_peak_is_held_for_one_and_a_half_seconds():
    meter = Meter(RATE)
    meter.read(samples(0.5))
    for _ in range(14):
        assert meter.read(samples(0.05, repeat=100)).hold == pytest.approx(-6.02, abs=0.01)
    assert meter.read(samples(0.05, repeat=100)).hold == pytest.approx(-26.02, abs=0.01)


def test_a_higher_peak_is_held_at_once():
    meter = Meter(RATE)
    meter.read(samples(0.1))
    level = meter.read(samples(0.5))
    assert level.hold == level.peak == pytest.approx(-6.02, abs=0.01)


def test_rms_looks_back_three_tenths_of_a_second():
    meter = Meter(RATE)
    meter.read(samples(1.0, repeat=1000))
    assert meter.read(samples(0.1, repeat=150)).rms == pytest.approx(
        10 * np.log10((150 * 1.0 + 150 * 0.01) / 300), abs=1e-3
    )
    assert meter.read(samples(0.1, repeat=150)).rms == pytest.approx(-20.0, abs=1e-3)


@pytest.mark.parametrize(("value", "clipped"), [(0.99, False), (32767 / 32768, True), (-1.0, True)])
def test_clipping_is_remembered_until_reset(value: float, clipped: bool):
    meter = Meter(RATE)
    meter.read(samples(value))
    assert meter.read(samples(0.1)).clipped is clipped
    meter.reset()
    assert meter.read(samples(0.1)).clipped is False


def test_one_second_of_exact_zeros_is_suspicious_and_a_sample_ends_it():
    meter = Meter(RATE)
    meter.read(samples(0.1, 0.0, 0.0))
    for _ in range(9):
        assert not meter.read(samples(0.0, repeat=110)).suspicious_silence  # 992 in all
    assert meter.read(samples(0.0, repeat=8)).suspicious_silence
    assert not meter.read(samples(0.0, 1e-7, 0.0)).suspicious_silence


def test_one_living_channel_is_not_suspicious():
    meter = Meter(RATE)
    both = samples(0.0, repeat=2000, channels=2)
    both[:, 1] = 1e-6
    assert not meter.read(both).suspicious_silence
