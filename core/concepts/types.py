"""What decomposing passes around. Everything here is frozen, and its arrays are read-only.

Symbols as in the paper (arXiv 2504.14076): d dimensions of the space, K concepts, n sounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core.digests import digest_of
from core.errors import RequestError
from core.frozen import Frozen
from core.types import FloatArray, frozen_copy

LAMBDAS: Mapping[str, float] = MappingProxyType({"fine": 0.05, "balanced": 0.10, "few": 0.15})
"""The presets of λ: the larger, the fewer concepts. The paper counts 90–100, 60 and 35–45."""

IntArray = npt.NDArray[np.int64]
UNIT = 1e-3  # how far from 1 the length of a vector may be that says it has length 1


class Concept(NamedTuple):
    """One word and how much of it there is."""

    word: str
    weight: float


@dataclass(frozen=True, slots=True, eq=False)
class ConceptVocabulary(Frozen):
    """Words and where they lie in a text space.

    space: which space, see `EmbedderSpec.space`.
    words: K of them, each once. vectors: float32 (K, d), rows of length 1.
    label, licence, origin: what it is, who may use it, and what it was built from.
    digest: of its file; of words that come from none it is that of the words and their space, which
        say where the vectors lie.
    """

    id: str
    space: str
    words: tuple[str, ...]
    vectors: FloatArray
    label: str = ""
    licence: str = ""
    origin: str = ""
    digest: str = ""

    def __post_init__(self) -> None:
        vectors = frozen_copy(self.vectors)
        object.__setattr__(self, "vectors", vectors)
        if not self.digest:
            digest = digest_of([], {"space": self.space, "words": self.words})
            object.__setattr__(self, "digest", digest)
        if not self.words:
            raise RequestError(f"The vocabulary “{self.id}” holds no words; add at least one.")
        if vectors.ndim != 2 or len(vectors) != len(self.words):
            raise RequestError(
                f"The vocabulary “{self.id}” has {len(self.words)} words and vectors of the shape "
                f"{vectors.shape}; build it again."
            )
        if len(set(self.words)) < len(self.words):
            twice = next(word for word in self.words if self.words.count(word) > 1)
            raise RequestError(f"The vocabulary “{self.id}” holds “{twice}” twice; keep one.")
        lengths = np.linalg.norm(vectors, axis=1)
        if not np.all(np.abs(lengths - 1) < UNIT):  # NaN is no length either
            worst = self.words[int(np.argmax(~(np.abs(lengths - 1) < UNIT)))]
            raise RequestError(
                f"The vector of “{worst}” in the vocabulary “{self.id}” is not of length 1; "
                "build the vocabulary again."
            )

    def __len__(self) -> int:
        return len(self.words)

    @property
    def dim(self) -> int:
        return int(self.vectors.shape[1])

    @property
    def mean(self) -> FloatArray:
        """The mean of the vectors, (d,), which centring takes off them."""
        return frozen_copy(self.vectors.mean(axis=0))

    def index(self, word: str) -> int:
        """The number of a word, however it is capitalised. Raises: RequestError."""
        wanted = word.strip().casefold()
        for number, known in enumerate(self.words):
            if known.casefold() == wanted:
                return number
        raise RequestError(
            f"“{word}” is not in the vocabulary “{self.id}”; add it to the vocabulary first."
        )


@dataclass(frozen=True, slots=True)
class How:
    """How embeddings are decomposed.

    penalty: λ, of ‖C w − z‖² + λ ‖w‖₁; see `LAMBDAS`.
    at_most: no more than so many concepts: the heaviest ones, fitted again without the others.
    centred: the mean sound and the mean word are taken off before (SpLiCE).
    """

    penalty: float = LAMBDAS["balanced"]
    at_most: int | None = None
    centred: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.penalty <= 2:
            raise RequestError(
                f"λ is {self.penalty:g}, but must be above 0 and at most 2, beyond which no "
                "concept is left; try .05, .10 or .15."
            )
        if self.at_most is not None and self.at_most < 1:
            raise RequestError(f"At most {self.at_most} concepts are none; ask for one or more.")

    def __str__(self) -> str:
        most = "" if self.at_most is None else f", at most {self.at_most}"
        return f"λ {self.penalty:g}{most}{', centred' if self.centred else ''}"


@dataclass(frozen=True, slots=True, eq=False)
class Decomposition(Frozen):
    """Sounds as mixtures of a vocabulary's words.

    weights: float32 (n, K), none below 0. l0: (n,) how many are above 0.
    cosine: (n,) of C w and z; 0 where no concept is left. residual: (n,) ‖C w − z‖.
    Both are of the centred vectors where the decomposition was centred.
    """

    vocabulary: ConceptVocabulary
    how: How
    weights: FloatArray
    cosine: FloatArray
    residual: FloatArray
    l0: IntArray = field(init=False)

    def __post_init__(self) -> None:
        for name in ("weights", "cosine", "residual"):
            object.__setattr__(self, name, frozen_copy(getattr(self, name)))
        object.__setattr__(self, "l0", frozen_copy((self.weights > 0).sum(axis=1), np.int64))

    def __len__(self) -> int:
        return len(self.weights)

    def concepts(self, row: int, most: int | None = None) -> tuple[Concept, ...]:
        """The concepts of one sound, heaviest first; ties in the order of the vocabulary."""
        weights = self.weights[row]
        order = np.argsort(-weights, kind="stable")[: int(self.l0[row])][:most]
        return tuple(Concept(self.vocabulary.words[k], float(weights[k])) for k in order)
