"""The sound files that a command is given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.cli._telling import tell
from core.gathering import gather


def gathered(paths: Sequence[Path], out: Path | None = None) -> tuple[list[Path], int]:
    """The sound files, each once, and how many of the paths hold none; what is not taken is said.

    out: where results go, see `core.gathering`.
    """
    found = gather(paths, out)
    for sentence in (*found.problems, *found.notes):
        tell(sentence, err=True)
    return list(found.files), len(found.problems)
