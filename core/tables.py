"""Text and tables that people write, mostly with a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import CoreError, DataError
from core.file_names import shown

DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Table:
    """delimiter: between cells. head: the cells of the first row, in small letters. places: of the
    columns asked for that are there.

    text: of all rows. skipped: how many lines before the first row are none of the table.
    """

    delimiter: str
    head: tuple[str, ...]
    places: tuple[int, ...]
    text: str
    skipped: int = 0

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Number, as spreadsheets count, and cells of each row below the head, without blanks
        around them. Rows without any text are none.

        A quotation mark that is not closed would make one cell of all rows up to the next mark.
        Where that reaches into a column that was asked for, each line is a row by itself.
        Raises: csv.Error.
        """
        lines = _lines(self.text)
        reader = csv.reader(lines, delimiter=self.delimiter)
        before = 0
        for cells in reader:
            first, before = before, reader.line_num
            rows = [(first, cells)]
            if before > first + 1 and self._is_swallowing(cells):
                alone = csv.reader(
                    lines[first:before], delimiter=self.delimiter, quoting=csv.QUOTE_NONE
                )
                rows = [(first + number, row) for number, row in enumerate(alone)]
            for place, row in rows:
                if place and any(cell.strip() for cell in row):
                    yield 1 + place + self.skipped, [cell.strip() for cell in row]

    def _is_swallowing(self, cells: Sequence[str]) -> bool:
        return any(
            place >= len(cells) or "\n" in cells[place] or "\r" in cells[place]
            for place in self.places
        )


def read_text(path: Path, kind: type[CoreError] = DataError) -> str:
    """A text file in UTF-8, with or without a byte order mark.

    Raises: `kind` when it cannot be read or is in another encoding.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise kind(f"“{shown(path)}” cannot be read ({error.strerror or error}).") from None
    advice = "save it as plain text in UTF-8 (spreadsheets call it “CSV UTF-8”)"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content[:3]:
        raise kind(f"“{shown(path)}” is in UTF-16; {advice}.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise kind(
            f"“{shown(path)}” is no text in UTF-8 (line {line:,} is the first that is not); "
            f"{advice}."
        ) from None


def parse_table(text: str, columns: Sequence[str]) -> Table:
    """A table with commas, semicolons or tabs: with whichever most of `columns` are found.

    Raises: csv.Error.
    """
    skipped = 0
    hint, _, below = text.partition("\n")
    hint = hint.strip().strip('"').casefold()
    if hint.startswith("sep="):  # Excel writes and reads it
        text, skipped = below, 1

    def head(delimiter: str) -> tuple[str, ...]:
        first = next(csv.reader(_lines(text)[:1], delimiter=delimiter), [])
        return tuple(cell.strip().casefold() for cell in first)

    heads = {delimiter: head(delimiter) for delimiter in DELIMITERS}
    best = max(heads, key=lambda each: (len(set(columns) & set(heads[each])), len(heads[each])))
    found = heads[best]
    places = tuple(found.index(name) for name in columns if name in found)
    return Table(best, found, places, text, skipped)


def _lines(text: str) -> list[str]:
    """Its lines with their ends, which are no others than those of files."""
    return list(io.StringIO(text, newline=""))
