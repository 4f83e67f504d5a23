"""`figures --concepts`: the embedder, and what is lost when its embeddings become a few words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.concepts.training import measure
from core.concepts.training.measure import above_chance
from tests.app.conftest import Cli
from tests.core.concepts.towers import write_small_tower
from tests.core.training.conftest import RATE, hiss, tone, write_table


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A few clips of every set that an embedder is asked about."""
    monkeypatch.setattr("core.training.data.cache_folder", lambda: tmp_path / "hearwhy")
    monkeypatch.setattr(measure, "LEAST", 1)
    rows = []
    for dataset, label, split in [
        *(("esc10", label, split) for label in ("rain", "dog_bark") for split in ("train",) * 3),
        *(("esc10", label, "test") for label in ("rain", "dog_bark", "rain")),
        ("instruments", "cello", "test"),
        ("speech_commands", "yes", "test"),
        ("tess", "happy", "test"),
        ("ravdess", "calm", "test"),
        ("ravdess", "angry", "test"),
    ]:
        sound = hiss(len(rows), 1.0) if label == "rain" else tone(len(rows), 1.0)
        soundfile.write(tmp_path / f"{len(rows)}.wav", np.asarray(sound), RATE)
        row = {"path": f"{len(rows)}.wav", "dataset": dataset, "label": label}
        rows.append({**row, "speaker": f"actor{len(rows):02}", "split": split, "extra": ""})
    return write_table(tmp_path, rows)


@pytest.fixture(scope="module")
def tower(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_tower(tmp_path_factory.mktemp("towers") / "small-tower")


def test_all_that_is_said_of_an_embedder_is_measured_in_one_go(
    cli: Cli, tower: Path, data: Path
) -> None:
    asked = ["figures", data, "--concepts", "--embedder", tower, "--device", "cpu"]
    (record,) = cli(*asked, "--json").records
    assert record["embedder"] == "small-tower"
    assert list(record["zero_shot"]) == [f"{name}: {what}" for name, what in measure.MEASURED]
    rain = record["zero_shot"]["esc10: sound"]
    assert (rain["clips"], rain["labels"], rain["chance"]) == (3, 2, 0.6667)
    low, high = rain["interval"]
    assert 0 <= low <= rain["zero_shot"] <= high <= 1
    compared = record["esc10"]
    assert [row["vocabulary"] for row in compared] == [
        "everyday",
        "everyday-clustered",
        "everyday-pruned",
    ]
    assert all(row["l0_most"] <= 40 == row["at_most"] and not row["centred"] for row in compared)
    table = cli(*asked).out
    for words in ("ravdess: voice", "standard errors", "everyday-pruned", "points", "0.667"):
        assert words in table


def test_chance_is_to_say_the_commonest_label() -> None:
    right = np.array([True] * 90 + [False] * 10)
    told = above_chance(right, 25)
    assert (told["chance"], told["zero_shot"]) == (0.25, 0.9)
    assert told["interval"] == [0.8256, 0.9448]  # Wilson's, of the textbooks
    assert told["errors_above"] == 15.0  # .65 over the root of .25 · .75 / 100
    assert above_chance(np.array([True]), 1)["errors_above"] == 0.0
