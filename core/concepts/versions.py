"""What was heard in the original, the explanation and the removed sound, side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.concepts.types import Decomposition

ORDER = ("original", "explanation", "removed")
NOTABLE = 0.05  # weight a concept must gain or lose for it to be said


@dataclass(frozen=True, slots=True)
class Change:
    """One concept and its weight in the three versions of a sound."""

    word: str
    original: float
    explanation: float
    removed: float

    @property
    def lost(self) -> float:
        """What removal takes away; below 0 where it brings the concept in."""
        return self.original - self.removed

    def sentence(self) -> str:
        """“removal takes shouting from .31 to .04”."""
        verb = "takes" if self.lost >= 0 else "raises"
        return f"removal {verb} {self.word} from {_short(self.original)} to {_short(self.removed)}"


def changes(found: Decomposition, most: int = 10) -> list[Change]:
    """The concepts that removal changes most. found: of the three versions, in `ORDER`.

    Raises: ValueError for another number of sounds, which is a defect of the caller.
    """
    if len(found) != len(ORDER):
        raise ValueError(f"{len(found)} sounds are not the three versions")
    weights = found.weights
    order = np.argsort(-np.abs(weights[0] - weights[2]), kind="stable")
    kept = [k for k in order if weights[:, k].any()][:most]
    return [Change(found.vocabulary.words[k], *map(float, weights[:, k])) for k in kept]


def summary(found: Decomposition) -> str:
    """The largest change in one sentence, or that there is none worth saying."""
    for change in changes(found, 1):
        if abs(change.lost) >= NOTABLE:
            return change.sentence()
    return "removal changes no concept notably"


def _short(weight: float) -> str:
    return f"{weight:.2f}".lstrip("0") if weight < 1 else f"{weight:.2f}"
