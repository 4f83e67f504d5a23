"""The sample clips that ship with HearWhy: short synthetic speech with known answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from core.errors import DataError
from core.resources import resources_folder


class SampleKind(StrEnum):
    """What a sample clip is for."""

    KEYWORD = "keyword"  # one word, 1 s
    EMOTION = "emotion"  # one sentence
    SEQUENCE = "sequence"  # several words at known times
    BACKGROUND = "background"  # no speech


@dataclass(frozen=True, slots=True)
class SampleEvent:
    """One word of a sequence: where it is heard, in seconds, and what it is."""

    start: float
    end: float
    label: str
    voice: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample clip.

    label: the class it was made for; None for a sequence, whose `events` carry the labels.
    voice: the synthesiser's voice id; None where no one voice speaks.
    text: what is said, with the punctuation given to the synthesiser; None without speech.
    """

    path: Path
    title: str
    kind: SampleKind
    label: str | None
    voice: str | None
    text: str | None
    licence: str
    events: tuple[SampleEvent, ...] = ()


def samples_folder() -> Path:
    """Folder of the sample clips and their index, `samples.json`."""
    return resources_folder() / "samples"


def sample_clips() -> list[Sample]:
    """Every sample clip, in the order of the index.

    Raises: DataError when the index is missing or damaged.
    """
    index = samples_folder() / "samples.json"
    try:
        entries = json.loads(index.read_text(encoding="utf-8"))["clips"]
        return [_sample(index.parent, entry) for entry in entries]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"The list of sample clips “{index}” is missing or damaged; install HearWhy again."
        ) from error


def _sample(folder: Path, entry: dict[str, Any]) -> Sample:
    return Sample(
        path=folder / entry["file"],
        title=entry["title"],
        kind=SampleKind(entry["kind"]),
        label=entry["label"],
        voice=entry["voice"],
        text=entry["text"],
        licence=entry["licence"],
        events=tuple(SampleEvent(**event) for event in entry.get("events", ())),
    )
