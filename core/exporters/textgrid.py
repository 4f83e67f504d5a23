"""Relevant stretches as a TextGrid of Praat."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.exporters import EXPORTERS, ExporterSpec, ExportOptions, PlannedFile, Subject
from core.exporters._marks import first_moment, mark
from core.file_names import on_one_line
from core.files import replacing
from core.job import CancelToken, Report
from core.stretches import relevant_stretches
from core.types import Variant

SPEC = ExporterSpec(
    id="textgrid",
    label="Praat TextGrid",
    summary="the same stretches as a tier of intervals",
    group="marks",
)
SHORTEST = 1e-6  # s; Praat takes no interval without a length, and so small a gap is rounding

Interval = tuple[float, float, str]


@EXPORTERS.register(SPEC)
def plan(options: ExportOptions) -> list[PlannedFile]:
    """`relevance.TextGrid`, in Praat's long text format, in UTF-8: one tier of intervals."""

    def write(subject: Subject, path: Path, report: Report, cancel: CancelToken) -> None:
        result = subject.result
        begin = first_moment(subject, options)
        end = begin + result.audio[Variant.ORIGINAL].seconds
        name = "windows" if result.windows else f"relevant for {result.target}"
        marks = [
            (begin + stretch.start, begin + stretch.end, mark(stretch))
            for stretch in relevant_stretches(result)
        ]
        text = textgrid(name, intervals(marks, end), end)
        with replacing(path) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")

    return [PlannedFile(options.named("relevance.TextGrid"), write)]


def intervals(marks: Sequence[Interval], end: float) -> list[Interval]:
    """The marks with empty intervals between them, so that 0…end is covered without a gap.

    marks: start, end, text; in order, none overlapping. A tier of Praat has no gaps.
    """
    covered: list[Interval] = []
    done = 0.0
    for start, stop, text in marks:
        if start - done > SHORTEST:
            covered.append((done, start, ""))
            done = start
        stop = end if end - stop <= SHORTEST else stop
        if stop - done > SHORTEST:
            covered.append((done, stop, text))
            done = stop
    if end - done > 0.0 or not covered:
        covered.append((done, end, ""))
    return covered


def textgrid(name: str, tier: Sequence[Interval], end: float) -> str:
    """A TextGrid from 0 to `end` seconds with one tier of intervals that cover it."""
    lines = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        "xmin = 0 ",
        f"xmax = {_seconds(end)} ",
        "tiers? <exists> ",
        "size = 1 ",
        "item []: ",
        "    item [1]:",
        '        class = "IntervalTier" ',
        f"        name = {_quoted(name)} ",
        "        xmin = 0 ",
        f"        xmax = {_seconds(end)} ",
        f"        intervals: size = {len(tier)} ",
    ]
    for number, (start, stop, text) in enumerate(tier, start=1):
        lines += [
            f"        intervals [{number}]:",
            f"            xmin = {_seconds(start)} ",
            f"            xmax = {_seconds(stop)} ",
            f"            text = {_quoted(text)} ",
        ]
    return "\n".join(lines) + "\n"


def _seconds(value: float) -> str:
    """Without an exponent, and so exact that the end is that of the sound."""
    text = f"{value:.12f}".rstrip("0")
    return text + "0" if text.endswith(".") else text


def _quoted(text: str) -> str:
    """As Praat reads it: on one line, quotation marks doubled."""
    return '"{}"'.format(on_one_line(text).replace('"', '""'))
