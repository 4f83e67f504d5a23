"""Data folders as people have them, through the commands that use them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from core.concepts.head import load_head
from tests.app.conftest import Cli
from tests.core.concepts.towers import write_small_tower
from tests.core.training.conftest import hiss, tone, write_folders, write_table
from tests.models import SmallModels

NO_TEXT = os.fsdecode(b"t\xf6ne")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache of decoded clips, in place of the user's."""
    monkeypatch.setattr("core.training.data.cache_folder", lambda: tmp_path / "cache")


@pytest.fixture(scope="module")
def tower(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_tower(tmp_path_factory.mktemp("towers") / "small-tower")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Twelve clips of each label, of which two cannot be read; a hidden folder beside them."""
    folder = write_folders(tmp_path / "data", 12)
    (folder / "tone" / "tone_001.wav").write_bytes(b"")
    (folder / "hiss" / "hiss_002.wav").write_text("words")
    shutil.copytree(folder / "hiss", folder / ".ipynb_checkpoints")
    return folder


def left_out(err: str) -> list[str]:
    """What was said of the data at the end, with the count that goes before."""
    first, *sentences = err.splitlines()
    assert first == f"{len(sentences)} clips were left out of “data”:"
    assert all(sentence.startswith("  “") for sentence in sentences)
    return [Path(sentence.partition("”")[0].strip(" “")).name for sentence in sentences]


def names(record: dict[str, Any]) -> list[str]:
    return sorted(Path(each["clip"]).name for each in record["left_out"])


def test_bad_clips_are_left_out_of_an_evaluation(
    cli: Cli, small_models: SmallModels, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    for split, count in (("train", 2), ("test", 4)):
        for label, kind in (("yes", tone), ("no", hiss)):  # labels of the small head
            write_folders(tmp_path / "made" / split, count, [kind])
            (folder / split).mkdir(parents=True, exist_ok=True)
            (tmp_path / "made" / split / kind.__name__).rename(folder / split / label)
    (folder / "test" / "yes" / "tone_001.wav").write_bytes(b"")
    (folder / "test" / "no" / "hiss_002.wav").write_text("words")
    options = ["--device", "cpu", "--explain", 2, "--method", "random", *small_models.options]
    done = cli("evaluate", folder, *options, "--json")
    (record,) = done.records
    assert record["accuracy"]["data"]["clips"] == 6
    assert done.code == 0
    assert names(record) == ["hiss_002.wav", "tone_001.wav"]
    assert sorted(left_out(done.err)) == ["hiss_002.wav", "tone_001.wav"]


def test_bad_clips_are_left_out_of_profiles(cli: Cli, tower: Path, data: Path) -> None:
    done = cli("concepts", data, "--embedder", tower, "--json")
    every, hissing, toning, last = done.records
    assert [every["clips"], hissing["clips"], toning["clips"]] == [22, 11, 11]
    assert names(last) == ["hiss_002.wav", "tone_001.wav"]
    assert left_out(done.err) == ["hiss_002.wav", "tone_001.wav"]
    assert done.code == 0


def test_bad_clips_are_left_out_of_a_training(
    cli: Cli, tower: Path, data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "head"
    done = cli("train", "concept-head", data, "--embedder", tower, "--out", out)
    assert done.code == 0 and load_head(out).labels == ("hiss", "tone")
    assert sorted(left_out(done.err)) == ["hiss_002.wav", "tone_001.wav"]


def test_when_all_are_bad_it_is_one_sentence(cli: Cli, tower: Path, data: Path) -> None:
    for file in data.rglob("*.wav"):
        file.write_bytes(b"")
    assert "None of the 24 clips" in cli("concepts", data, "--embedder", tower).sentence


def test_of_many_bad_clips_some_are_named_and_all_in_the_record(
    cli: Cli, tower: Path, tmp_path: Path
) -> None:
    row = {"dataset": "d", "label": "", "speaker": "", "split": "train"}
    folder = write_folders(tmp_path / "data", 1)
    good = {**row, "path": "tone/tone_000.wav", "label": "tone"}
    bad = [{**row, "path": f"{number}.wav"} for number in range(30)]
    write_table(folder, [good, *bad])
    done = cli("concepts", folder, "--embedder", tower, "--json")
    lines = done.err.splitlines()
    assert lines[0] == "30 clips were left out of “data”:"
    assert lines[-1] == "  … and 10 more."
    assert len(lines) == 22 and len(done.records[-1]["left_out"]) == 30


@pytest.mark.skipif(os.name == "nt", reason="such names do not exist here")
def test_names_that_are_no_text_go_the_whole_way(
    cli: Cli, tower: Path, tmp_path: Path, small_models: SmallModels
) -> None:
    folder = tmp_path / os.fsdecode(b"d\xe4ta")
    write_folders(tmp_path / "made", 12).rename(folder)
    (folder / "tone").rename(folder / NO_TEXT)
    (folder / "hiss" / "hiss_000.wav").rename(folder / "hiss" / f"{NO_TEXT}.wav")
    (folder / NO_TEXT / "tone_003.wav").write_bytes(b"")
    done = cli("concepts", folder, "--embedder", tower, "--json")
    assert [record.get("label") for record in done.records] == [
        *("(all clips)", "hiss", r"t\xf6ne", None)
    ]
    assert "d\\xe4ta”:\n  “" in done.err and "tone_003.wav” is empty" in done.err
    out = tmp_path / "head"
    done = cli("train", "concept-head", folder, "--embedder", tower, "--out", out)
    assert done.code == 0 and load_head(out).labels == ("hiss", r"t\xf6ne")
    odd = folder / "hiss" / f"{NO_TEXT}.wav"
    (record,) = cli("concepts", odd, "--embedder", tower, "--json").records
    assert Path(record["clip"]) == odd
    assert "t�ne.wav: " in cli("concepts", odd, "--embedder", tower).out
    done = cli("evaluate", folder, "--device", "cpu", *small_models.options)
    assert "None of the clips is of yes, no, silence" in done.sentence
