"""A long clip over time: what the classifier says of each window, and what was found in it.

Places are whole samples of the clip as the codec takes it, so that a window of the hundredth hour
is the very window that was looked at; seconds are worked out from them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.frozen import Frozen
from core.types import FloatArray, SecondsArray, frozen_copy

if TYPE_CHECKING:
    from core.types import ExplanationResult

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Timeline(Frozen):
    """Class probabilities over the time of a long clip.

    firsts: first sample of each window, int64, shape (W,); probabilities: shape (W, K).
    n_window, n_hop: samples of a window, and from one to the next. sample_rate: in Hz.
    """

    labels: tuple[str, ...]
    firsts: IntArray
    probabilities: FloatArray
    n_window: int
    n_hop: int
    sample_rate: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "firsts", frozen_copy(self.firsts, np.int64))
        object.__setattr__(self, "probabilities", frozen_copy(self.probabilities))

    @property
    def starts(self) -> SecondsArray:
        """In seconds, shape (W,)."""
        return self.firsts / self.sample_rate

    @property
    def window(self) -> float:
        """In seconds."""
        return self.n_window / self.sample_rate

    @property
    def hop(self) -> float:
        """In seconds."""
        return self.n_hop / self.sample_rate

    def shifted(self, samples: int) -> Timeline:
        """The same of a stretch that begins so many samples later."""
        return replace(self, firsts=self.firsts + samples)


@dataclass(frozen=True, slots=True)
class WindowSummary:
    """What one of many windows gave.

    first, last: its first sample and the one after its last, at `sample_rate`.
    label, probability: of the original's top class; target and p_…: the class explained and its
    probability in the original, and by round trip in reconstruction, explanation and removed.
    """

    first: int
    last: int
    sample_rate: int
    label: str
    probability: float
    target: str
    p_original: float
    p_reconstruction: float
    p_explanation: float
    p_removed: float
    completeness_gap: float | None

    @classmethod
    def of(cls, result: ExplanationResult) -> WindowSummary:
        """result: of one window, in its place."""
        target = result.target
        return cls(
            result.first,
            result.last,
            result.sample_rate,
            result.original.label,
            result.original.probability,
            target,
            result.original.probability_of(target),
            result.reconstruction.probability_of(target),
            result.explanation.round_trip.probability_of(target),
            result.removed.round_trip.probability_of(target),
            result.attribution.completeness_gap,
        )

    @property
    def start(self) -> float:
        """In seconds of the clip."""
        return self.first / self.sample_rate

    @property
    def end(self) -> float:
        """In seconds of the clip."""
        return self.last / self.sample_rate

    def shifted(self, samples: int) -> WindowSummary:
        return replace(self, first=self.first + samples, last=self.last + samples)
