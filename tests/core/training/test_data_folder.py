"""A folder of clips as a whole, and what of it was left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.errors import AudioError, DataError
from core.job import CancelToken, silent
from core.training.data_folder import DataFolder, is_data_folder
from tests.core.training.conftest import RATE, write_folders, write_table

ROW = {"path": "a.wav", "dataset": "set", "label": "yes", "speaker": "s1", "split": "train"}


def loaded(folder: DataFolder) -> Any:
    return folder.load(folder.entries(), RATE, silent, CancelToken())


@pytest.fixture
def listed(tmp_path: Path) -> DataFolder:
    """Three data sets with a clip in each split."""
    rows = [
        {**ROW, "path": f"{name}-{split}.wav", "dataset": name, "split": split}
        for name in ("one", "two", "three")
        for split in ("train", "test")
    ]
    return DataFolder(write_table(tmp_path / "data", rows))


def test_clips_are_chosen_by_data_set_and_split(listed: DataFolder) -> None:
    def names(*arguments: Any) -> list[str]:
        return [entry.path.stem for entry in listed.entries(*arguments)]

    assert len(names()) == 6
    assert names(("one", "three")) == ["one-train", "one-test", "three-train", "three-test"]
    assert names(None, "test") == ["one-test", "two-test", "three-test"]
    assert names(("two",), "test") == ["two-test"]
    assert names(("two", "four"), "test") == ["two-test"]


def test_which_data_sets_and_splits_there_are_is_said(listed: DataFolder) -> None:
    with pytest.raises(
        DataError,
        match=r"no clips of four, six; its data sets are one \(2\), three \(2\), two \(2\)\.",
    ):
        listed.entries(("four", "six"), "test")
    with pytest.raises(
        DataError,
        match=r"no clips of the split “eval” in one, four, only of test \(1\), train \(1\)\.",
    ):
        listed.entries(("one", "four"), "eval")


def test_without_a_table_it_is_said_how_clips_get_into_a_split(tmp_path: Path) -> None:
    folder = DataFolder(write_folders(tmp_path / "data", 1))
    with pytest.raises(
        DataError, match=r"split “test”, only of train \(2\); put some into test/LABEL\."
    ):
        folder.entries(None, "test")


def test_a_folder_that_is_missing_or_holds_nothing_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no folder"):
        DataFolder(tmp_path / "nowhere")
    with pytest.raises(DataError, match="holds no sound files"):
        DataFolder(tmp_path)
    empty = DataFolder(write_table(tmp_path / "a", [{**ROW, "label": ""}]))
    with pytest.raises(DataError, match=r"lists no clips; the first: Row 2 of .* has no label\."):
        empty.entries()


def test_a_bad_clip_is_left_out_and_named_and_the_others_are_read(tmp_path: Path) -> None:
    folder = write_folders(tmp_path / "data", 3)
    (folder / "tone" / "tone_001.wav").write_bytes(b"")
    (folder / "hiss" / "hiss_002.wav").write_text("words")
    data = DataFolder(folder)
    clips = loaded(data)
    assert [entry.path.stem for entry in clips.entries] == [
        *("hiss_000", "hiss_001", "tone_000", "tone_002")
    ]
    assert len(clips) == len(clips.starts) - 1 == 4
    for _ in range(2):  # again: each once
        assert [Path(each.clip).stem for each in data.left_out] == ["hiss_002", "tone_001"]
        assert "is not a sound file" in data.left_out[0].why
        assert "is empty" in data.left_out[1].why
        loaded(data)


def test_rows_without_use_are_left_out_too(tmp_path: Path) -> None:
    folder = write_table(tmp_path / "data", [ROW, {**ROW, "path": "b.wav", "label": ""}])
    data = DataFolder(folder)
    assert [entry.path.name for entry in data.entries()] == ["a.wav"]
    (row,) = data.left_out
    assert row.record() == {"clip": f"{folder / 'clips.csv'}, row 3", "why": row.why}


def test_when_all_are_bad_it_is_one_sentence(tmp_path: Path) -> None:
    folder = write_folders(tmp_path / "data", 3)
    for file in folder.rglob("*.wav"):
        file.write_bytes(b"")
    with pytest.raises(DataError) as caught:
        loaded(DataFolder(folder))
    sentence = str(caught.value)
    assert sentence.startswith("None of the 6 clips asked for of “")
    assert sentence.count("is empty") == 1 and "hiss_000.wav” is empty" in sentence


def test_who_reads_clips_themselves_leaves_out_likewise(tmp_path: Path) -> None:
    data = DataFolder(write_folders(tmp_path / "data", 2))
    entries = data.entries()
    data.leave_out(entries[0], AudioError("Too short."))
    data.require_any(entries, 3)
    with pytest.raises(DataError, match=r"None of the 4 clips .*: Too short\."):
        data.require_any(entries, 0)
    (left_out,) = data.left_out
    assert left_out.clip == str(entries[0].path)
    # A sentence that does not say which clip it is of gets its name.
    assert left_out.why.endswith(f"{entries[0].path.name}”: Too short.")


def test_its_name_is_that_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_folders(tmp_path / "mine", 1)
    monkeypatch.chdir(folder)
    for path in (folder, Path(), Path("..") / "mine"):
        assert DataFolder(path).name == "mine"
        assert {entry.dataset for entry in DataFolder(path).entries()} == {"mine"}


def test_a_folder_of_clips_without_labels_is_no_data_folder(tmp_path: Path) -> None:
    assert is_data_folder(write_folders(tmp_path / "labels", 1))
    assert is_data_folder(write_table(tmp_path / "table", [ROW]))
    (tmp_path / "loose").mkdir()
    (tmp_path / "loose" / "1.wav").touch()
    assert not is_data_folder(tmp_path / "loose")
    (tmp_path / "empty" / "folder").mkdir(parents=True)
    assert not is_data_folder(tmp_path / "empty")
