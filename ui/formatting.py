"""Numbers as the window writes them: typographic minus, fixed digits, the unit's usual precision.

All of one kind have the same number of digits behind the point, so that columns of them line up
and running ones stand still.
"""

from __future__ import annotations

import math

MINUS = "−"
DASH = "–"  # of a range
SPACE = "\N{NO-BREAK SPACE}"  # between a number and its unit


def number(value: float, digits: int, *, signed: bool = False) -> str:
    """A plain number with thousands separated: "1,234.5", "−0.3", signed "+0.3".

    What rounds to zero has no sign. Not a number is a dash.
    """
    if math.isnan(value):
        return DASH
    if math.isinf(value):
        return f"{MINUS if value < 0 else '+' if signed else ''}∞"
    text = f"{abs(value):,.{digits}f}"
    if not any(digit in text for digit in "123456789"):
        return text
    return f"{MINUS if value < 0 else '+' if signed else ''}{text}"


def clock(seconds: float, digits: int = 2) -> str:
    """A moment: "0:00.42", "12:07.00", from an hour on "1:02:07.00"; rounded down, as clocks do.

    digits: behind the point, 0…6.
    """
    # A ten-thousandth of the last digit is added so that 0.29 does not become 0.28 in binary.
    units = int(abs(seconds) * 10**digits + 1e-4)
    whole, rest = divmod(units, 10**digits)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    text = f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minutes}:{second:02d}"
    if digits:
        text += f".{rest:0{digits}d}"
    return f"{MINUS}{text}" if seconds < 0 and units else text


def clock_range(start: float, end: float, digits: int = 2) -> str:
    """A stretch: "0:00.42–0:00.71"."""
    return f"{clock(start, digits)}{DASH}{clock(end, digits)}"


def duration(seconds: float) -> str:
    """How long something takes or lasts: "84 ms", "1.24 s", "3 min 05 s", "1 h 02 min"."""
    if seconds < 0.9995:
        return f"{number(1000 * seconds, 0)}{SPACE}ms"
    if seconds < 59.995:
        return f"{number(seconds, 2)}{SPACE}s"
    if seconds < 3599.5:
        minutes, second = divmod(round(seconds), 60)
        return f"{minutes}{SPACE}min{SPACE}{second:02d}{SPACE}s"
    hours, minute = divmod(round(seconds / 60), 60)
    return f"{hours}{SPACE}h{SPACE}{minute:02d}{SPACE}min"


def seconds_text(seconds: float, digits: int = 2) -> str:
    """ "0.42 s"."""
    return f"{number(seconds, digits)}{SPACE}s"


def seconds_range(start: float, end: float) -> str:
    """ "0.42–0.71 s"."""
    return f"{number(start, 2)}{DASH}{number(end, 2)}{SPACE}s"


def hertz(frequency: float) -> str:
    """ "440 Hz", "2,600 Hz": whole hertz, as a cursor reads them."""
    return f"{number(frequency, 0)}{SPACE}Hz"


def hertz_range(low: float, high: float) -> str:
    """ "900–2,600 Hz"."""
    return f"{number(low, 0)}{DASH}{number(high, 0)}{SPACE}Hz"


def hertz_tick(frequency: float) -> str:
    """As short as an axis needs it: "0", "500", "1k", "2.5k"."""
    if frequency < 1000:
        return f"{frequency:g}"
    return f"{frequency / 1000:.6g}k"


def decibels(level: float, *, signed: bool = False) -> str:
    """ "−23.4 dB"; signed, as gains and differences are written, "+6.2 dB"."""
    return f"{number(level, 1, signed=signed)}{SPACE}dB"


def probability(value: float) -> str:
    """ ".97", "1.00", "<.01" where it is not 0 but would read so, ">.99" likewise."""
    if math.isnan(value):
        return DASH
    if 0.0 < value < 0.005:
        return "<.01"
    if 0.995 <= value < 1.0:
        return ">.99"
    text = f"{value:.2f}"
    return text[1:] if text.startswith("0") else text


def plus_minus(mean: float, spread: float | None) -> str:
    """A probability and its spread: ".31 ± .12"; ".31" where there is none."""
    return probability(mean) + ("" if spread is None else f" ± {probability(spread)}")


def share(value: float) -> str:
    """A share as percent: "10 %", "2.5 %", "0.25 %": two figures that count, no more."""
    percent = 100.0 * value
    digits = 0 if percent >= 9.95 or percent == 0 else 1 if percent >= 0.995 else 2
    text = number(percent, digits)
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text}{SPACE}%"


def relevance(value: float) -> str:
    """A signed relevance: "+0.0123", "−1.2e−05" where it is very small."""
    if value != 0.0 and abs(value) < 5e-4:
        mantissa, exponent = f"{value:+.1e}".split("e")
        return f"{mantissa}e{int(exponent)}".replace("-", MINUS)
    return number(value, 4, signed=True)


def ticks_unit(limit: float) -> tuple[float, int, str]:
    """How to write the numbers of an axis that ends at `limit` short: (factor, digits, unit).

    Numbers times the factor, with so many digits, in the unit: 0.0035 → (1000, 1, "×10⁻³").
    """
    if not 0.0 < limit < math.inf:
        return 1.0, 2, ""
    power = 0 if 0.1 <= limit < 1000 else 3 * math.floor(math.log10(limit) / 3)
    scaled = limit / 10.0**power
    digits = 2 if scaled < 1 else 1 if scaled < 10 else 0
    raised = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return 10.0**-power, digits, f"×10{raised}" if power else ""
