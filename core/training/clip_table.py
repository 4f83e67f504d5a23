"""`clips.csv`: a list of clips as a table.

It has the columns path, dataset, label, speaker, split and, if known, extra; commas, semicolons or
tabs between them. Paths are relative to the table; those with backslashes are those of Windows.
"""

from __future__ import annotations

import csv
import os
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from core.elsewhere import here
from core.errors import DataError
from core.file_names import shown
from core.tables import Table, parse_table, read_text
from core.training.data import ClipEntry, LeftOut, plain_split

TABLE = "clips.csv"
COLUMNS = ("path", "dataset", "label", "speaker", "split")  # that it needs; extra may be there


def read_clip_table(table: Path) -> tuple[list[ClipEntry], list[LeftOut]]:
    """The clips of a table, and the rows that are of no use.

    Raises: DataError when it is no such table.
    """
    text = read_text(table)
    try:
        parsed = parse_table(text, COLUMNS)
        missing = [name for name in COLUMNS if name not in parsed.head]
        if missing:
            raise DataError(f"“{shown(table)}” has no column {', '.join(missing)}.")
        return _Rows(table).read(parsed)
    except csv.Error as error:
        raise DataError(f"“{shown(table)}” cannot be read as a table ({error}).") from None


class _Rows:
    """Reads row after row, and knows which it has seen."""

    def __init__(self, table: Path) -> None:
        self._table, self._folder = table, table.parent
        self._seen: dict[tuple[str, str], tuple[int, ClipEntry]] = {}

    def read(self, parsed: Table) -> tuple[list[ClipEntry], list[LeftOut]]:
        entries, left_out = [], []
        width = len(parsed.head)
        for number, cells in parsed.rows():
            row = dict(zip(parsed.head, cells, strict=False))
            why = "has too few columns" if any(name not in row for name in COLUMNS) else None
            if any(cells[width:]):
                why = "has too many columns: a cell that holds the delimiter needs quotation marks"
            entry = None if why else self._entry(row)
            if entry is not None:
                why = self._problem(number, entry)
            if why is None and entry is not None:
                entries.append(entry)
            else:
                sentence = (
                    f"Row {number:,} of “{shown(self._table)}” {why or _lacking(row, self._table)}."
                )
                left_out.append(LeftOut(f"{self._table}, row {number}", sentence))
        return entries, left_out

    def _entry(self, row: Mapping[str, str]) -> ClipEntry | None:
        """What a row says; None where it lacks something or cannot mean a file."""
        if _lacking(row, self._table):
            return None
        text = {name: unicodedata.normalize("NFC", cell) for name, cell in row.items()}
        return ClipEntry(
            self._path(row["path"]),
            text["dataset"],
            text["label"],
            text["speaker"],
            plain_split(text["split"]),
            text.get("extra", ""),
        )

    def _path(self, written: str) -> Path:
        path = self._folder / written
        if "\\" in written and os.sep == "/" and not path.exists():
            path = self._folder / written.replace("\\", "/")
        return path

    def _problem(self, number: int, entry: ClipEntry) -> str | None:
        """Why a row is of no use although it is complete."""
        where = os.path.normpath(entry.path)
        first, known = self._seen.setdefault((where, entry.dataset), (number, entry))
        if first == number:
            return None
        same = (known.label, known.split) == (entry.label, entry.split)
        again = "" if same else ", with another label or split"
        return f"lists “{shown(entry.path)}” again, as row {first:,} does{again}"


def _lacking(row: Mapping[str, str], table: Path) -> str:
    """What is wrong with the cells of a row; nothing where they can be used."""
    if any("\0" in row[name] for name in COLUMNS):
        return "holds NUL characters"
    for name, lacks in (("path", "names no file"), ("label", "has no label")):
        if not row[name]:
            return lacks
    if not row["split"]:
        return "does not say its split"
    if here(row["path"], table) != Path(row["path"]):
        return "names a file on another computer, which is not asked for it"
    try:
        os.fsencode(row["path"])
    except UnicodeEncodeError:
        return "names a file in letters that this system does not know"
    return ""
