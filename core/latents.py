"""Continuous latents of a sound, and where in it each of their frames lies."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np

from core.frozen import Frozen
from core.types import FloatArray, SecondsArray, frozen_copy


@dataclass(frozen=True, slots=True, eq=False)
class LatentCode(Frozen):
    """Continuous latents Z of one sound.

    values: float32, shape (D, F), read-only.
    n_samples: length of the sound that was encoded, at the codec's rate; decoding trims to it.
    sample_rate, frame_rate: of the codec, in Hz.
    """

    values: FloatArray
    n_samples: int
    sample_rate: int
    frame_rate: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", frozen_copy(self.values))

    @property
    def n_frames(self) -> int:
        return int(self.values.shape[1])

    @property
    def seconds(self) -> float:
        """Length of the sound."""
        return self.n_samples / self.sample_rate

    def frames_within(self, n_samples: int) -> int:
        """How many of its frames the first samples of the sound reach into, one at least."""
        reached = ceil(n_samples * self.frame_rate / self.sample_rate - 1e-6)
        return min(max(reached, 1), self.n_frames)

    def edges(self) -> SecondsArray:
        """Where its frames begin and end, in seconds of the sound, shape (F + 1,).

        They follow the codec's frame rate; the last one ends with the sound.
        """
        return np.minimum(np.arange(self.n_frames + 1) / self.frame_rate, self.seconds)
