"""The paper's comparison on a data set: what is lost when embeddings become a few words.

A linear head's strength is chosen on the training clips alone, in the same way for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.concepts.decomposition import decompose, prepared
from core.concepts.embeddings import Embedder
from core.concepts.linear import Linear, fit_linear
from core.concepts.scoring import (
    dense_scores,
    label_places,
    label_vectors,
    mixed,
    sparse_scores,
)
from core.concepts.types import ConceptVocabulary, How
from core.job import CancelToken
from core.training.data import ClipEntry
from core.types import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """Embeddings (n, d) of labelled clips, to learn from and to test on.

    train_groups: of clips that belong together, such as those of one speaker.
    """

    train: FloatArray
    train_labels: tuple[str, ...]
    train_groups: tuple[str, ...]
    test: FloatArray
    test_labels: tuple[str, ...]


def groups_of(entries: Sequence[ClipEntry]) -> tuple[str, ...]:
    """Who is heard in each clip, or which clip it is, where the list says nothing of that."""
    return tuple(f"{each.dataset} {each.speaker or each.path}" for each in entries)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Accuracies on the test clips, dense and as concepts, with how many concepts that took."""

    vocabulary: str
    penalty: float
    at_most: int | None
    centred: bool
    l0: float
    l0_most: int
    cosine: float
    zero_shot_dense: float
    zero_shot: float
    linear_dense: float
    linear: float

    def record(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def compare(
    clips: Embedded,
    vocabulary: ConceptVocabulary,
    how: How,
    embedder: Embedder,
    cancel: CancelToken | None = None,
) -> Comparison:
    """Zero-shot by the nearest sentence, and a linear head on C w against one on z.

    Of a centred decomposition the means are taken off the dense embeddings and the sentences too.
    Where an embedder does not state the mean sound, that of the training clips is taken.
    Raises: Cancelled, and as `decompose` does.
    """
    asked = sorted(set(clips.train_labels) | set(clips.test_labels))
    sentences = label_vectors(asked, embedder, cancel=cancel)
    classes = [asked.index(label) for label in clips.test_labels]
    learnt = [asked.index(label) for label in clips.train_labels]
    mean = embedder.mean()
    if mean is None:
        mean = clips.train.mean(axis=0)

    def linear(train: FloatArray) -> Linear:
        return fit_linear(train, learnt, len(asked), clips.train_groups, cancel)

    test = decompose(clips.test, vocabulary, how, mean=mean, cancel=cancel)
    train = decompose(clips.train, vocabulary, how, mean=mean, cancel=cancel)
    dense_test, _ = prepared(clips.test, vocabulary, how, mean)
    dense_train, _ = prepared(clips.train, vocabulary, how, mean)
    places = label_places(sentences, test)
    return Comparison(
        vocabulary=vocabulary.id,
        penalty=how.penalty,
        at_most=how.at_most,
        centred=how.centred,
        l0=round(float(test.l0.mean()), 2),
        l0_most=int(test.l0.max()),
        cosine=round(float(test.cosine.mean()), 4),
        zero_shot_dense=_right(dense_scores(dense_test, places), classes),
        zero_shot=_right(sparse_scores(test, sentences), classes),
        linear_dense=_right(linear(dense_train).scores(dense_test), classes),
        linear=_right(linear(mixed(train)).scores(mixed(test)), classes),
    )


def _right(scores: FloatArray, classes: Sequence[int]) -> float:
    return round(float(np.mean(scores.argmax(axis=1) == np.array(classes))), 4)
