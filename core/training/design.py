"""What is chosen before a head is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from core.training.augment import Augmentation
from core.training.pictures import Variation


@dataclass(frozen=True, slots=True)
class HeadDesign:
    """How a head is built and what it learns from.

    labels: the classes. synonyms: what else the clips call them. other: the class for labels that
    are neither; None drops them. weights: how often a class is drawn relative to the others.
    sources: how often a data set is drawn relative to the others, within a class; 0 for those not
    named. Without it every word, or speaker, counts alike wherever it is from.
    joined: share of the other class's clips that are the end of one and the beginning of another.
    held: who is held out of training to calibrate the probabilities: one speaker in so many, or
    these. drawn_by: what a clip of a class is drawn by, so that many clips of one word, or of one
    speaker, do not drown the others.
    window, minimum: seconds, see `ClassifierSpec`; training stretches lie between the two.
    believed: how much the opinion of teachers counts, where there are some; labels are the rest.
    pool: varied clips that are made before training, by `augmentation`; in each step the drawn
    ones are varied again, by `variation`, which costs next to nothing.
    """

    labels: tuple[str, ...]
    family: str = "transformer"
    config: Mapping[str, Any] = field(default_factory=dict)
    synonyms: Mapping[str, str] = field(default_factory=dict)
    other: str | None = None
    background: tuple[str, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    sources: Mapping[str, float] = field(default_factory=dict)
    window: float = 1.0
    minimum: float = 1.0
    smoothing: float = 0.05
    believed: float = 0.8
    joined: float = 0.0
    held: int | tuple[str, ...] = 10
    drawn_by: Literal["word", "speaker"] = "word"
    pool: int = 20_000
    augmentation: Augmentation = field(default_factory=Augmentation)
    variation: Variation = field(default_factory=Variation)
