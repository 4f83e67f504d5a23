"""Picking clips to explain from the test split."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.errors import DataError
from core.job import CancelToken, Report
from core.models import Toolbox
from core.training.data import list_clips, load_clips
from core.types import AudioClip


def spread_clips(
    data: Path,
    datasets: Sequence[str] | None,
    count: int,
    toolbox: Toolbox,
    report: Report,
    cancel: CancelToken,
) -> list[AudioClip]:
    """`count` test clips of foreground classes, evenly spread over the list.

    Background classes (silence, unknown) are left out: there is nothing in them to explain.
    Raises: DataError when the test split holds none.
    """
    spec, rate = toolbox.classifier.spec, toolbox.codec.spec.sample_rate
    wanted = set(spec.labels) - set(spec.background)
    entries = [entry for entry in list_clips(data, datasets, "test") if entry.label in wanted]
    if not entries:
        raise DataError(f"The test split of “{data}” has no clips of {', '.join(sorted(wanted))}.")
    count = min(count, len(entries))
    chosen = [entries[number * len(entries) // count] for number in range(count)]
    clips = load_clips(chosen, rate, report, cancel)
    return [AudioClip(clips.clip(i), rate, chosen[i].path.stem) for i in range(count)]
