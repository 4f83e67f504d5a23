"""Whether a sound stands alone: a word said to a machine is quiet before and after, talk is not."""

from __future__ import annotations

import numpy as np

from core.types import FloatArray

BEFORE, AFTER = 3.0, 0.8  # s before the middle that tell how quiet the place is; windows after it
CORE, BESIDE = 0.45, 0.8  # of a window from the middle: the sound itself; what must be quiet
QUIETER = 10.0  # dB that the loudest beside must lie below the loudest of the sound
STEP, SMOOTHED = 0.01, 5  # s of one level; levels that are averaged
NOISE = 0.1  # the quantile of levels that is taken for the noise of the place
SPREAD = 2.0  # noise reaches so much power in a moment


def stands_alone(samples: FloatArray, rate: int, middle: float, window: float) -> bool:
    """Whether what is loud around `middle` is quiet before and after, within a window.

    samples: (N,) at `rate` Hz, from before the sound; `span` says how much is of use, and what is
    missing at either end counts as quiet. middle: s from their start. window: s that a decision
    looks at. A steady noise is measured and does not count.
    """
    step = max(1, round(STEP * rate))
    power = np.square(samples[: len(samples) // step * step].reshape(-1, step), dtype=np.float64)
    if not len(power):
        return False
    smoothing = np.full(min(SMOOTHED, len(power)), 1 / SMOOTHED)
    levels = np.convolve(power.mean(axis=1), smoothing, "same")
    noise = float(np.quantile(levels, NOISE))
    away = np.abs((np.arange(len(levels)) + 0.5) * STEP - middle) / window
    core = levels[away <= CORE].max(initial=0.0) - SPREAD * noise
    beside = levels[(away > CORE) & (away <= BESIDE)].max(initial=0.0) - SPREAD * noise
    return bool(core > 0 and beside <= core * 10 ** (-QUIETER / 10))


def span(middle: float, window: float) -> tuple[float, float]:
    """Start and end in s of the stretch that `stands_alone` looks at."""
    return middle - BEFORE, middle + AFTER * window
