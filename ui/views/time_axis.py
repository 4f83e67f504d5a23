"""The time axis: ticks at round moments, written m:ss with as many digits as the zoom needs."""

from __future__ import annotations

import math

from ui.formatting import clock
from ui.plotting import pg

# Seconds. Up to a second in decimal steps, beyond as clocks count.
STEPS = (
    *(mantissa * 10.0**power for power in range(-4, 0) for mantissa in (1, 2, 5)),
    *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 18000),
)
TICK_PIXELS = 84  # room for "0:00.420" and the air around it
MINOR = {15: 3, 30: 3, 900: 3, 1800: 3}  # parts of a step that are themselves round; others take 5


class TimeAxis(pg.AxisItem):
    """Below a plot. Major ticks carry a moment, minor ones do not."""

    def __init__(self) -> None:
        super().__init__("bottom", maxTickLength=5)
        self.setStyle(maxTextLevel=0, tickTextOffset=4, hideOverlappingLabels=30)

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list]]:
        step = tick_step(maxVal - minVal, size)
        minor = step / MINOR.get(round(step), 5)
        major_ticks = multiples(step, minVal, maxVal)
        minor_ticks = [
            tick
            for tick in multiples(minor, minVal, maxVal)
            if abs(tick / step - round(tick / step)) > 1e-6
        ]
        return [(step, major_ticks), (minor, minor_ticks)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        digits = digits_of(spacing)
        return [clock(value, digits) for value in values]


def tick_step(seconds: float, pixels: float) -> float:
    """The smallest round step that leaves room for its texts."""
    wanted = seconds * TICK_PIXELS / max(pixels, 1.0)
    return next((step for step in STEPS if step >= wanted), STEPS[-1])


def digits_of(step: float) -> int:
    """Digits behind the point that tell neighbouring ticks apart."""
    return 0 if step >= 1 else max(2, math.ceil(-math.log10(step) - 1e-9))


def multiples(step: float, low: float, high: float) -> list[float]:
    """All multiples of `step` in [low, high]."""
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]
