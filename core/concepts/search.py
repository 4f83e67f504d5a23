"""Which sounds have most of a concept, and where in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.concepts.listening import Heard
from core.concepts.types import Decomposition
from core.errors import RequestError


@dataclass(frozen=True, slots=True)
class Hit:
    """A sound that has the concepts. start, end: seconds of the window that has most of them."""

    name: str
    weight: float
    start: float
    end: float


def search(
    sounds: Sequence[tuple[str, Heard, Decomposition]], words: Sequence[str], most: int = 20
) -> list[Hit]:
    """The sounds in which all of the concepts are heard, the strongest first.

    sounds: name, windows and their decomposition. A sound's weight is that of its best window,
    where the concept that is weakest there counts. Sounds without one of them are left out.
    Raises: RequestError for no word, or one that is not in the vocabulary.
    """
    if not words:
        raise RequestError("A search needs at least one concept.")
    hits = []
    for name, heard, found in sounds:
        places = [found.vocabulary.index(word) for word in words]
        weakest = found.weights[:, places].min(axis=1)
        best = int(np.argmax(weakest))
        if weakest[best] > 0:
            start, end = float(heard.starts[best]), float(heard.ends[best])
            hits.append(Hit(name, float(weakest[best]), start, end))
    return sorted(hits, key=lambda hit: -hit.weight)[:most]
