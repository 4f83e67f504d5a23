"""A classifier on concepts: one weight for each class and word, so that it can be read."""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.concepts.embeddings import EmbedderSpec
from core.concepts.linear import fit_linear
from core.concepts.types import Concept, Decomposition, How
from core.digests import digest_of
from core.elsewhere import leads_elsewhere
from core.errors import DataError, ModelError, RequestError
from core.file_names import shown
from core.folder_kinds import FolderKind
from core.folders import replacing_folder
from core.job import CancelToken
from core.tensors import load_tensors, save_tensors
from core.types import FloatArray, frozen_copy

HEAD = "concept-head.json"
WEIGHTS = "weights.safetensors"
SCHEMA = "hearwhy.concept-head/1"
CONCEPT_HEAD = FolderKind(
    "a concept head", HEAD, "hearwhy.concept-head", frozenset({HEAD, WEIGHTS})
)


@dataclass(frozen=True, slots=True, eq=False)
class ConceptHead:
    """Class probabilities as the softmax of W w + b.

    weights: (L, K); bias: (L,). vocabulary, words, space: of the vocabulary it was trained on.
    embedder: digest of what embedded the sounds it was trained on. how: how sounds must be
    decomposed for it. digest: of its files, None while it has none.
    """

    labels: tuple[str, ...]
    vocabulary: str
    words: tuple[str, ...]
    space: str
    embedder: str
    how: How
    weights: FloatArray
    bias: FloatArray
    digest: str | None = None

    def __post_init__(self) -> None:
        for name in ("weights", "bias"):
            object.__setattr__(self, name, frozen_copy(getattr(self, name)))

    def probabilities(self, found: Decomposition) -> FloatArray:
        """(n, L). Raises: RequestError for sounds decomposed in another way or vocabulary."""
        if found.vocabulary.words != self.words or found.how != self.how:
            raise RequestError(
                f"This head was trained on the words of “{self.vocabulary}” and {self.how}, not on "
                f"“{found.vocabulary.id}” and {found.how}; decompose the sound as it was trained."
            )
        logits = found.weights @ self.weights.T + self.bias
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities: FloatArray = odds / odds.sum(axis=1, keepdims=True)
        return probabilities

    def require(self, embedder: EmbedderSpec) -> None:
        """That it was trained on this one's embeddings. Raises: ModelError."""
        if embedder.digest != self.embedder:
            raise ModelError(
                f"This head was trained on the embeddings of another embedder ({self.embedder}); "
                f"those of “{embedder.id}” ({embedder.digest}) mean something else, so choose the "
                "one it was trained with."
            )

    def speaking_for(self, label: str, most: int = 10) -> tuple[Concept, ...]:
        """The words that speak most for a class, with their weights against the mean class.

        Raises: RequestError for an unknown class.
        """
        if label not in self.labels:
            raise RequestError(
                f"The head knows no class “{label}”; it knows {', '.join(self.labels)}."
            )
        relative = self.weights[self.labels.index(label)] - self.weights.mean(axis=0)
        order = np.argsort(-relative, kind="stable")[:most]
        return tuple(Concept(self.words[k], float(relative[k])) for k in order if relative[k] > 0)


def train_concept_head(
    found: Decomposition,
    labels: Sequence[str],
    embedder: EmbedderSpec,
    groups: Sequence[Hashable] | None = None,
    cancel: CancelToken | None = None,
) -> ConceptHead:
    """Multinomial logistic regression on the weights of the concepts.

    embedder: what embedded the sounds. groups: see `core.concepts.linear.fit_linear`.
    Raises: DataError with fewer than two classes; Cancelled.
    """
    names = tuple(sorted(set(labels)))
    if len(names) < 2:
        raise DataError("A head needs clips of two classes or more.")
    classes = [names.index(label) for label in labels]
    fitted = fit_linear(found.weights, classes, len(names), groups, cancel)
    of = found.vocabulary
    return ConceptHead(
        labels=names,
        vocabulary=of.id,
        words=of.words,
        space=of.space,
        embedder=embedder.digest,
        how=found.how,
        weights=fitted.weights,
        bias=fitted.bias,
    )


def save_head(folder: Path, head: ConceptHead) -> None:
    """Write a head as a folder, completely or not at all.

    Raises: ExportError when the folder cannot be written, or holds anything but a concept head.
    """
    import torch

    record: dict[str, Any] = {
        "schema": SCHEMA,
        "labels": head.labels,
        "vocabulary": head.vocabulary,
        "space": head.space,
        "embedder": head.embedder,
        "lambda": head.how.penalty,
        "at_most": head.how.at_most,
        "centred": head.how.centred,
        "words": head.words,
    }
    with replacing_folder(folder, CONCEPT_HEAD) as new:
        tensors = {
            "weights": torch.from_numpy(head.weights.copy()),
            "bias": torch.from_numpy(head.bias.copy()),
        }
        save_tensors(new / WEIGHTS, tensors, {})
        record["digest"] = digest_of([new / WEIGHTS], record)
        text = json.dumps(record, ensure_ascii=False, indent=1)
        (new / HEAD).write_text(text + "\n", encoding="utf-8")


def load_head(folder: Path) -> ConceptHead:
    """A head from its folder. Raises: ModelError when it is missing or damaged."""
    if not (folder / HEAD).is_file():
        raise ModelError(f"“{folder}” is no concept head: it has no {HEAD}.")
    tensors, _ = load_tensors(folder / WEIGHTS)
    try:
        record = json.loads((folder / HEAD).read_text(encoding="utf-8"))
        stated = record.pop("digest")
        head = ConceptHead(
            labels=tuple(map(str, record["labels"])),
            vocabulary=str(record["vocabulary"]),
            words=tuple(map(str, record["words"])),
            space=str(record["space"]),
            embedder=str(record["embedder"]),
            how=How(float(record["lambda"]), record["at_most"], bool(record["centred"])),
            weights=tensors["weights"].numpy(),
            bias=tensors["bias"].numpy(),
            digest=digest_of([folder / WEIGHTS], record),
        )
        if leads_elsewhere(head.vocabulary):  # it is looked for when the head is used
            raise ValueError(head.vocabulary)
    except (OSError, ValueError, KeyError, TypeError, RequestError):
        raise ModelError(f"{HEAD} in “{shown(folder)}” is damaged; train the head again.") from None
    if head.weights.shape != (len(head.labels), len(head.words)) or head.bias.shape != (
        len(head.labels),
    ):
        raise ModelError(f"The weights in “{shown(folder)}” do not fit {HEAD}; train it again.")
    if head.digest != stated:
        raise ModelError(
            f"The weights or the words in “{shown(folder)}” are not the ones it was written with; "
            "train the head again."
        )
    return head
