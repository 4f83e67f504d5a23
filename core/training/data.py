"""Clips for training and evaluation: a folder with a `clips.csv`, or one folder per label.

`clips.csv` has the columns path, dataset, label, speaker, split and, if known, extra. Without it
every sub-folder is a label, and its files are split by a hash of their name, one in five for
testing. Decoded audio is kept as 16-bit samples in memory and, per list of files and rate, in the
user's cache.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from core.audio_io import READING, read_clip
from core.elsewhere import here
from core.errors import DataError, ExportError
from core.files import replacing
from core.gathering import gather
from core.job import CancelToken, Report, part
from core.places import cache_folder
from core.types import FloatArray
from core.unreadable import unreadable

COLUMNS = ("path", "dataset", "label", "speaker", "split")  # a clips.csv needs; extra may be there


@dataclass(frozen=True, slots=True)
class ClipEntry:
    """One row of the list. path: of the file; split: "train" or "test"."""

    path: Path
    dataset: str
    label: str
    speaker: str
    split: str
    extra: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ClipSet:
    """Decoded clips of one rate, mono.

    samples: int16, all clips end to end; starts: (n + 1,) where each begins.
    """

    entries: tuple[ClipEntry, ...]
    samples: npt.NDArray[np.int16]
    starts: npt.NDArray[np.int64]
    sample_rate: int

    def __len__(self) -> int:
        return len(self.entries)

    def __add__(self, other: ClipSet) -> ClipSet:
        """The clips of both, which must be of one rate."""
        return ClipSet(
            self.entries + other.entries,
            np.concatenate([self.samples, other.samples]),
            np.concatenate([self.starts, self.starts[-1] + other.starts[1:]]),
            self.sample_rate,
        )

    def clip(self, index: int) -> FloatArray:
        """Samples of one clip, float32 (N,), full scale 1.0."""
        raw = self.samples[self.starts[index] : self.starts[index + 1]]
        return raw.astype(np.float32) / 32768.0

    def labels(self) -> list[str]:
        return [entry.label for entry in self.entries]

    def where(self, keep: Iterable[bool]) -> ClipSet:
        """The clips for which `keep` is true, in order."""
        chosen = [index for index, wanted in enumerate(keep) if wanted]
        pieces = [self.samples[self.starts[i] : self.starts[i + 1]] for i in chosen]
        return _joined([self.entries[i] for i in chosen], pieces, self.sample_rate)


def list_clips(
    folder: Path, datasets: Sequence[str] | None = None, split: str | None = None
) -> list[ClipEntry]:
    """The clips of a data folder, of some data sets and one split if asked.

    Raises: DataError when there is none.
    """
    if not folder.is_dir():
        raise DataError(f"There is no folder “{folder}”; give the folder that holds the clips.")
    table = folder / "clips.csv"
    entries = _from_table(table) if table.is_file() else _from_folders(folder)
    chosen = [
        entry
        for entry in entries
        if (datasets is None or entry.dataset in datasets)
        and (split is None or entry.split == split)
    ]
    if not chosen:
        asked = ", ".join(filter(None, [*(datasets or ()), split]))
        raise DataError(f"“{folder}” lists no clips{f' of {asked}' if asked else ''}.")
    return chosen


def load_clips(
    entries: Sequence[ClipEntry], sample_rate: int, report: Report, cancel: CancelToken
) -> ClipSet:
    """Decode the clips at `sample_rate` [Hz], mono. Raises: AudioError naming a bad file."""
    fingerprint, place = _fingerprint(entries, sample_rate), cache_folder()
    cached = None if place is None else place / "clips" / f"{fingerprint}.npz"
    kept = None if cached is None else _kept(cached)
    if kept is not None:
        return ClipSet(tuple(entries), *kept, sample_rate)
    pieces = []
    for index, entry in enumerate(entries):
        cancel.raise_if_set()
        report(index / len(entries), "Reading clips")
        clip = read_clip(entry.path, sample_rate=sample_rate, mono=True)
        scaled = np.clip(np.round(clip.samples[0] * 32768.0), -32768, 32767)
        pieces.append(scaled.astype(np.int16))
    clips = _joined(list(entries), pieces, sample_rate)
    if cached is not None:
        _keep(clips, cached)
    return clips


def _kept(cached: Path) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int64]] | None:
    """Samples and starts as they were decoded before; damaged ones are decoded again."""
    with (
        suppress(OSError, ValueError, KeyError, EOFError, BadZipFile),
        cached.open("rb") as file,
        np.load(file, allow_pickle=False) as stored,
    ):
        return stored["samples"], stored["starts"]
    return None


def _keep(clips: ClipSet, cached: Path) -> None:
    with suppress(OSError, ExportError):  # without it the next time only takes longer
        cached.parent.mkdir(parents=True, exist_ok=True)
        with replacing(cached, lasting=False) as temporary:
            np.savez(temporary, samples=clips.samples, starts=clips.starts)


def load_splits(
    folder: Path,
    datasets: Sequence[str] | None,
    sample_rate: int,
    report: Report,
    cancel: CancelToken,
) -> tuple[ClipSet, ClipSet]:
    """The training and the test clips of a folder."""
    train = list_clips(folder, datasets, "train")
    test = list_clips(folder, datasets, "test")
    return (
        load_clips(train, sample_rate, part(report, 0.0, 0.8), cancel),
        load_clips(test, sample_rate, part(report, 0.8, 1.0), cancel),
    )


def _from_table(table: Path) -> list[ClipEntry]:
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:  # spreadsheets write a BOM
            reader = csv.DictReader(file)
            columns = reader.fieldnames or ()
            rows = list(reader)
    except (OSError, ValueError, csv.Error) as error:
        raise DataError(f"“{table}” cannot be read as a table ({error}).") from None
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        raise DataError(f"“{table}” has no column {', '.join(missing)}.")
    for number, row in enumerate(rows, start=1):
        if any(row[name] is None for name in COLUMNS):
            raise DataError(f"Row {number} of “{table}” has too few columns.")
        if here(row["path"], table) != Path(row["path"]):
            raise DataError(
                f"Row {number} of “{table}” names “{row['path']}” on another computer, which is "
                "not asked for it; copy the clips to a folder beside the table."
            )
    return [
        ClipEntry(
            table.parent / row["path"],
            row["dataset"],
            row["label"],
            row["speaker"],
            row["split"],
            row.get("extra") or "",
        )
        for row in rows
    ]


def _from_folders(folder: Path) -> list[ClipEntry]:
    entries = []
    for path in gather([folder]).files:
        label, *below = path.relative_to(folder).parts
        if below:  # what lies beside the folders has no label
            bucket = hashlib.sha256(path.name.encode()).digest()[0] % 5
            split = "test" if bucket == 0 else "train"
            entries.append(ClipEntry(path, folder.name, label, "", split))
    return entries


def _joined(
    entries: Sequence[ClipEntry], pieces: Sequence[npt.NDArray[np.int16]], sample_rate: int
) -> ClipSet:
    starts = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])]).astype(np.int64)
    samples = np.concatenate(pieces) if pieces else np.zeros(0, np.int16)
    return ClipSet(tuple(entries), samples, starts, sample_rate)


def _fingerprint(entries: Sequence[ClipEntry], sample_rate: int) -> str:
    digest = hashlib.sha256(f"{READING} {sample_rate}".encode())
    for entry in entries:
        try:
            facts = entry.path.stat()
        except OSError as error:
            raise unreadable(entry.path, error) from None
        digest.update(f"{entry.path.resolve()}|{facts.st_size}|{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:32]
