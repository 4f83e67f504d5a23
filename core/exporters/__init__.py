"""Exporters: the kinds of file an explanation can be written as, one plug-in each.

A plug-in registers a function that plans its files: their names, and for each how to write it.
Planning looks at no sound, so that a list of names can be shown while the user still chooses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.job import CancelToken, Report, silent
from core.picture import version_panels
from core.registry import Registry
from core.types import ExplanationResult, Spectrogram, Variant

SampleFormat = Literal["FLOAT", "PCM_24"]
Group = Literal["sounds", "pictures", "numbers", "marks", "report"]


@dataclass(frozen=True, slots=True)
class ExporterSpec:
    """What a kind of file states about itself.

    label: its name as the user knows it. summary: what is in it, in one line. group: what it
    stands beside in a list. by_version: whether the choice of versions matters to it.
    """

    id: str
    label: str
    summary: str
    group: Group
    by_version: bool = False


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """How files are written, whatever their kind.

    base: in front of every name; empty where a folder of its own says what they are of.
    variants: the versions wanted. separate_pictures: each version also as a picture by itself.
    sample_format: of WAV files. recording_times: labels count from the start of the recording and
    not from that of the sounds written beside them.
    """

    base: str = ""
    variants: tuple[Variant, ...] = tuple(Variant)
    separate_pictures: bool = False
    sample_format: SampleFormat = "FLOAT"
    recording_times: bool = False

    def named(self, part: str) -> str:
        """The name of a file: what it holds, after the base where there is one."""
        return f"{self.base}_{part}" if self.base else part


class Subject:
    """What is exported; used by one thread.

    source: the file the clip was read from. gain_db: what to turn each version up by, for sounds
    of equal loudness; versions that are missing keep their level.
    """

    def __init__(
        self,
        result: ExplanationResult,
        source: Path | None = None,
        gain_db: Mapping[Variant, float] | None = None,
    ) -> None:
        self.result = result
        self.source = source
        self.gain_db: Mapping[Variant, float] = gain_db or {}
        self._panels: dict[Variant, tuple[str, Spectrogram]] | None = None

    def panels(
        self, report: Report = silent, cancel: CancelToken | None = None
    ) -> dict[Variant, tuple[str, Spectrogram]]:
        """`core.picture.version_panels` of the result, worked out once for all pictures."""
        if self._panels is None:
            self._panels = version_panels(self.result, report, cancel)
        return self._panels


Write = Callable[[Subject, Path, Report, CancelToken], str | None]
"""write(subject, path, report, cancel) → what the user should know about the file, or None."""


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file that an exporter writes."""

    name: str
    write: Write


PlanFiles = Callable[[ExportOptions], list[PlannedFile]]

EXPORTERS: Registry[ExporterSpec, PlanFiles] = Registry("format", __name__)
