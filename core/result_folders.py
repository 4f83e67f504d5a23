"""Where the results of many sound files go: a folder for each, and none in the place of another."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.file_names import usable_name
from core.record import RECORD


def result_folders(files: Sequence[Path], out: Path) -> list[Path]:
    """Where in `out` the result of each sound file goes: a folder named like the file.

    Files of one name get the folder they lie in appended (as many levels as tell them apart), or a
    number. So does a file whose name is taken in `out` by anything but its own older result.
    """
    folders: list[Path] = []
    taken: set[str] = set()
    for file, names in zip(files, _names(files), strict=True):
        folder = next(
            out / name
            for name in names
            if name.casefold() not in taken and _is_free(out / name, file)
        )
        taken.add(folder.name.casefold())
        folders.append(folder)
    return folders


def _is_free(folder: Path, source: Path) -> bool:
    """Whether nothing is at `folder`, or an older result of the same file."""
    if not folder.exists():
        return not folder.is_symlink()
    try:
        record = json.loads((folder / RECORD).read_bytes())
        return bool(record["file"] == str(source.resolve()))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _names(files: Sequence[Path]) -> Iterator[Iterator[str]]:
    """For each file the names its folder may take, the plainest first."""
    parents = [file.resolve().parent.parts[1:] for file in files]
    homes: dict[str, set[tuple[str, ...]]] = {}
    for file, parent in zip(files, parents, strict=True):
        homes.setdefault(file.stem.casefold(), set()).add(parent)
    for file, parent in zip(files, parents, strict=True):
        rivals = homes[file.stem.casefold()] - {parent}
        levels = 1
        while any(rival[-levels:] == parent[-levels:] for rival in rivals):
            levels += 1
        yield _variations(usable_name(file.stem), parent[-levels:], shared=bool(rivals))


def _variations(stem: str, parent: tuple[str, ...], *, shared: bool) -> Iterator[str]:
    longer = usable_name("-".join((stem, *parent)))
    yield from [longer] if shared else [stem, longer]
    for number in itertools.count(2):
        yield f"{longer if shared else stem}-{number}"
