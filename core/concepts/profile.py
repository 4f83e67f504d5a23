"""What classes and data sets sound like, in words: the mean weight of each concept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.concepts.types import Concept, Decomposition
from core.errors import DataError


@dataclass(frozen=True, slots=True)
class Profile:
    """The concepts of one class: mean weights, heaviest first.

    clips: how many. l0, cosine: their means over the clips.
    """

    label: str
    clips: int
    l0: float
    cosine: float
    concepts: tuple[Concept, ...]

    def record(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "clips": self.clips,
            "l0": round(self.l0, 2),
            "cosine": round(self.cosine, 4),
            "concepts": [concept_record(concept) for concept in self.concepts],
        }


def profiles(found: Decomposition, labels: Sequence[str], most: int = 10) -> list[Profile]:
    """A profile of each label, in alphabetical order. Raises: DataError when there is no clip."""
    if not labels:
        raise DataError("There are no clips to describe.")
    names = np.array(labels)
    return [profile_of(found, names == label, str(label), most) for label in np.unique(names)]


def profile_of(found: Decomposition, rows: Any, label: str, most: int = 10) -> Profile:
    """The profile of some of the sounds. rows: boolean (n,), or slice(None) for all."""
    mean = found.weights[rows].mean(axis=0)
    order = np.argsort(-mean, kind="stable")[:most]
    words = found.vocabulary.words
    return Profile(
        label=label,
        clips=len(found.weights[rows]),
        l0=float(found.l0[rows].mean()),
        cosine=float(found.cosine[rows].mean()),
        concepts=tuple(Concept(words[k], float(mean[k])) for k in order if mean[k] > 0),
    )


def concept_record(concept: Concept) -> dict[str, Any]:
    return {"concept": concept.word, "weight": round(concept.weight, 6)}
