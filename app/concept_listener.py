"""What the worker does for the concept panels: models are opened once, sounds are heard once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

import numpy as np

from app.torch_loading import load_torch, without_collecting
from core.concepts.decomposition import decompose
from core.concepts.embeddings import Embedder
from core.concepts.listening import hear
from core.concepts.opening import open_embedder
from core.concepts.over_time import Cells, Hearing
from core.concepts.scoring import changed, label_vectors, sparse_scores
from core.concepts.text_model import text_problem
from core.concepts.types import ConceptVocabulary, Decomposition, How
from core.concepts.versions import NOTABLE, Change, changes
from core.concepts.vocabularies import open_vocabulary, with_words
from core.device import resolve_device
from core.errors import ModelError
from core.job import CancelToken, Report, part
from core.prepare import cut
from core.types import AudioClip, FloatArray, Variant, frozen_copy

STEP = 96  # cells heard in one job: what is found meanwhile is shown after each
NEARLY = 0.8  # of the highest weight
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
        cell = self.peak(self.words.index(word))
        return None if cell is None else self.cells.window_of(cell)

    def peak(self, concept: int) -> int | None:
        """The cell where a concept weighs most, in the middle of those that have nearly as much."""
        weights = self.weights[:, concept]
        if not weights.any():
            return None
        highest = int(weights.argmax())
        low = np.flatnonzero(weights < NEARLY * weights[highest])
        before, after = low[low < highest], low[low > highest]
        first = int(before[-1]) + 1 if len(before) else 0
        last = int(after[0]) - 1 if len(after) else len(weights) - 1
        return (first + last) // 2


@dataclass(frozen=True, slots=True, eq=False)
class Rescored:
    """Zero-shot labels of the original, from its concepts as found and as changed.

    factors: by which concepts count more or less. before, after: cosines, (labels,).
    """

    versions: FoundVersions
    labels: tuple[str, ...]
    factors: Mapping[str, float]
    before: FloatArray
    after: FloatArray


class ConceptListener:
    """Finds concepts; called from one thread at a time."""

    def __init__(self) -> None:
        self._embedder: tuple[str, Embedder] | None = None
        self._vocabulary: tuple[Asked, ConceptVocabulary, Facts] | None = None
        self._wholes: list[tuple[Sound, FloatArray]] = []
        self._hearings: list[tuple[Sound, Hearing]] = []
        self._weights: tuple[Hearing, Asked, FloatArray] | None = None
        self._labels: tuple[tuple[str, ...], FloatArray] | None = None
        self._has_read = False

    def versions(
        self, asked: Asked, sounds: tuple[Sound, ...], report: Report, cancel: CancelToken
    ) -> FoundVersions:
        """Concepts of each of the sounds as a whole. Raises: CoreError, Cancelled among it."""
        embedder, vocabulary, facts = self._opened(asked, report, cancel)
        wholes = []
        for number, sound in enumerate(sounds):
            share = part(report, number / len(sounds), (number + 1) / len(sounds))
            wholes.append(self._whole(sound, embedder, share, cancel))
        found = decompose(
            np.stack(wholes), vocabulary, asked.how, mean=embedder.mean(), cancel=cancel
        )
        change = None
        if len(sounds) == len(VERSIONS):
            notable = (each for each in changes(found, 1) if abs(each.lost) >= NOTABLE)
            change = next(notable, None)
        return FoundVersions(asked, sounds, facts, found, change)

    def over_time(
        self, asked: Asked, sound: Sound, report: Report, cancel: CancelToken
    ) -> OverTime:
        """Concepts of some more cells of a sound. Raises: CoreError, Cancelled among it."""
        embedder, vocabulary, facts = self._opened(asked, report, cancel)
        hearing = self._hearing(sound, embedder)
        hearing.go_on(STEP, report, cancel)
        weights = np.zeros((0, len(vocabulary)), dtype=np.float32)
        if self._weights is not None and self._weights[:2] == (hearing, asked):
            weights = self._weights[2]
        missing = hearing.embeddings[len(weights) :]
        if len(missing):
            found = decompose(missing, vocabulary, asked.how, mean=embedder.mean(), cancel=cancel)
            weights = np.concatenate([weights, found.weights])
        self._weights = hearing, asked, weights
        return OverTime(asked, sound, facts, vocabulary, hearing.cells, weights)

    def rescored(
        self,
        versions: FoundVersions,
        labels: tuple[str, ...],
        factors: Mapping[str, float],
        report: Report,
        cancel: CancelToken,
    ) -> Rescored:
        """Labels again, with some concepts weaker or stronger. Raises: CoreError."""
        embedder = self._opened(versions.asked, report, cancel)[0]
        report(0.0, "Reading the labels")
        if self._labels is None or self._labels[0] != labels:
            said = [label.replace("_", " ") for label in labels]
            with self._reading():
                self._labels = labels, label_vectors(said, embedder, cancel=cancel)
        vectors, found = self._labels[1], versions.found
        before, after = (
            sparse_scores(each, vectors)[0] for each in (found, changed(found, factors))
        )
        return Rescored(versions, labels, factors, before, after)

    def _opened(
        self, asked: Asked, report: Report, cancel: CancelToken
    ) -> tuple[Embedder, ConceptVocabulary, Facts]:
        """Raises: CoreError, Cancelled among it."""
        if self._embedder is None or self._embedder[0] != asked.embedder:
            report(0.0, "Opening the models")
            load_torch()
            self._forget()
            self._embedder = asked.embedder, open_embedder(asked.embedder, resolve_device("auto"))
        embedder = self._embedder[1]
        if self._vocabulary is None or not _same_words(self._vocabulary[0], asked):
            report(0.0, "Opening the vocabulary")
            self._vocabulary = asked, *self._words(asked, embedder, report, cancel)
        return embedder, *self._vocabulary[1:]

    def _words(
        self, asked: Asked, embedder: Embedder, report: Report, cancel: CancelToken
    ) -> tuple[ConceptVocabulary, Facts]:
        """The vocabulary with the words that were added, unless there is no text model for them."""
        vocabulary = open_vocabulary(asked.vocabulary, embedder, report, cancel)
        problem = text_problem(embedder)
        if asked.words and problem is None:
            try:
                with self._reading():
                    vocabulary = with_words(vocabulary, asked.words, embedder, cancel)
            except ModelError as error:
                problem = str(error)
        words = () if problem else asked.words
        return vocabulary, Facts(words, problem, embedder.mean() is not None)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Around the text model, which is loaded when it first reads something."""
        with nullcontext() if self._has_read else without_collecting():
            yield
        self._has_read = True

    def _forget(self) -> None:
        """What another embedder heard is of no use."""
        self._embedder = self._vocabulary = self._weights = self._labels = None
        self._has_read = False
        self._wholes, self._hearings = [], []

    def _whole(
        self, sound: Sound, embedder: Embedder, report: Report, cancel: CancelToken
    ) -> FloatArray:
        """One embedding of all of a sound, (d,)."""
        for known, whole in self._wholes:
            if sound.is_same(known):
                return whole
        whole = hear(sound.cut(), embedder, report=report, cancel=cancel).whole
        self._wholes = [*self._wholes, (sound, whole)][-KEPT:]
        return whole

    def _hearing(self, sound: Sound, embedder: Embedder) -> Hearing:
        for known, hearing in self._hearings:
            if sound.is_same(known):
                return hearing
        hearing = Hearing(sound.cut(), embedder)
        self._hearings = [*self._hearings, (sound, hearing)][-KEPT:]
        return hearing


def _same_words(one: Asked, other: Asked) -> bool:
    """Whether both are looked for in the same vocabulary of the same space."""
    return (one.embedder, one.vocabulary, one.words) == (
        other.embedder,
        other.vocabulary,
        other.words,
    )
