from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.training.data import ClipEntry, ClipSet

RATE = 16_000


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache of decoded clips, in place of the user's."""
    monkeypatch.setattr("core.training.data.cache_folder", lambda: tmp_path / "hearwhy")
    return tmp_path / "hearwhy" / "clips"


def tone(number: int, seconds: float = 0.3) -> np.ndarray:
    """A steady tone with two overtones; another pitch and loudness for each number."""
    t = np.arange(round(seconds * RATE)) / RATE
    pitch, level = 150 + 37 * (number % 11), 0.1 + 0.02 * (number % 7)
    return np.asarray(level * sum(np.sin(2 * np.pi * k * pitch * t) / k for k in (1, 2, 3)))


def hiss(number: int, seconds: float = 0.3) -> np.ndarray:
    """White noise."""
    rng = np.random.default_rng(number)
    return np.asarray((0.05 + 0.01 * (number % 7)) * rng.standard_normal(round(seconds * RATE)))


def write_folders(
    folder: Path, count: int, kinds: Iterable[Callable[[int], np.ndarray]] = (tone, hiss)
) -> Path:
    """One sub-folder a label, `count` clips in each."""
    for kind in kinds:
        (folder / kind.__name__).mkdir(parents=True)
        for number in range(count):
            path = folder / kind.__name__ / f"{kind.__name__}_{number:03}.wav"
            soundfile.write(path, kind(number), RATE, subtype="PCM_16")
    return folder


def write_table(folder: Path, rows: list[dict[str, str]], encoding: str = "utf-8") -> Path:
    """A `clips.csv` with the columns of the first row."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "clips.csv").open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder


def entry(label: str, speaker: str = "", extra: str = "") -> ClipEntry:
    return ClipEntry(Path(f"{label}.wav"), "set", label, speaker, "train", extra)


def clip_set(*entries: ClipEntry, lengths: tuple[int, ...] = ()) -> ClipSet:
    """Each clip's samples count up from 1000 times its number (up to 30)."""
    lengths = lengths or (100,) * len(entries)
    pieces = [1000 * (n % 30) + np.arange(size) for n, size in enumerate(lengths)]
    starts = np.cumsum([0, *lengths])
    return ClipSet(entries, np.concatenate(pieces).astype(np.int16), starts, 1_000)
