"""Spectrograms as SVG."""

from __future__ import annotations

from core.exporters import EXPORTERS, ExporterSpec, ExportOptions, PlannedFile
from core.exporters._pictures import planned_pictures

SPEC = ExporterSpec(
    id="svg",
    label="SVG",
    summary="the same in lines, for print",
    group="pictures",
    by_version=True,
)


@EXPORTERS.register(SPEC)
def plan(options: ExportOptions) -> list[PlannedFile]:
    """The versions side by side and, if wanted, each by itself."""
    return planned_pictures(options, ".svg")
