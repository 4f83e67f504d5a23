"""`figures`: every bundled model measured on one folder of clips."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.training import live
from core.training.recipes import CODEC_RECIPES, HEAD_RECIPES
from tests.app.conftest import Cli
from tests.core.training.conftest import RATE, hiss, tone, write_table


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clip or two of every set that the recipes are measured on, held out or not."""
    monkeypatch.setattr("core.training.data.cache_folder", lambda: tmp_path / "hearwhy")
    monkeypatch.setattr(live, "MINUTES", 0.05)
    rows = []
    for dataset, label in [
        ("speech_commands", "yes"),
        ("speech_commands", "silence"),
        ("speech_commands_v1", "bed"),
        ("tess", "happy"),
        ("ravdess", "calm"),
        ("esc10", "rain"),
        ("instruments", "cello"),
    ]:
        sound = hiss(1, 1.0) if label in ("silence", "rain") else tone(len(rows), 1.0)
        soundfile.write(tmp_path / f"{len(rows)}.wav", np.asarray(sound), RATE)
        row = {"path": f"{len(rows)}.wav", "dataset": dataset, "label": label}
        rows.append({**row, "speaker": "", "split": "test", "extra": ""})
    return write_table(tmp_path, rows)


def test_everything_the_documents_say_is_measured_in_one_go(cli: Cli, data: Path) -> None:
    done = cli("figures", str(data), "--explain", "1", "--device", "cpu", "--json")
    assert done.code == 0
    (measured,) = done.records
    assert set(measured["codecs"]) == {recipe.id for recipe in CODEC_RECIPES}
    assert set(measured["heads"]) == {recipe.id for recipe in HEAD_RECIPES}
    for recipe in HEAD_RECIPES:
        assert set(measured["heads"][recipe.id]) == set(recipe.measured)
    assert measured["live"]["keywords-12"]["threshold"] > 0.0
    assert measured["fidelity"]["clips"] == 1
    assert measured["codecs"]["banded-16k"]["cells_per_second"] == 6_400


def test_the_figures_can_be_read_as_tables(cli: Cli, data: Path) -> None:
    done = cli("figures", str(data), "--explain", "1", "--device", "cpu")
    assert done.code == 0
    heads = [recipe.id for recipe in HEAD_RECIPES]
    for words in (*heads, "banded-16k", "False keywords a minute", "Fid-Out", "reaches ±"):
        assert words in done.out


def test_a_folder_without_clips_is_one_sentence(cli: Cli, tmp_path: Path) -> None:
    done = cli("figures", str(tmp_path))
    assert done.code != 0 and "clips" in done.sentence
