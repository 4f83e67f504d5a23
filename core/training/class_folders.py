"""Clips in folders: one for each label, or one for each split with one for each label inside.

Where no folder tells the split, a hash of the file's name does: one in five is for testing.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from core.errors import DataError
from core.file_names import as_text, shown
from core.gathering import gather
from core.training.data import SPLITS, ClipEntry, LeftOut, plain_split

Parts = tuple[str, ...]


def read_class_folders(folder: Path) -> tuple[list[ClipEntry], list[LeftOut], tuple[str, ...]]:
    """The clips of a folder, those without a label, and what else was passed over, in sentences.

    Raises: DataError when there is no sound, or labels cannot be told from splits.
    """
    found = gather([folder])
    for problem in found.problems:
        raise DataError(str(problem))
    dataset = as_text(Path(os.path.abspath(folder)).name)  # noqa: PTH100 – a link keeps its name
    files = {path: path.relative_to(folder).parts for path in found.files}
    by_split = _is_by_split(folder, files)
    entries, left_out = [], []
    for path, parts in files.items():
        if len(parts) < (3 if by_split else 2):
            left_out.append(
                LeftOut(str(path), f"“{shown(path)}” lies in no folder that is a label.")
            )
            continue
        split, inside = (parts[0], parts[1:]) if by_split else (None, parts)
        if split is None and len(parts) > 2 and parts[1].casefold() in SPLITS:
            split = parts[1]
        label = unicodedata.normalize("NFC", as_text(inside[0]))
        split = _drawn(path) if split is None else plain_split(split)
        entries.append(ClipEntry(path, dataset, label, "", split))
    return entries, left_out, found.notes


def has_class_folders(folder: Path) -> bool:
    """Whether all sounds of a folder lie in folders of it, so that these may be labels."""
    files = gather([folder]).files
    return bool(files) and all(len(path.relative_to(folder).parts) > 1 for path in files)


def _is_by_split(folder: Path, files: Mapping[Path, Parts]) -> bool:
    """Whether the folders are splits, not labels. Raises: DataError when that cannot be told."""
    depths: dict[str, set[bool]] = {}  # of each folder whether it has sounds in folders, and beside
    for top, *below in (parts for parts in files.values() if len(parts) > 1):
        depths.setdefault(top, set()).add(len(below) > 1)
    named = {top for top in depths if top.casefold() in SPLITS}
    splits = {top for top in named if True in depths[top]}
    asks = "lay the clips out as train/LABEL and test/LABEL, or as LABEL alone"
    if splits and splits == set(depths):
        return True
    if len(splits) > 1:
        others = ", ".join(f"“{shown(top)}”" for top in sorted(set(depths) - splits))
        raise DataError(
            f"“{shown(folder)}” holds folders for splits ({', '.join(sorted(splits))}) beside "
            f"{others}; {asks}."
        )
    if len(named) > 1 and named == set(depths):
        raise DataError(
            f"“{shown(folder)}” holds {' and '.join(sorted(named))} without folders for the labels "
            f"inside; {asks}."
        )
    return False


def _drawn(path: Path) -> str:
    """The split of a file whose folders do not tell it; the same on every machine."""
    bucket = hashlib.sha256(os.fsencode(path.name)).digest()[0] % 5
    return "test" if bucket == 0 else "train"
