from __future__ import annotations

import math

import pytest

from ui.formatting import (
    clock,
    clock_range,
    decibels,
    duration,
    hertz,
    hertz_range,
    hertz_tick,
    number,
    probability,
    relevance,
    seconds_range,
    seconds_text,
    share,
    ticks_unit,
)


def plain(text: str) -> str:
    """With an ordinary space between number and unit."""
    assert " " not in text
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("seconds", "digits", "text"),
    [
        (0.0, 2, "0:00.00"),
        (0.42, 2, "0:00.42"),
        (0.29, 2, "0:00.29"),  # 28.999999999999996 hundredths in binary
        (59.999, 2, "0:59.99"),  # rounded down, as clocks do
        (727.0, 2, "12:07.00"),
        (3727.5, 0, "1:02:07"),
        (1.2345, 3, "0:01.234"),
        (-0.5, 2, "−0:00.50"),
        (-0.001, 2, "0:00.00"),
    ],
)
def test_a_clock_shows_minutes_seconds_and_parts(seconds, digits, text):
    assert clock(seconds, digits) == text


def test_numbers_have_a_typographic_minus_and_fixed_digits():
    assert number(-3.14159, 2) == "−3.14"
    assert number(3.14159, 2, signed=True) == "+3.14"
    assert number(12345.6, 1) == "12,345.6"
    assert number(-0.04, 1) == "0.0"  # what rounds to zero has no sign
    assert number(0.0, 1, signed=True) == "0.0"
    assert (number(math.nan, 1), number(-math.inf, 1)) == ("–", "−∞")


def test_units():
    assert plain(decibels(-23.44)) == "−23.4 dB"
    assert plain(decibels(6.2, signed=True)) == "+6.2 dB"
    assert plain(hertz(2600.4)) == "2,600 Hz"
    assert plain(hertz_range(900, 2600)) == "900–2,600 Hz"
    assert plain(seconds_text(0.42)) == "0.42 s"
    assert plain(seconds_range(0.42, 0.71)) == "0.42–0.71 s"
    assert clock_range(0.42, 0.71) == "0:00.42–0:00.71"


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (500, "500"), (1000, "1k"), (2500, "2.5k"), (12_000, "12k")]
)
def test_ticks_of_frequencies_are_short(value, text):
    assert hertz_tick(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, ".00"), (0.001, "<.01"), (0.97, ".97"), (0.999, ">.99"), (1.0, "1.00")],
)
def test_a_probability_that_is_not_0_or_1_does_not_read_so(value, text):
    assert probability(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "10 %"),
        (0.025, "2.5 %"),
        (0.0025, "0.25 %"),
        (1.0, "100 %"),
        (0.0, "0 %"),
        (0.5, "50 %"),
    ],
)
def test_shares(value, text):
    assert plain(share(value)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0842, "84 ms"), (1.236, "1.24 s"), (185.0, "3 min 05 s"), (3720.0, "1 h 02 min")],
)
def test_durations(seconds, text):
    assert plain(duration(seconds)) == text


def test_relevance_is_signed_and_shows_even_what_is_very_small():
    assert relevance(0.01234) == "+0.0123"
    assert relevance(-0.5) == "−0.5000"
    assert relevance(-1.2e-5) == "−1.2e−5"
    assert relevance(0.0) == "0.0000"


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (0.0035, (1e3, 1, "×10⁻³")),
        (0.5, (1.0, 2, "")),
        (40.0, (1.0, 0, "")),
        (3e-7, (1e9, 0, "×10⁻⁹")),
        (0.0, (1.0, 2, "")),
    ],
)
def test_axes_of_small_numbers_have_a_power_of_ten(limit, expected):
    factor, digits, unit = ticks_unit(limit)
    assert (pytest.approx(factor), digits, unit) == expected
