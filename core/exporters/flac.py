"""Sounds as FLAC."""

from __future__ import annotations

from core.exporters import EXPORTERS, ExporterSpec, ExportOptions, PlannedFile
from core.exporters._sounds import planned_sounds

SPEC = ExporterSpec(
    id="flac",
    label="FLAC",
    summary="the versions without loss at half the size, 24-bit",
    group="sounds",
    by_version=True,
)


@EXPORTERS.register(SPEC)
def plan(options: ExportOptions) -> list[PlannedFile]:
    """One file a version."""
    return planned_sounds(options, ".flac", "PCM_24")
