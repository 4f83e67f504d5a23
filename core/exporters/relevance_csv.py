"""Relevance as tables: cell by cell, and summed up frame by frame."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from core.exporters import EXPORTERS, ExporterSpec, ExportOptions, PlannedFile, Subject
from core.files import replacing
from core.job import CancelToken, Report
from core.stretches import explained_window, kept_relevance
from core.types import ExplanationResult, SecondsArray

SPEC = ExporterSpec(
    id="csv",
    label="CSV",
    summary="relevance cell by cell and frame by frame",
    group="numbers",
)


@EXPORTERS.register(SPEC)
def plan(options: ExportOptions) -> list[PlannedFile]:
    """`relevance.csv` (D rows, F columns) and `relevance_frames.csv` (F rows)."""
    return [
        PlannedFile(options.named("relevance.csv"), _write_cells),
        PlannedFile(options.named("relevance_frames.csv"), _write_frames),
    ]


def _write_cells(subject: Subject, path: Path, report: Report, cancel: CancelToken) -> None:
    """A row for each of the D channels. The header has the start of each frame in seconds of the
    recording, the first column the number of the channel."""
    result = subject.result
    starts = _frame_edges(result)[:-1]
    header = ["channel / time in s", *(f"{start:.4f}" for start in starts)]
    rows = (
        [str(channel), *map(_exactly, row)]
        for channel, row in enumerate(result.attribution.values.tolist())
    )
    _write_table(path, header, rows)


def _write_frames(subject: Subject, path: Path, report: Report, cancel: CancelToken) -> None:
    """A row for each of the F frames.

    relevance: the sum over its channels, positive and negative: the parts of it that speak for and
    against the class. kept: what of the positive part the explanation keeps. kept_cells,
    removed_cells: how many of its cells are kept in the explanation, taken out of the removed.
    """
    result = subject.result
    values = np.asarray(result.attribution.values, dtype=np.float64)
    edges = _frame_edges(result)
    columns = {
        "relevance": values.sum(axis=0),
        "positive": np.maximum(values, 0.0).sum(axis=0),
        "negative": np.minimum(values, 0.0).sum(axis=0),
        "kept": kept_relevance(result.attribution.values, result.keep_mask),
    }
    counts = (result.keep_mask.sum(axis=0), result.remove_mask.sum(axis=0))
    header = ["frame", "start_s", "end_s", *columns, "kept_cells", "removed_cells"]
    rows = (
        [
            str(frame),
            f"{edges[frame]:.4f}",
            f"{edges[frame + 1]:.4f}",
            *(_exactly(column[frame]) for column in columns.values()),
            *(str(int(count[frame])) for count in counts),
        ]
        for frame in range(values.shape[1])
    )
    _write_table(path, header, rows)


def _frame_edges(result: ExplanationResult) -> SecondsArray:
    """Where the frames begin and end, in seconds of the recording, shape (F + 1,).

    Where every window was explained, the relevance is that of the most telling one.
    """
    return result.start + explained_window(result)[0] + result.code.edges()


def _exactly(value: float) -> str:
    """So many figures that the float32 is the same when it is read again."""
    return f"{value:.9g}"


def _write_table(path: Path, header: list[str], rows: Iterable[list[str]]) -> None:
    with (
        replacing(path) as temporary,
        temporary.open("x", newline="", encoding="utf-8") as file,
    ):
        table = csv.writer(file)
        table.writerow(header)
        table.writerows(rows)
