"""What the detector finds in streams of tones and noises."""

import numpy as np
import pytest
import soundfile

from app.live import tuning
from app.live.tuning import detector_figures
from core.errors import DataError
from core.job import CancelToken, silent
from core.training.data_folder import DataFolder
from core.training.live import LiveDesign
from tests.core.training.conftest import write_table
from tests.pitch import HIGH, LOW, RATE, pitch_toolbox, stream

DESIGN = LiveDesign(
    speech=("talk",),
    rooms=("sounds",),
    rooms_only=(),
    without=("low", "high"),
    keywords="speech_commands",
)


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setattr("core.training.live.MINUTES", 0.3)
    monkeypatch.setattr(tuning, "WORDS", {"train": 6, "test": 4})
    rows = []

    def add(dataset, label, sound, split):
        name = f"{len(rows)}.wav"
        soundfile.write(tmp_path / name, sound, RATE)
        row = {"path": name, "dataset": dataset, "label": label, "speaker": "", "split": split}
        rows.append({**row, "extra": ""})

    for split in ("train", "test"):
        for _ in range(3):
            add("speech_commands", "low", stream((LOW, 0.3, 0.4), seconds=1.0), split)
            add("speech_commands", "high", stream((HIGH, 0.3, 0.4), seconds=1.0), split)
        add("talk", "unknown", stream((LOW, 0.0, 2.0), seconds=2.0), split)
        add("sounds", "rain", np.full(RATE, 0.001, dtype=np.float32), split)
    return write_table(tmp_path, rows)


def figures(data, *thresholds, split="train"):
    folder = DataFolder(data)
    return detector_figures(
        pitch_toolbox(), folder, DESIGN, split, thresholds, silent, CancelToken()
    )


def test_words_that_stand_alone_are_found_and_rooms_are_quiet(data):
    (found,) = figures(data, 0.7)
    assert (found.right, found.wrong, found.false_between) == (1.0, 0.0, 0.0)
    assert found.false_rooms == 0.0
    assert found.false_speech > 0.0


def test_every_threshold_has_its_figures(data):
    low, high = figures(data, 0.5, 1.0, split="test")
    assert (low.threshold, high.threshold) == (0.5, 1.0)
    assert low.right >= high.right
    assert low.record()["right"] == low.right


def test_too_few_words_are_told(data, monkeypatch):
    monkeypatch.setattr(tuning, "WORDS", {"train": 60})
    with pytest.raises(DataError, match="train clips"):
        figures(data, 0.7)
