"""What the worker does for the concept panels: models are opened once, sounds are heard once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from app.torch_loading import load_torch
from core.concepts.decomposition import decompose
from core.concepts.embeddings import Embedder
from core.concepts.listening import hear
from core.concepts.opening import open_embedder, text_problem
from core.concepts.over_time import Cells, Hearing
from core.concepts.scoring import changed, dense_scores, label_vectors, sparse_scores
from core.concepts.types import ConceptVocabulary, Decomposition, How
from core.concepts.versions import NOTABLE, Change, changes
from core.concepts.vocabularies import open_vocabulary, with_words
from core.device import resolve_device
from core.errors import ModelError
from core.job import CancelToken, Report, part
from core.prepare import cut
from core.scratch import Scratch
from core.types import AudioClip, FloatArray, Variant, frozen_copy

STEP = 96  # cells heard in one job: what is found meanwhile is shown after each
KEPT = 6  # sounds whose embeddings are remembered
VERSIONS = (Variant.ORIGINAL, Variant.EXPLANATION, Variant.REMOVED)


@dataclass(frozen=True, slots=True)
class Asked:
    """How concepts are looked for. words: added to the vocabulary. See `How` for the rest."""

    embedder: str
    vocabulary: str
    words: tuple[str, ...]
    how: How


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """A clip, or its first `seconds`; what follows is silence that padding added."""

    clip: AudioClip
    seconds: float | None = None

    def is_same(self, other: Sound | None) -> bool:
        return other is not None and self.clip is other.clip and self.seconds == other.seconds

    def cut(self) -> AudioClip:
        if self.seconds is None or self.seconds >= self.clip.seconds:
            return self.clip
        return cut(self.clip, None, self.seconds)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the models can do.

    text_problem: why words cannot be added now, in a sentence. centres: whether the embedder
    states the mean sound, without which nothing can be centred.
    """

    words: tuple[str, ...]
    text_problem: str | None
    centres: bool


@dataclass(frozen=True, slots=True, eq=False)
class FoundVersions:
    """Concepts of the original alone, or of the three versions in the order of `VERSIONS`.

    change: what removal changed most, None where that is not worth saying.
    """

    asked: Asked
    sounds: tuple[Sound, ...]
    facts: Facts
    found: Decomposition
    change: Change | None


@dataclass(frozen=True, slots=True, eq=False)
class OverTime:
    """Concepts of the cells heard so far. weights: (n, K); order: concepts, the strongest first.

    What counts as strong is the root mean square of the weight.
    """

    asked: Asked
    sound: Sound
    facts: Facts
    vocabulary: ConceptVocabulary
    cells: Cells
    weights: FloatArray
    order: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", frozen_copy(self.weights))
        power = np.square(self.weights).mean(axis=0)
        order = np.argsort(-power, kind="stable")[: int((power > 0).sum())]
        object.__setattr__(self, "order", tuple(int(k) for k in order))

    @property
    def is_complete(self) -> bool:
        return len(self.weights) == len(self.cells)

    @property
    def words(self) -> tuple[str, ...]:
        return self.vocabulary.words

    def strongest(self, word: str) -> tuple[float, float] | None:
        """Start and end of the window where a concept weighs most; None where it is in none."""
        if word not in self.words:
            return None
        weights = self.weights[:, self.words.index(word)]
        if not weights.any():
            return None
        return self.cells.window_of(int(weights.argmax()))
