"""Where a result comes from: all that would have to be the same for it to come out the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.classifiers import ClassifierSpec
from core.codecs import CodecSpec
from core.options import Plain

Options = tuple[tuple[str, Plain | None], ...]
"""Names and values: a mapping that is frozen, compares by value and can be sent anywhere."""


def options(of: Mapping[str, Plain | None]) -> Options:
    return tuple(of.items())


def present_versions() -> tuple[tuple[str, str | None], ...]:
    """`core.versions.versions`, frozen."""
    from core.versions import versions  # which imports much, and most who import this need nothing

    return tuple(versions().items())


@dataclass(frozen=True, slots=True)
class Origin:
    """What an explanation was made of and with, beside what was asked for.

    codec, classifier: facts of the models, among them their digests.
    samples: `core.digests.samples_digest` of the whole clip as it was read: before anything was
        resampled, cut or padded. clip_seconds: its length.
    method, fill: the numbers that the method and the fill work with, by name.
    versions: of the program and of the packages that numbers depend on.
    """

    codec: CodecSpec
    classifier: ClassifierSpec
    samples: str
    clip_seconds: float
    method: Options
    fill: Options
    versions: tuple[tuple[str, str | None], ...]

    def record(self) -> dict[str, Any]:
        """What a file says of it."""
        return origin_record(
            digests={
                "codec": self.codec.digest,
                "classifier": self.classifier.digest,
                "samples": self.samples,
            },
            options={"method": self.method, "fill": self.fill},
            clip_seconds=self.clip_seconds,
            versions=self.versions,
        )


def origin_record(
    *,
    digests: Mapping[str, str],
    options: Mapping[str, Options],
    clip_seconds: float,
    versions: tuple[tuple[str, str | None], ...],
) -> dict[str, Any]:
    """How every result of HearWhy says in JSON where it comes from."""
    return {
        "clip_seconds": round(clip_seconds, 6),
        "digests": dict(digests),
        "options": {of: dict(values) for of, values in options.items()},
        "versions": dict(versions),
    }
