from __future__ import annotations

import math

import numpy as np
import pytest

from core.levels import amplitude_to_db, db_to_amplitude, relative_db, rms_db


def test_a_full_scale_sine_reads_minus_three_decibels() -> None:
    sine = np.sin(2 * np.pi * np.arange(16000) * 440 / 16000)
    assert rms_db(sine) == pytest.approx(-3.0103, abs=1e-3)


def test_the_level_is_taken_over_all_channels() -> None:
    assert rms_db([[1.0, 1.0], [0.0, 0.0]]) == pytest.approx(10 * math.log10(0.5))


@pytest.mark.parametrize("samples", [np.zeros((2, 100), np.float32), np.empty((1, 0), np.float32)])
def test_silence_has_no_level(samples: np.ndarray) -> None:
    assert rms_db(samples) is None


def test_very_quiet_float32_samples_still_have_a_level() -> None:
    assert rms_db(np.full(10, 1e-30, np.float32)) == pytest.approx(-600.0, abs=1e-3)


def test_half_the_amplitude_is_six_decibels_less() -> None:
    original = np.array([[0.5, -0.25, 0.1]], np.float32)
    assert relative_db(original / 2, original) == pytest.approx(-6.0206, abs=1e-4)
    assert relative_db(original, original) == 0.0


def test_no_relative_level_where_either_side_is_silent() -> None:
    sound, silence = np.ones(4), np.zeros(4)
    assert relative_db(silence, sound) is None
    assert relative_db(sound, silence) is None


@pytest.mark.parametrize(
    ("db", "amplitude"), [(0.0, 1.0), (-20.0, 0.1), (-40.0, 0.01), (6.0, 1.9953)]
)
def test_decibels_and_amplitude_are_each_others_inverse(db: float, amplitude: float) -> None:
    assert db_to_amplitude(db) == pytest.approx(amplitude, rel=1e-4)
    assert amplitude_to_db(db_to_amplitude(db)) == pytest.approx(db, abs=1e-9)


def test_amplitude_zero_has_no_level() -> None:
    assert amplitude_to_db(0.0) is None
