"""The blind listening test: which of two known sounds is the hidden third?

D. Clark, "High-resolution subjective testing using a double-blind comparator", JAES 30, 1982.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from enum import StrEnum

from core.types import Variant


class AbxSound(StrEnum):
    """What a listener can play. X is A or B, drawn anew for each trial."""

    A = "A"
    B = "B"
    X = "X"


@dataclass(frozen=True, slots=True)
class AbxScore:
    """How many trials were answered, and how many of the answers were right."""

    correct: int = 0
    trials: int = 0

    @property
    def p_value(self) -> float:
        """How probable it is that mere guessing does at least as well."""
        return guessing_probability(self.correct, self.trials)


def guessing_probability(correct: int, trials: int) -> float:
    """P(at least `correct` of `trials` right) when each guess is right with probability ½.

    Exact: Σ C(n, k) / 2ⁿ over k = correct … n. 1 for no trials.
    Raises: ValueError unless 0 ≤ correct ≤ trials.
    """
    if not 0 <= correct <= trials:
        raise ValueError(f"{correct} of {trials} answers cannot be right")
    favourable = sum(math.comb(trials, k) for k in range(correct, trials + 1))
    return float(favourable / 2**trials)


class AbxTest:
    """One blind test of two versions, trial by trial.

    rng: draws which of the two X is; the system's own source unless a test gives another.
    """

    def __init__(self, a: Variant, b: Variant, rng: random.Random | None = None) -> None:
        self.score = AbxScore()
        self._sounds = {AbxSound.A: a, AbxSound.B: b}
        self._rng = rng or random.SystemRandom()
        self._hidden = self._draw()

    def variant(self, sound: AbxSound) -> Variant:
        """What is heard under a letter in the present trial."""
        return self._sounds[self._hidden if sound is AbxSound.X else sound]

    def answer(self, sound: AbxSound) -> bool:
        """Say that X is `sound`, A or B; the next trial begins. Returns whether it was right."""
        right = self._sounds[sound] == self._sounds[self._hidden]
        self.score = AbxScore(self.score.correct + right, self.score.trials + 1)
        self._hidden = self._draw()
        return right

    def _draw(self) -> AbxSound:
        return self._rng.choice((AbxSound.A, AbxSound.B))
