"""What the picture formats share."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from core.exporters import ExportOptions, PlannedFile, Subject
from core.job import CancelToken, Report
from core.picture import picture_title, spectrogram_picture
from core.types import Variant


def planned_pictures(options: ExportOptions, suffix: str) -> list[PlannedFile]:
    """All versions in one picture and, where that is wanted, each in one of its own."""
    together = options.named(f"spectrograms{suffix}")
    planned = [PlannedFile(together, partial(_write_picture, options.variants))]
    if options.separate_pictures:
        planned += [
            PlannedFile(
                options.named(f"{variant.value}_spectrogram{suffix}"),
                partial(_write_picture, (variant,)),
            )
            for variant in options.variants
        ]
    return planned


def _write_picture(
    variants: tuple[Variant, ...],
    subject: Subject,
    path: Path,
    report: Report,
    cancel: CancelToken,
) -> None:
    panels = subject.panels(report, cancel)
    cancel.raise_if_set()
    title = picture_title(subject.result)
    spectrogram_picture(path, [panels[variant] for variant in variants], title=title)
