"""Which folders are HearWhy's own, and may be replaced: those that hold only what it wrote."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from core.errors import ExportError

BY_THE_DESKTOP = {
    ".ds_store",
    ".localized",
    "icon\r",
    "thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    ".directory",
}
"""Names of files that file managers put anywhere, in small letters."""
BESIDE = "._"  # and the name of a file: where macOS keeps what other disks cannot


@dataclass(frozen=True, slots=True)
class FolderKind:
    """What HearWhy writes into folders of one kind, by which it knows its own again.

    name: in sentences, such as “the result”. manifest: the JSON file that is in each. schema: what
    the manifest's field of that name begins with, up to the stroke and the version. files: the
    names of all files that may be in one, the manifest among them.
    """

    name: str
    manifest: str
    schema: str
    files: frozenset[str]


def refuse_foreign(folder: Path, kind: FolderKind, shown: Path | None = None) -> None:
    """That nothing of anyone else's is lost when `folder` is replaced.

    It must be missing, empty, or a folder of that kind with nothing else in it; what a desktop
    leaves does not count. shown: how sentences call it. Raises: ExportError.
    """
    shown = shown or folder
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise ExportError(f"“{shown}” is a file; {kind.name} needs a folder of that name.")
    if os.path.ismount(folder):
        raise ExportError(
            f"“{shown}” is a whole disk and is not replaced; choose a folder on it for {kind.name}."
        )
    try:
        foreign = _first_foreign(folder, kind)
    except OSError as error:
        raise ExportError(
            f"“{shown}” could not be read ({error.strerror or error}), and so is not replaced; "
            f"choose another folder for {kind.name}."
        ) from None
    if foreign is not None:
        raise ExportError(
            f"“{shown}” holds “{foreign}”, which is not part of {kind.name} and would be lost; "
            "choose another folder."
        )


def _first_foreign(folder: Path, kind: FolderKind) -> str | None:
    """The first name of something that HearWhy did not write. Raises: OSError."""
    ours: list[str] = []
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            plain = entry.is_file(follow_symlinks=False)
            if plain and _is_by_the_desktop(entry.name, kind):
                continue
            if not plain or entry.name not in kind.files:
                return entry.name
            ours.append(entry.name)
    if not ours or _is_manifest(folder / kind.manifest, kind.schema):
        return None
    return kind.manifest if kind.manifest in ours else ours[0]


def _is_by_the_desktop(name: str, kind: FolderKind) -> bool:
    beside = name.removeprefix(BESIDE)
    return name.casefold() in BY_THE_DESKTOP or (
        beside != name and (beside in kind.files or beside.casefold() in BY_THE_DESKTOP)
    )


def _is_manifest(path: Path, schema: str) -> bool:
    try:
        record = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(record, dict) and str(record.get("schema")).startswith(f"{schema}/")
