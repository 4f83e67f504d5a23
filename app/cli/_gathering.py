"""The sound files that a command is given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from core.audio_io import audio_files
from core.errors import AudioError


def gathered(paths: Sequence[Path]) -> tuple[list[Path], int]:
    """The sound files, each once, and how many of the paths hold none."""
    files: dict[Path, Path] = {}
    failures = 0
    for path in paths:
        try:
            for file in audio_files([path]):
                files.setdefault(file.resolve(), file)
        except AudioError as error:
            typer.echo(error, err=True)
            failures += 1
    return list(files.values()), failures
