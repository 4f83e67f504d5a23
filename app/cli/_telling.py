"""What a command says to people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import typer

from core.file_names import plain

if TYPE_CHECKING:
    from core.training.data_folder import DataFolder

NAMED = 20  # of what was left out; a clip's --json names all


def tell(text: object, *, err: bool = False) -> None:
    """Print lines in which nothing steers the terminal, whatever names they hold."""
    typer.echo("\n".join(map(plain, str(text).split("\n"))), err=err)


def tell_left_out(folders: Iterable[DataFolder]) -> None:
    """At the end of the work, on stderr: what of the data could not be used, and why."""
    for folder in folders:
        left_out = folder.left_out
        for note in folder.notes:
            tell(note, err=True)
        clips = "1 clip was" if len(left_out) == 1 else f"{len(left_out):,} clips were"
        _tell_some(f"{clips} left out of “{folder.name}”:", [each.why for each in left_out])


def tell_rows(left_out: Sequence[str]) -> None:
    """The same of a table's rows, a sentence each."""
    rows = "1 row was" if len(left_out) == 1 else f"{len(left_out):,} rows were"
    _tell_some(f"{rows} left out:", left_out)


def left_out_record(folders: Sequence[DataFolder]) -> list[dict[str, str]]:
    """The same for `--json`."""
    return [each.record() for folder in folders for each in folder.left_out]


def _tell_some(title: str, sentences: Sequence[str]) -> None:
    if sentences:
        tell(title, err=True)
    for sentence in sentences[:NAMED]:
        tell(f"  {sentence}", err=True)
    if len(sentences) > NAMED:
        tell(f"  … and {len(sentences) - NAMED:,} more.", err=True)
