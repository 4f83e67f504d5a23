"""Picking clips to explain from the test split."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import DataError
from core.file_names import as_text, shown
from core.job import CancelToken, Report
from core.models import Toolbox
from core.training.data_folder import DataFolder
from core.types import AudioClip


def spread_clips(
    data: DataFolder,
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
    entries = [entry for entry in data.entries(datasets, "test") if entry.label in wanted]
    if not entries:
        place = shown(data.path)
        raise DataError(f"The test split of “{place}” has no clips of {', '.join(sorted(wanted))}.")
    count = min(count, len(entries))
    chosen = [entries[number * len(entries) // count] for number in range(count)]
    clips = data.load(chosen, rate, report, cancel)
    names = [as_text(entry.path.stem) for entry in clips.entries]
    return [AudioClip(clips.clip(number), rate, name) for number, name in enumerate(names)]
