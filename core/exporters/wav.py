"""Sounds as WAV."""

from __future__ import annotations

from core.exporters import EXPORTERS, ExporterSpec, ExportOptions, PlannedFile
from core.exporters._sounds import planned_sounds

SPEC = ExporterSpec(
    id="wav",
    label="WAV",
    summary="the versions, as every program opens them",
    group="sounds",
    by_version=True,
)


@EXPORTERS.register(SPEC)
def plan(options: ExportOptions) -> list[PlannedFile]:
    """One file a version, in 32-bit float or 24-bit whole numbers as the options say."""
    return planned_sounds(options, ".wav", options.sample_format)
