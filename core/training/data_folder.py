"""A folder of clips to learn from and to test on: listed by a `clips.csv`, or by its folders."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from core.errors import AudioError, DataError
from core.file_names import as_text, naming, shown
from core.job import CancelToken, Report
from core.training.class_folders import has_class_folders, read_class_folders
from core.training.clip_table import TABLE, read_clip_table
from core.training.data import ClipEntry, ClipSet, LeftOut, load_clips


class DataFolder:
    """Its clips, and which of them were left out so far; used by one thread.

    One bad clip of thousands is no reason to stop: it is left out, and whoever began the work tells
    of it at the end.
    """

    def __init__(self, path: Path) -> None:
        """Raises: DataError when the folder is missing, or its list cannot be understood."""
        self.path = path
        if not path.is_dir():
            raise DataError(
                f"There is no folder “{shown(path)}”; give the folder that holds the clips."
            )
        self._listed_by_table = (path / TABLE).is_file()
        if self._listed_by_table:
            self._entries, left_out = read_clip_table(path / TABLE)
            self.notes: tuple[str, ...] = ()
        else:
            self._entries, left_out, self.notes = read_class_folders(path)
        self._left_out = {each.clip: each for each in left_out}

    @property
    def name(self) -> str:
        """What it is called in tables and records."""
        return as_text(Path(os.path.abspath(self.path)).name)  # noqa: PTH100 – of a link its own

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """The clips that turned out to be of no use, each once."""
        return tuple(self._left_out.values())

    def entries(
        self, datasets: Sequence[str] | None = None, split: str | None = None
    ) -> list[ClipEntry]:
        """The clips, of some data sets and one split if asked.

        Raises: DataError when there is none, saying which there are.
        """
        of_sets = [each for each in self._entries if datasets is None or each.dataset in datasets]
        chosen = [each for each in of_sets if split is None or each.split == split]
        if not chosen:
            raise DataError(self._lacking(of_sets, datasets, split))
        return chosen

    def load(
        self, entries: Sequence[ClipEntry], sample_rate: int, report: Report, cancel: CancelToken
    ) -> ClipSet:
        """The clips decoded, see `core.training.data.load_clips`; bad ones are left out.

        Raises: DataError when all of them are bad; Cancelled.
        """
        clips, bad = load_clips(entries, sample_rate, report, cancel)
        self._left_out |= {each.clip: each for each in bad}
        self.require_any(entries, len(clips))
        return clips

    def leave_out(self, entry: ClipEntry, error: AudioError) -> None:
        """What `load` does, for those who read clips themselves."""
        self._left_out[str(entry.path)] = LeftOut(str(entry.path), naming(entry.path, error))

    def require_any(self, entries: Sequence[ClipEntry], usable: int) -> None:
        """That some of the clips could be used. Raises: DataError with the reason of the first."""
        if entries and not usable:
            first = self._left_out[str(entries[0].path)]
            raise DataError(
                f"None of the {len(entries):,} clips asked for of “{shown(self.path)}” can be "
                f"used, the first because: {first.why}"
            )

    def _lacking(
        self, of_sets: Sequence[ClipEntry], datasets: Sequence[str] | None, split: str | None
    ) -> str:
        place = f"“{shown(self.path)}”"
        if not self._entries:
            first = next((f"; the first: {each.why}" for each in self.left_out), ".")
            return f"{place} lists no clips{first}"
        if not of_sets:
            asked = ", ".join(datasets or ())
            there = _counted(each.dataset for each in self._entries)
            return f"{place} has no clips of {asked}; its data sets are {there}."
        of = f" in {', '.join(datasets)}" if datasets else ""
        advice = "" if self._listed_by_table else f"; put some into {split}/LABEL"
        there = _counted(each.split for each in of_sets)
        return f"{place} has no clips of the split “{split}”{of}, only of {there}{advice}."


def is_data_folder(folder: Path) -> bool:
    """Whether a folder is a data set: a list of clips, or a folder for each label."""
    return (folder / TABLE).is_file() or has_class_folders(folder)


def _counted(names: Iterable[str]) -> str:
    """ "train (10), test (2)"."""
    counts = Counter(names)
    return ", ".join(f"{name} ({count:,})" for name, count in sorted(counts.items()))
