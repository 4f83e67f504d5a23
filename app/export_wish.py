"""What the user wants to have exported, and what would come of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.exporters import ExportOptions, SampleFormat
from core.types import Variant


@dataclass(frozen=True, slots=True)
class ExportWish:
    """base: what the files' names begin with. formats: ids of exporters. overwrite: whether files
    that exist may be replaced. The others are those of `core.exporters.ExportOptions`."""

    folder: Path
    base: str
    formats: tuple[str, ...]
    variants: tuple[Variant, ...] = tuple(Variant)
    level_match: bool = False
    separate_pictures: bool = False
    sample_format: SampleFormat = "FLOAT"
    recording_times: bool = False
    overwrite: bool = False

    @property
    def options(self) -> ExportOptions:
        return ExportOptions(
            self.base,
            self.variants,
            self.separate_pictures,
            self.sample_format,
            self.recording_times,
        )


@dataclass(frozen=True, slots=True)
class ExportPreview:
    """What a wish would write. names: of the files, with whether each replaces one that exists.

    problem: why it cannot be carried out, a sentence; None where it can.
    """

    names: tuple[tuple[str, bool], ...] = ()
    problem: str | None = None
