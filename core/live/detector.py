"""From a probability every tenth of a second to one event a word.

While a word passes through the window, many decisions in a row name it, and windows that hold only
its beginning or end name others. A *run* is a row of decisions for one class that stay above the
release and once reach the threshold; its middle is when the word was in the window's middle. Of
runs whose middles lie closer than the refractory time, the one with the most probability wins.

Talk holds pieces that sound like any word. A run amid other sound is therefore an event only from
a higher probability than one that stands alone (`core.live.isolation`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from core.errors import RequestError
from core.types import Probabilities

USUAL_THRESHOLD = 0.7  # where a classifier does not say its own


@dataclass(frozen=True, slots=True)
class DetectorSettings:
    """threshold: a probability that starts an event. release: below it the event is over.

    amid: the threshold for what does not stand alone. refractory: s within which there is one event
    only. shortest: s that a run must last, from its first decision to its last; longest: s after
    which a sound that goes on is an event already, and then the next one. average: decisions that
    are averaged, so that a single one that is off makes no event.
    """

    threshold: float = USUAL_THRESHOLD
    release: float = 0.4
    amid: float = 0.98
    refractory: float = 0.7
    shortest: float = 0.2
    longest: float = 5.0
    average: int = 3

    def __post_init__(self) -> None:
        if not 0.0 < self.release <= self.threshold <= self.amid <= 1.0:
            raise RequestError(
                "Of the probabilities that make an event the release must be the lowest and above "
                "0, then the threshold, then the one amid other sound, at most 1; they are "
                f"{self.release:g}, {self.threshold:g} and {self.amid:g}."
            )
        if not 0.0 <= self.shortest <= self.longest or self.refractory < 0:
            raise RequestError(
                "The refractory time cannot be negative, nor the longest run shorter than the "
                "shortest."
            )
        if self.average < 1:
            raise RequestError("At least one decision has to be averaged.")

    def at(self, threshold: float) -> DetectorSettings:
        """The same with another threshold; the other two probabilities make way for it."""
        return replace(
            self,
            threshold=threshold,
            release=min(self.release, threshold),
            amid=max(self.amid, threshold),
        )


@dataclass(frozen=True, slots=True)
class Detection:
    """One event. label index; middle: s of the stream at the middle of its best window.

    probability: the highest in the run. weight: probability times seconds, over the run.
    """

    index: int
    middle: float
    probability: float
    weight: float


StandsAlone = Callable[[float], bool]
"""Whether the sound around a moment, in s of the stream, stands alone. Asked when what follows
within a refractory time and half a window has come in."""


@dataclass(slots=True)
class _Run:
    index: int
    middles: list[float] = field(default_factory=list)
    probabilities: list[float] = field(default_factory=list)


class Detector:
    """Takes decisions one by one and says when an event is complete."""

    def __init__(
        self,
        settings: DetectorSettings,
        background: frozenset[int],
        window: float,
        stands_alone: StandsAlone,
    ) -> None:
        """background: indices of classes that are no event. window: s a decision looks at."""
        self._settings = settings
        self._background = background
        self._window = window
        self._stands_alone = stands_alone
        self._run: _Run | None = None
        self._rivals: list[Detection] = []
        self._last_middle = -np.inf  # of the last event told
        self._recent: deque[tuple[float, Probabilities]] = deque(maxlen=settings.average)

    @property
    def settings(self) -> DetectorSettings:
        """May be set at any time; they hold from the next decision on."""
        return self._settings

    @settings.setter
    def settings(self, settings: DetectorSettings) -> None:
        self._settings = settings
        self._recent = deque(self._recent, maxlen=settings.average)

    @property
    def hearing(self) -> int | None:
        """The class whose run is under way and has reached the threshold."""
        run = self._run
        if run is not None and max(run.probabilities) >= self.settings.threshold:
            return run.index
        return None

    def take(self, end: float, probabilities: Probabilities) -> list[Detection]:
        """One decision: of the window that ends at `end` s. → events that are now certain."""
        self._recent.append((end - self._window / 2, probabilities))
        middle = sum(middle for middle, _ in self._recent) / len(self._recent)
        probabilities = np.mean([row for _, row in self._recent], axis=0)
        index = int(np.argmax(probabilities))
        probability = float(probabilities[index])
        goes_on = index not in self._background and probability >= self.settings.release
        if self._run is not None and (not goes_on or self._run.index != index):
            self._close()
        if goes_on:
            if self._run is not None and middle - self._run.middles[0] > self.settings.longest:
                self._close()
            if self._run is None:
                self._run = _Run(index)
            self._run.middles.append(middle)
            self._run.probabilities.append(probability)
        return self._certain(middle)

    def finish(self) -> list[Detection]:
        """The stream ended or was interrupted: what is known is all there will be."""
        self._close()
        self._recent.clear()
        return self._certain(np.inf)

    def _close(self) -> None:
        run, self._run = self._run, None
        if run is None or max(run.probabilities) < self.settings.threshold:
            return
        middles, weights = np.array(run.middles), np.array(run.probabilities)
        length = float(middles[-1] - middles[0])
        if length < self.settings.shortest - 1e-6:
            return
        spacing = np.gradient(middles) if len(middles) > 1 else np.ones(1)
        mass = weights * spacing  # decisions that were skipped leave gaps, not less of the word
        self._rivals.append(
            Detection(
                run.index,
                float((middles * mass).sum() / mass.sum()),
                float(weights.max()),
                float(mass.sum()),
            )
        )

    def _certain(self, now: float) -> list[Detection]:
        """Rivals that nothing to come can beat: best first, each silencing those around it."""
        told: list[Detection] = []
        while self._rivals:
            best = max(self._rivals, key=lambda rival: rival.weight)
            reach = best.middle + self.settings.refractory
            begun = self._run.middles[0] if self._run is not None else np.inf
            if min(now, begun) < reach and now < reach + self._window / 2:
                break  # a run under way, or still to come, may lie within reach and weigh more
            if self._is_event(best):
                told.append(best)
                self._last_middle = best.middle
            self._rivals = [
                rival
                for rival in self._rivals
                if abs(rival.middle - best.middle) >= self.settings.refractory
            ]
        return sorted(told, key=lambda detection: detection.middle)

    def _is_event(self, best: Detection) -> bool:
        if best.middle - self._last_middle < self.settings.refractory:
            return False
        return best.probability >= self.settings.amid or self._stands_alone(best.middle)
