"""A result on disk: files beside others, or a folder of its own, all from the same exporters."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import RequestError
from core.exporters import EXPORTERS, ExportOptions, PlannedFile, Subject
from core.file_names import usable_name
from core.folder_kinds import FolderKind
from core.folders import adding_files, replacing_folder
from core.job import CancelToken, Report, part, silent
from core.record import RECORD, SCHEMA
from core.types import ExplanationResult, Variant

WAVS = {variant: f"{variant.value}.wav" for variant in Variant}
PICTURE = "spectrograms.png"
DEFAULT_FORMATS = ("wav", "png", "json")
FILES = (*WAVS.values(), PICTURE, RECORD)
OWN_CLASSES = "own classes"  # where each window was explained for the class heard in it
BASE_BYTES = 160  # of what all names of one export begin with


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written. notes: what the user should know about some of it, a sentence each."""

    files: tuple[Path, ...]
    notes: tuple[str, ...] = ()


def proposed_base(result: ExplanationResult) -> str:
    """What the names of exported files begin with: the clip and the class explained."""
    of = result.target if len(result.targets) == 1 else OWN_CLASSES
    return usable_name(f"{result.clip_name}_{of}", most_bytes=BASE_BYTES)


def settled(
    formats: Sequence[str], options: ExportOptions, folder: Path, *, overwrite: bool = False
) -> ExportOptions:
    """`options` with the base that an export into `folder` uses.

    A base that is no name is mended. Unless files may be replaced, a number is added when any file
    of the export is there already, so that all files of one export have the same.
    Raises: RequestError for an unknown format.
    """
    base = usable_name(options.base, most_bytes=BASE_BYTES)
    for number in itertools.count(1):
        tried = replace(options, base=base if number == 1 else f"{base}-{number}")
        names = [file.name for file in planned_files(formats, tried)]
        if overwrite or not any((folder / name).exists() for name in names):
            return tried
    raise AssertionError("numbers do not end")


def planned_files(formats: Sequence[str], options: ExportOptions) -> list[PlannedFile]:
    """What is written for these formats, in their order, each once.

    Raises: RequestError for an unknown format, or when no format, or no version, is chosen.
    """
    if not formats:
        known = ", ".join(spec.id for spec in EXPORTERS.specs())
        raise RequestError(f"Choose at least one format; there are {known}.")
    if not options.variants and any(EXPORTERS.spec(name).by_version for name in formats):
        raise RequestError("Choose at least one version of the sound.")
    return [
        file
        for format_id in dict.fromkeys(formats)
        for file in EXPORTERS.builder(format_id)(options)
    ]


def export_files(
    subject: Subject,
    formats: Sequence[str],
    options: ExportOptions,
    folder: Path,
    *,
    overwrite: bool = False,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> Exported:
    """Write files into `folder`, beside what is there: all of them or none.

    Their names are those of `settled`. Raises: ExportError when they cannot be written;
    RequestError for an unknown format; Cancelled.
    """
    folder = folder.absolute()
    options = settled(formats, options, folder, overwrite=overwrite)
    planned = planned_files(formats, options)
    with adding_files(folder, overwrite=overwrite) as new:
        notes = _write(subject, planned, new, report, cancel or CancelToken())
    return Exported(tuple(folder / file.name for file in planned), notes)


def write_result(
    result: ExplanationResult,
    folder: Path,
    source: Path | None = None,
    formats: Sequence[str] = DEFAULT_FORMATS,
    *,
    gain_db: Mapping[Variant, float] | None = None,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> Exported:
    """Write `folder` with everything in it, completely or not at all; an older result is replaced.

    source: the file the clip was read from. formats: the record is always among them, for by it
    the folder is known. gain_db: what to turn the versions up by; not level-matched otherwise.
    Raises: ExportError when the folder cannot be written, or holds anything but an older result;
    RequestError for an unknown format; Cancelled.
    """
    planned = planned_files([*formats, "json"], ExportOptions())
    folder = folder.absolute()
    with replacing_folder(folder, result_folder()) as new:
        subject = Subject(result, source, gain_db)
        notes = _write(subject, planned, new, report, cancel or CancelToken())
    return Exported(tuple(folder / file.name for file in planned), notes)


def result_folder() -> FolderKind:
    """What may be in the folder of a result, whatever formats it was written with."""
    everything = ExportOptions(separate_pictures=True)
    names = {
        file.name for spec in EXPORTERS.specs() for file in planned_files([spec.id], everything)
    }
    return FolderKind("a result", RECORD, SCHEMA.partition("/")[0], frozenset(names))


def _write(
    subject: Subject,
    planned: Sequence[PlannedFile],
    folder: Path,
    report: Report,
    cancel: CancelToken,
) -> tuple[str, ...]:
    notes = []
    for number, file in enumerate(planned):
        cancel.raise_if_set()
        stage = part(report, number / len(planned), (number + 1) / len(planned))
        stage(0.0, f"Writing {file.name}")
        note = file.write(subject, folder / file.name, stage, cancel)
        if note:
            notes.append(note)
    cancel.raise_if_set()
    return tuple(notes)
