"""What happens where no window can be shown: files, or a sample, are explained and described."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.cli._explaining import explain_files
from app.cli._sample import keyword_sample
from app.cli._telling import tell
from app.cli._words import listening_guide, summary
from app.cli.explain import OUT
from core.types import ExplanationRequest, ExplanationResult


def first_listen(clips: Sequence[Path]) -> int:
    """Explain the clips, or without any a sample, into ./explanations. Returns the exit status.

    Raises: CoreError.
    """
    if not clips:
        sample = keyword_sample()
        clips = [sample.path]
        tell(f"Explaining the sample {sample.title}.")
    return 2 if explain_files(clips, ExplanationRequest(), OUT, _show) else 0


def _show(result: ExplanationResult, file: Path, folder: Path) -> None:
    tell(summary(result, folder.resolve()))
    tell(listening_guide(result, folder.resolve()))
