"""What `docs/concepts.md` says of the bundled embedder and vocabularies, measured again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from app.cli._progress import progress, stopping_on_interrupt
from app.cli._tables import add_row, show
from app.cli._telling import left_out_record, tell_left_out
from core.concepts.opening import open_embedder
from core.concepts.training.measure import measure_tower, sparse_and_dense
from core.concepts.vocabularies import open_vocabulary, vocabulary_catalogue
from core.device import resolve_device
from core.job import part
from core.record import json_line
from core.training.data_folder import DataFolder

if TYPE_CHECKING:
    from core.concepts.figures import Comparison


def print_figures(data: Path, embedder: str, device: str, as_json: bool) -> None:
    """Zero-shot by subject beside chance, and ESC-10 dense against concepts. Raises: CoreError."""
    folder = DataFolder(data)
    with redirect_stdout(sys.stderr), progress("Opening the models"):
        opened = open_embedder(embedder, resolve_device(device))
        shipped = [entry.id for entry in vocabulary_catalogue() if entry.source == "bundled"]
        vocabularies = [open_vocabulary(each, opened) for each in shipped]
    with stopping_on_interrupt() as cancel, progress("Measuring") as report:
        subjects = measure_tower(opened, folder, part(report, 0.0, 0.7), cancel)
        compared = sparse_and_dense(opened, folder, vocabularies, part(report, 0.7, 1.0), cancel)
    spec = opened.spec
    if as_json:
        record = {"embedder": spec.id, "digest": spec.digest, "zero_shot": subjects}
        esc10 = [result.record() for result in compared]
        left_out = left_out_record([folder])
        typer.echo(json_line({**record, "esc10": esc10, "left_out": left_out}))
    else:
        _show_subjects(f"{spec.id} ({spec.digest}): zero-shot on the test split", subjects)
        _show_compared(compared)
    tell_left_out([folder])


def _show_subjects(title: str, subjects: dict[str, Any]) -> None:
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    headings = ("clips", "labels", "chance", "right", "95 %", "above chance")
    for column in ("set: subject", *headings):
        table.add_column(column, justify="left" if ":" in column else "right")
    for name, row in subjects.items():
        low, high = row["interval"]
        add_row(
            table,
            name,
            str(row["clips"]),
            str(row["labels"]),
            f"{row['chance']:.3f}",
            f"{row['zero_shot']:.3f}",
            f"{low:.3f}–{high:.3f}",
            f"{row['errors_above']:.1f} standard errors",
        )
    show(table)


def _show_compared(compared: Sequence[Comparison]) -> None:
    from rich.table import Table

    first = compared[0]
    table = Table(
        title=f"ESC-10 test: dense, and at most {first.at_most} concepts, λ {first.penalty:g}",
        title_justify="left",
    )
    headings = ("concepts", "cosine", "zero-shot", "as concepts", "linear", "as concepts")
    for column in ("vocabulary", *headings):
        table.add_column(column, justify="left" if column == "vocabulary" else "right")
    for result in compared:
        add_row(
            table,
            result.vocabulary + (", centred" if result.centred else ""),
            f"{result.l0:.1f}",
            f"{result.cosine:.3f}",
            f"{result.zero_shot_dense:.4f}",
            _beside(result.zero_shot, result.zero_shot_dense),
            f"{result.linear_dense:.4f}",
            _beside(result.linear, result.linear_dense),
        )
    show(table)


def _beside(share: float, dense: float) -> str:
    return f"{share:.4f} ({100 * (share - dense):+.2f} points)"
