"""Whether a dictionary can tell its words apart: the cosines between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.concepts.types import ConceptVocabulary
from core.errors import ModelError
from core.job import CancelToken, until_cancelled

COLLAPSED = 0.95  # mean text–text cosine; some public checkpoints have .999, working ones below .7
TWINS = 0.999  # two words this close are one word for the decomposition
AT_ONCE = 500  # words


@dataclass(frozen=True, slots=True)
class Health:
    """Cosines between different words: their mean, the largest, and whose it is.

    twins: pairs of words too close to be told apart.
    """

    words: int
    mean: float
    highest: float
    nearest: tuple[str, str]
    twins: int

    @property
    def collapsed(self) -> bool:
        return self.words > 2 and self.mean >= COLLAPSED  # two may well be synonyms

    def sentence(self) -> str:
        """The figures in words."""
        text = f"mean text–text cosine {self.mean:.3f}, highest {self.highest:.3f}"
        if self.words > 1:
            text += f" (“{self.nearest[0]}” and “{self.nearest[1]}”)"
        if self.twins:
            text += f", {self.twins} {'pair' if self.twins == 1 else 'pairs'} of twins"
        return text


def health_of(vocabulary: ConceptVocabulary, cancel: CancelToken | None = None) -> Health:
    """The figures of a vocabulary; of a single word there is nothing to compare, so all are 0.

    Raises: Cancelled.
    """
    vectors, count = vocabulary.vectors, len(vocabulary)
    if count == 1:
        return Health(1, 0.0, 0.0, (vocabulary.words[0],) * 2, 0)
    total = float(np.square(vectors.sum(axis=0, dtype=np.float64)).sum()) - count
    highest, nearest, twins = -2.0, (0, 0), 0
    for first in until_cancelled(range(0, count, AT_ONCE), cancel):
        cosines = vectors[first : first + AT_ONCE] @ vectors.T
        rows = np.arange(len(cosines))
        cosines[rows, first + rows] = -2.0
        twins += int((cosines >= TWINS).sum())
        row, column = np.unravel_index(int(cosines.argmax()), cosines.shape)
        if cosines[row, column] > highest:
            highest, nearest = float(cosines[row, column]), (first + int(row), int(column))
    return Health(
        words=count,
        mean=total / (count * (count - 1)),
        highest=highest,
        nearest=(vocabulary.words[nearest[0]], vocabulary.words[nearest[1]]),
        twins=twins // 2,
    )


def require_healthy(vocabulary: ConceptVocabulary, cancel: CancelToken | None = None) -> Health:
    """The figures of a vocabulary that can be used.

    Raises: ModelError when its tower collapsed; Cancelled.
    """
    health = health_of(vocabulary, cancel)
    if health.collapsed:
        raise ModelError(
            f"The words of “{vocabulary.id}” all lie at one place ({health.sentence()}): the text "
            "model that made them has collapsed, so choose another model or checkpoint."
        )
    return health
