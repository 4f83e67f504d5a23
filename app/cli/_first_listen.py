"""What happens without a command: one file, or a sample, is explained, and what to do is said."""

from __future__ import annotations

from pathlib import Path

import typer

from app.cli._explaining import explain_files
from app.cli._sample import keyword_sample
from app.cli._words import listening_guide, summary
from app.cli.explain import OUT
from core.types import ExplanationRequest, ExplanationResult


def first_listen(clip: Path | None = None) -> int:
    """Explain `clip`, or a sample, into ./explanations. Returns the exit status.

    Raises: CoreError.
    """
    if clip is None:
        sample = keyword_sample()
        clip = sample.path
        typer.echo(f"Explaining the sample {sample.title}.")
    return 2 if explain_files([clip], ExplanationRequest(), OUT, _show) else 0


def _show(result: ExplanationResult, file: Path, folder: Path) -> None:
    typer.echo(summary(result, folder.resolve()))
    typer.echo(listening_guide(result, folder.resolve()))
