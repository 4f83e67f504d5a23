"""What the sound formats share."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from core.audio_io import write_wav
from core.exporters import ExportOptions, PlannedFile, Subject
from core.job import CancelToken, Report
from core.levels import amplitude_to_db
from core.scratch import extremes
from core.types import Variant


def planned_sounds(options: ExportOptions, suffix: str, subtype: str) -> list[PlannedFile]:
    """A file for each version. subtype: as `write_wav` has it."""
    return [
        PlannedFile(
            options.named(f"{variant.value}{suffix}"), partial(_write_sound, variant, subtype)
        )
        for variant in options.variants
    ]


def _write_sound(
    variant: Variant,
    subtype: str,
    subject: Subject,
    path: Path,
    report: Report,
    cancel: CancelToken,
) -> str | None:
    clip = subject.result.audio[variant]
    gain_db = subject.gain_db.get(variant, 0.0)
    write_wav(path, clip, subtype, gain_db=gain_db, report=report, cancel=cancel)
    if subtype == "FLOAT":
        return None
    lowest, highest = extremes(clip.samples)
    peak_db = amplitude_to_db(max(highest, -lowest))
    if peak_db is None or peak_db + gain_db <= 0.0:
        return None
    return (
        f"“{path.name}” is cut off at full scale, which it exceeds by {peak_db + gain_db:.1f} dB; "
        "WAV in 32-bit float keeps it whole."
    )
