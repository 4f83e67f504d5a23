"""Tables on standard output, in which nothing is cut off: two ids must never look the same."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

PIPED = 160  # characters; a line of a file may be long, and should hold a row


def output() -> Console:
    """Standard output for texts as they are, without markup; wide where it is no terminal."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else PIPED
    return Console(width=width, highlight=False, markup=False, emoji=False)


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
