"""The record of a result as JSON."""

from __future__ import annotations

from pathlib import Path

from core.exporters import EXPORTERS, ExporterSpec, ExportOptions, PlannedFile, Subject
from core.files import replacing
from core.job import CancelToken, Report
from core.record import legible_json, result_record

SPEC = ExporterSpec(
    id="json",
    label="JSON",
    summary="every choice and every number",
    group="numbers",
)


@EXPORTERS.register(SPEC)
def plan(options: ExportOptions) -> list[PlannedFile]:
    """`explanation.json`: `core.record.result_record`, and the gains where sounds were matched."""
    return [PlannedFile(options.named("explanation.json"), _write)]


def _write(subject: Subject, path: Path, report: Report, cancel: CancelToken) -> None:
    record = result_record(subject.result, subject.source)
    if subject.gain_db:
        record["gain_db"] = {
            variant.value: round(gain_db, 6) for variant, gain_db in subject.gain_db.items()
        }
    with replacing(path) as temporary:
        temporary.write_bytes(legible_json(record))
