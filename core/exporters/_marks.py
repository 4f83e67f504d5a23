"""What the formats that mark stretches of a sound share."""

from __future__ import annotations

from core.exporters import ExportOptions, Subject
from core.stretches import Stretch


def first_moment(subject: Subject, options: ExportOptions) -> float:
    """What the files' first second counts as: 0, or where the sound lies in the recording."""
    return subject.result.start if options.recording_times else 0.0


def mark(stretch: Stretch) -> str:
    """What stands at a stretch: "yes 62 %"."""
    return f"{stretch.label} {100 * stretch.share:.0f} %"
