"""Relevant stretches as a label track of Audacity."""

from __future__ import annotations

from pathlib import Path

from core.exporters import EXPORTERS, ExporterSpec, ExportOptions, PlannedFile, Subject
from core.exporters._marks import first_moment, mark
from core.file_names import on_one_line
from core.files import replacing
from core.job import CancelToken, Report
from core.stretches import relevant_stretches

SPEC = ExporterSpec(
    id="labels",
    label="Audacity labels",
    summary="relevant stretches and their frequencies",
    group="marks",
)


@EXPORTERS.register(SPEC)
def plan(options: ExportOptions) -> list[PlannedFile]:
    """`labels.txt`: start, end and label in columns, the frequencies in a line of their own.

    See "Importing and Exporting Labels" in Audacity's manual.
    """

    def write(subject: Subject, path: Path, report: Report, cancel: CancelToken) -> None:
        begin = first_moment(subject, options)
        lines = []
        for stretch in relevant_stretches(subject.result):
            start, end = begin + stretch.start, begin + stretch.end
            lines.append(f"{start:.6f}\t{end:.6f}\t{on_one_line(mark(stretch))}")
            if stretch.low is not None and stretch.high is not None:
                lines.append(f"\\\t{stretch.low:.6f}\t{stretch.high:.6f}")
        with replacing(path) as temporary:
            text = "".join(f"{line}\n" for line in lines)
            temporary.write_text(text, encoding="utf-8", newline="\n")

    return [PlannedFile(options.named("labels.txt"), write)]
