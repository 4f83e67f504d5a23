"""Running sound made of clips, and counting what a head falsely hears in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.errors import DataError
from core.job import CancelToken, silent
from core.training import live
from core.training.data_folder import DataFolder
from core.training.live import Heard, LiveDesign, choose_threshold, false_keywords, streams
from core.types import FloatArray
from tests.core.training.conftest import RATE, hiss, tone, write_table

DESIGN = LiveDesign(
    speech=("talk", "words"),
    rooms=("words", "sounds"),
    rooms_only=("silence",),
    without=("yes",),
    keywords="words",
)


def heard(*top: tuple[int, float]) -> Heard:
    """Of three classes, the last of them background: (class, probability) for a second each."""
    rows = np.zeros((10 * len(top), 3), np.float32)
    for number, (k, probability) in enumerate(top):
        row = np.full(3, (1 - probability) / 2)
        row[k] = probability
        rows[10 * number : 10 * number + 10] = row
    return Heard(rows, 0.1, 1.0, frozenset({2}), stands_alone=lambda middle: True)


def test_a_word_that_goes_on_counts_once_and_background_never() -> None:
    stream = heard((2, 0.9), (0, 0.9), (2, 0.9), (0, 0.8), (1, 0.9), (2, 1.0))
    assert stream.minutes == pytest.approx(6.9 / 60)
    assert false_keywords(stream, 0.7) == pytest.approx(3 / stream.minutes)


def test_what_is_below_the_threshold_is_not_heard() -> None:
    stream = heard((2, 0.9), (0, 0.75), (2, 0.9), (1, 0.95), (2, 0.9))
    events = [false_keywords(stream, t) * stream.minutes for t in (0.2, 0.7, 0.9, 0.99)]
    assert events == pytest.approx([2, 2, 1, 0])


def test_the_lowest_threshold_that_keeps_every_stream_quiet_is_chosen() -> None:
    calm, lively = heard((2, 0.9), (0, 0.57), (2, 0.9)), heard((2, 0.9), (0, 0.72), (2, 0.9))
    assert choose_threshold([calm]) == 0.6
    assert choose_threshold([calm, lively]) == 0.75
    assert choose_threshold([heard((2, 0.9), (0, 1.0), (2, 0.9))]) == live.THRESHOLDS[-1]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Tones are speech, hiss is rooms; a keyword is a sound of full scale."""
    rows = []

    def add(dataset: str, label: str, sound: FloatArray, split: str, extra: str = "") -> None:
        name = f"{len(rows)}.wav"
        soundfile.write(tmp_path / name, sound, RATE)
        row = {"path": name, "dataset": dataset, "label": label, "speaker": "", "split": split}
        rows.append({**row, "extra": extra})

    for split in ("train", "test"):
        for number in range(3):
            add("talk", "happy", tone(number), split, "back")
            add("words", "silence", hiss(number), split)
            add("sounds", "rain", hiss(number), split)
        add("talk", "happy", np.ones(RATE // 2), split, "yes")
        add("words", "yes", np.ones(RATE // 2), split)
        add("words", "bed", tone(4), split)
    return write_table(tmp_path, rows)


def made(data: Path, split: str = "test", design: LiveDesign = DESIGN) -> dict[str, FloatArray]:
    return streams(DataFolder(data), design, split, RATE, 0, silent, CancelToken())


def test_streams_are_as_long_as_promised_and_hold_no_keywords(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MINUTES", 0.1)
    streams = made(data)
    assert {name: len(stream) for name, stream in streams.items()} == {
        "speech": 6 * RATE,
        "rooms": 6 * RATE,
    }
    assert all(0.01 < np.abs(stream).max() < 0.9 for stream in streams.values())
    # Speech has pauses; rooms are never silent.
    speech, rooms = (np.abs(streams[name]).reshape(-1, 160).max(1) for name in ("speech", "rooms"))
    assert (speech == 0).mean() > 0.2 and (rooms > 0).all()


def test_the_same_seed_makes_the_same_streams(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MINUTES", 0.05)
    first, second = made(data), made(data)
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_without_clips_to_use_nothing_is_measured(data: Path) -> None:
    with pytest.raises(DataError, match="no clips to make running sound of"):
        made(data, design=LiveDesign(("words",), ("sounds",), (), ("yes", "bed", "silence"), "w"))
