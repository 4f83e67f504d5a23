"""Levels in decibels. 0 dBFS is the RMS of a signal that stays at full scale, ±1.0.

A full-scale sine therefore reads −3.01 dBFS.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from core.scratch import passing

AT_ONCE = 1_000_000  # samples


def db_to_amplitude(db: float) -> float:
    """Amplitude (full scale 1.0) of a level in dBFS."""
    return float(10.0 ** (db / 20.0))


def amplitude_to_db(amplitude: float) -> float | None:
    """Level in dBFS of an amplitude ≥ 0; None for 0, which has no level."""
    return 20.0 * math.log10(amplitude) if amplitude > 0.0 else None


def rms_db(samples: npt.ArrayLike) -> float | None:
    """RMS level over all channels in dBFS. samples: any shape; None for silence or no samples."""
    return amplitude_to_db(_rms(samples))


def relative_db(version: npt.ArrayLike, original: npt.ArrayLike) -> float | None:
    """RMS level of `version` above that of `original`, in dB; None when either is silent."""
    level, reference = rms_db(version), rms_db(original)
    return None if level is None or reference is None else level - reference


def _rms(samples: npt.ArrayLike) -> float:
    values = np.asarray(samples)
    if not values.size:
        return 0.0
    if values.ndim != 2:  # a view would not be known as mapped, and stay in memory
        values = values.reshape(1, -1)
    # In parts, because hours would be copied twice; float32 squares of quiet samples underflow.
    parts = passing(values, AT_ONCE)
    energy = math.fsum(float(np.square(part, dtype=np.float64).sum()) for part in parts)
    return math.sqrt(energy / values.size)
