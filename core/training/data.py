"""Clips for training and evaluation, decoded.

They are kept as 16-bit samples in memory and, per list of files and rate, in the user's cache. A
clip that cannot be read is left out and said; the others go on.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from core.audio_io import READING, read_clip
from core.errors import AudioError, ExportError
from core.file_names import naming
from core.files import replacing
from core.job import CancelToken, Report
from core.places import cache_folder
from core.types import FloatArray

SPLITS = {  # what people call them
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("test", "testing", "eval", "evaluation"), "test"),
    **dict.fromkeys(("validation", "valid", "val", "dev"), "validation"),
}


@dataclass(frozen=True, slots=True)
class ClipEntry:
    """One clip of a list. path: of the file; split: "train" or "test", or what it is called."""

    path: Path
    dataset: str
    label: str
    speaker: str
    split: str
    extra: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A clip that is of no use. clip: its path, or its place in a list; why: a sentence."""

    clip: str
    why: str

    def record(self) -> dict[str, str]:
        return asdict(self)


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


def load_clips(
    entries: Sequence[ClipEntry], sample_rate: int, report: Report, cancel: CancelToken
) -> tuple[ClipSet, list[LeftOut]]:
    """Decode the clips at `sample_rate` [Hz], mono. → those that can be read, and the others."""
    fingerprint, place = _fingerprint(entries, sample_rate), cache_folder()
    cached = None if place is None else place / "clips" / f"{fingerprint}.npz"
    known = None if cached is None else _kept(entries, sample_rate, cached)
    if known is not None:
        return known
    pieces: list[npt.NDArray[np.int16] | None] = []
    left_out = []
    for index, entry in enumerate(entries):
        cancel.raise_if_set()
        report(index / len(entries), "Reading clips")
        piece, problem = _read(entry, sample_rate)
        pieces.append(piece)
        left_out += [] if problem is None else [problem]
    good = [piece for piece in pieces if piece is not None]
    usable = [piece is not None for piece in pieces]
    clips = _joined(_chosen(entries, usable), good, sample_rate)
    if cached is not None:
        _keep(clips, usable, cached)
    return clips, left_out


def plain_split(name: str) -> str:
    """A split by its usual name: “Training” → train; others stay as they are."""
    return SPLITS.get(name.casefold(), name)


def _kept(
    entries: Sequence[ClipEntry], sample_rate: int, cached: Path
) -> tuple[ClipSet, list[LeftOut]] | None:
    """The clips as they were decoded before; None where they are to be decoded again: what was
    kept is damaged, or a clip that was of no use then can be read now.
    """
    with (
        suppress(OSError, ValueError, KeyError, EOFError, BadZipFile),
        cached.open("rb") as file,
        np.load(file, allow_pickle=False) as stored,
    ):
        usable = stored["usable"].tolist()
        lost = _chosen(entries, [not each for each in usable])
        left_out = [problem for entry in lost if (problem := _read(entry, sample_rate)[1])]
        if len(left_out) == len(lost):
            good = tuple(_chosen(entries, usable))
            return ClipSet(good, stored["samples"], stored["starts"], sample_rate), left_out
    return None


def _keep(clips: ClipSet, usable: Sequence[bool], cached: Path) -> None:
    with suppress(OSError, ExportError):  # without it the next time only takes longer
        cached.parent.mkdir(parents=True, exist_ok=True)
        with replacing(cached, lasting=False) as temporary:
            kept = np.array(usable, dtype=np.bool_)
            np.savez(temporary, samples=clips.samples, starts=clips.starts, usable=kept)


def _chosen(entries: Sequence[ClipEntry], wanted: Sequence[bool]) -> list[ClipEntry]:
    return [entry for entry, keep in zip(entries, wanted, strict=True) if keep]


def _read(
    entry: ClipEntry, sample_rate: int
) -> tuple[npt.NDArray[np.int16] | None, LeftOut | None]:
    """The samples of a clip, or why there are none."""
    try:
        clip = read_clip(entry.path, sample_rate=sample_rate, mono=True)
    except AudioError as error:
        return None, LeftOut(str(entry.path), naming(entry.path, error))
    scaled = np.clip(np.round(clip.samples[0] * 32768.0), -32768, 32767)
    return scaled.astype(np.int16), None


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
            state = f"|{facts.st_size}|{facts.st_mtime_ns}\n"
        except OSError:
            state = "|\n"
        digest.update(os.fsencode(entry.path.resolve()) + state.encode())
    return digest.hexdigest()[:32]
