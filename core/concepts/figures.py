"""The paper's comparison on a data set: what is lost when embeddings become a few words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.concepts.decomposition import decompose
from core.concepts.embeddings import Embedder
from core.concepts.head import fit_linear
from core.concepts.scoring import dense_scores, label_vectors, mixed, sparse_scores
from core.concepts.types import ConceptVocabulary, How
from core.types import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """Embeddings (n, d) of labelled clips, to learn from and to test on."""

    train: FloatArray
    train_labels: tuple[str, ...]
    test: FloatArray
    test_labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Accuracies on the test clips, dense and as concepts, with how many concepts that took."""

    vocabulary: str
    penalty: float
    at_most: int | None
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
    clips: Embedded, vocabulary: ConceptVocabulary, how: How, embedder: Embedder
) -> Comparison:
    """Zero-shot by the nearest sentence, and a linear head on C w against one on z."""
    asked = sorted(set(clips.train_labels) | set(clips.test_labels))
    sentences = label_vectors(asked, embedder)
    classes = [asked.index(label) for label in clips.test_labels]
    learnt = [asked.index(label) for label in clips.train_labels]
    mean = clips.train.mean(axis=0) if how.centred else None
    test = decompose(clips.test, vocabulary, how, mean=mean)
    train = decompose(clips.train, vocabulary, how, mean=mean)
    return Comparison(
        vocabulary=vocabulary.id,
        penalty=how.penalty,
        at_most=how.at_most,
        l0=round(float(test.l0.mean()), 2),
        l0_most=int(test.l0.max()),
        cosine=round(float(test.cosine.mean()), 4),
        zero_shot_dense=_right(dense_scores(clips.test, sentences), classes),
        zero_shot=_right(sparse_scores(test, sentences), classes),
        linear_dense=_linear(clips.train, learnt, clips.test, classes),
        linear=_linear(mixed(train), learnt, mixed(test), classes),
    )


def _linear(
    train: FloatArray, learnt: Sequence[int], test: FloatArray, classes: Sequence[int]
) -> float:
    weights, bias = fit_linear(train, learnt)
    return _right(test @ weights.T + bias, classes)


def _right(scores: FloatArray, classes: Sequence[int]) -> float:
    return round(float(np.mean(scores.argmax(axis=1) == np.array(classes))), 4)
