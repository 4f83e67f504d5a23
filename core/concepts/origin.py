"""Where concepts come from: the sibling of `core.origin` for sounds in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.concepts.embeddings import EmbedderSpec
from core.concepts.types import ConceptVocabulary, How
from core.digests import samples_digest
from core.job import CancelToken
from core.origin import Options, origin_record, present_versions
from core.types import AudioClip


@dataclass(frozen=True, slots=True)
class ConceptOrigin:
    """What a description in concepts was made of and with.

    embedder: facts of the model, its digest among them. vocabulary: digest of the words.
    trained: digests of the user's own `layer` and `head`, where they were used.
    samples, clip_seconds, versions: as in `core.origin.Origin`.
    decomposition: how embeddings were decomposed; window: seconds of one.
    """

    embedder: EmbedderSpec
    vocabulary: str
    trained: tuple[tuple[str, str], ...]
    samples: str
    clip_seconds: float
    decomposition: Options
    window: float
    versions: tuple[tuple[str, str | None], ...]

    def record(self) -> dict[str, Any]:
        """What a file says of it."""
        return origin_record(
            digests={
                "embedder": self.embedder.digest,
                "vocabulary": self.vocabulary,
                **dict(self.trained),
                "samples": self.samples,
            },
            options={
                "decomposition": self.decomposition,
                "listening": (("window", self.window),),
            },
            clip_seconds=self.clip_seconds,
            versions=self.versions,
        )


def concept_origin(
    clip: AudioClip,
    embedder: EmbedderSpec,
    vocabulary: ConceptVocabulary,
    how: How,
    *,
    window: float | None = None,
    trained: Mapping[str, str | None] | None = None,
    cancel: CancelToken | None = None,
) -> ConceptOrigin:
    """clip: whole, as it was read. window: None is the embedder's. trained: None is not used.

    Raises: Cancelled.
    """
    return ConceptOrigin(
        embedder=embedder,
        vocabulary=vocabulary.digest,
        trained=tuple((of, digest) for of, digest in (trained or {}).items() if digest),
        samples=samples_digest(clip, cancel),
        clip_seconds=clip.seconds,
        decomposition=(
            ("lambda", how.penalty),
            ("at_most", how.at_most),
            ("centred", how.centred),
        ),
        window=embedder.window if window is None else window,
        versions=present_versions(),
    )
