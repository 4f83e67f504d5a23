"""Tables on standard output, in which nothing is cut off: two ids must never look the same."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from core.file_names import plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

PIPED = 160  # characters; a line of a file may be long, and should hold a row


def output() -> Console:
    """Standard output for texts as they are, without markup; wide where it is no terminal."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else PIPED
    return Console(width=width, highlight=False, markup=False, emoji=False)


def add_row(table: Table, *cells: str | Text) -> None:
    """A row of texts as they are, in which nothing steers the terminal."""
    from rich.text import Text

    texts = [cell if isinstance(cell, Text) else Text(cell) for cell in cells]
    table.add_row(*(Text(plain(text.plain), text.style) for text in texts))


def show(table: Table) -> None:
    """Print a table. A cell that is too narrow goes on in the next line.

    The first column, which says what a row is of, stays in one line where there is room for that.
    """
    console = output()
    for column in table.columns:
        column.overflow = "fold"
    name, *_ = table.columns
    longest = max((console.measure(cell).maximum for cell in name.cells), default=0)
    name.no_wrap = longest <= console.width // 3
    console.print(table)
