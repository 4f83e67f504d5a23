from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from core.errors import AudioError, Cancelled, DataError
from core.job import CancelToken, silent
from core.training import data
from core.training.data import ClipEntry, ClipSet, list_clips, load_clips, load_splits
from tests.core.training.conftest import RATE, hiss, tone, write_folders, write_table

ROW = {"path": "a.wav", "dataset": "set", "label": "yes", "speaker": "s1", "split": "train"}


def row(**changes: str) -> dict[str, str]:
    return {**ROW, "extra": "", "seconds": "0.3", **changes}


def loaded(entries: list[ClipEntry], rate: int = RATE) -> ClipSet:
    return load_clips(entries, rate, silent, CancelToken())


def test_a_table_lists_its_clips_with_all_they_state(tmp_path: Path) -> None:
    folder = write_table(
        tmp_path / "data", [row(), row(path="sub/b.wav", label="no", split="test", extra="bed")]
    )
    assert list_clips(folder) == [
        ClipEntry(folder / "a.wav", "set", "yes", "s1", "train"),
        ClipEntry(folder / "sub" / "b.wav", "set", "no", "s1", "test", "bed"),
    ]


def test_clips_are_chosen_by_data_set_and_split(tmp_path: Path) -> None:
    rows = [
        row(path=f"{name}-{split}.wav", dataset=name, split=split)
        for name in ("one", "two", "three")
        for split in ("train", "test")
    ]
    folder = write_table(tmp_path / "data", rows)

    def names(*arguments: Any) -> list[str]:
        return [entry.path.stem for entry in list_clips(folder, *arguments)]

    assert len(names()) == 6
    assert names(("one", "three")) == ["one-train", "one-test", "three-train", "three-test"]
    assert names(None, "test") == ["one-test", "two-test", "three-test"]
    assert names(("two",), "test") == ["two-test"]
    with pytest.raises(DataError, match="lists no clips of four, test"):
        names(("four",), "test")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_table_saved_by_a_spreadsheet_is_read_too(tmp_path: Path, encoding: str) -> None:
    folder = write_table(tmp_path / "data", [row(label="größer")], encoding)
    assert list_clips(folder)[0].label == "größer"


@pytest.mark.parametrize("column", list(ROW))
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    fields = row()
    del fields[column]
    folder = write_table(tmp_path / "data", [fields])
    with pytest.raises(DataError, match=rf"clips\.csv” has no column {column}\."):
        list_clips(folder)


def test_columns_beyond_the_needed_ones_may_be_missing(tmp_path: Path) -> None:
    folder = write_table(tmp_path / "data", [ROW])
    assert list_clips(folder)[0].extra == ""


def test_a_row_with_too_few_columns_is_named(tmp_path: Path) -> None:
    folder = write_table(tmp_path / "data", [row(), row()])
    with (folder / "clips.csv").open("a") as file:
        file.write("c.wav,set,yes\n")
    with pytest.raises(DataError, match=r"Row 3 of .* has too few columns"):
        list_clips(folder)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"path\x00,b\n1\x00,2\n"])
def test_what_is_no_table_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "clips.csv").write_bytes(content)
    with pytest.raises(DataError, match=r"clips\.csv"):
        list_clips(tmp_path)


def test_without_a_table_each_folder_is_a_label(tmp_path: Path) -> None:
    folder = write_folders(tmp_path / "mine", 4)
    (folder / "notes").mkdir()
    (folder / "notes" / "notes.txt").touch()
    (folder / "readme.txt").touch()
    entries = list_clips(folder)
    assert [entry.label for entry in entries] == ["hiss"] * 4 + ["tone"] * 4
    assert {entry.dataset for entry in entries} == {"mine"}
    assert [entry.path.name for entry in entries[:2]] == ["hiss_000.wav", "hiss_001.wav"]


def test_about_one_file_in_five_is_for_testing_and_stays_so(tmp_path: Path) -> None:
    for name in range(400):
        path = tmp_path / "data" / "word" / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    split = {entry.path.name: entry.split for entry in list_clips(tmp_path / "data")}
    assert 0.14 < list(split.values()).count("test") / 400 < 0.26
    # Elsewhere, under another label and among other files, a file stays where it was.
    for name in range(0, 400, 7):
        path = tmp_path / "other" / "label" / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    for entry in list_clips(tmp_path / "other"):
        assert entry.split == split[entry.path.name]
    assert split["0.wav"] == "train" and split["3.wav"] == "test"  # for good


def test_a_folder_that_is_missing_or_holds_nothing_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no folder"):
        list_clips(tmp_path / "nowhere")
    with pytest.raises(DataError, match=r"lists no clips\."):
        list_clips(tmp_path)


def test_clips_are_decoded_mono_at_the_rate_asked_for(tmp_path: Path) -> None:
    stereo = np.stack([tone(0), hiss(0)], axis=1)
    soundfile.write(tmp_path / "stereo.wav", stereo, RATE, subtype="FLOAT")
    soundfile.write(tmp_path / "fast.wav", tone(1), 2 * RATE)
    clips = loaded([ClipEntry(tmp_path / f"{n}.wav", "", "", "", "") for n in ("stereo", "fast")])
    assert (len(clips), clips.sample_rate) == (2, RATE)
    np.testing.assert_allclose(clips.clip(0), stereo.mean(axis=1), atol=1.0 / 32768)
    assert len(clips.clip(1)) == len(tone(1)) // 2
    assert clips.clip(0).dtype == np.float32


def test_what_is_beyond_full_scale_is_clipped_not_wrapped(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "loud.wav", np.array([1.5, -1.5, 0.5]), RATE, subtype="FLOAT")
    (clip,) = [loaded([ClipEntry(tmp_path / "loud.wav", "", "", "", "")]).clip(0)]
    np.testing.assert_allclose(clip, [1.0, -1.0, 0.5], atol=1e-4)


def test_a_choice_of_clips_keeps_their_order(tmp_path: Path) -> None:
    entries = list_clips(write_folders(tmp_path / "data", 3))
    clips = loaded(entries)
    chosen = clips.where([True, False, False, False, True, True])
    assert chosen.labels() == ["hiss", "tone", "tone"]
    for number, index in enumerate((0, 4, 5)):
        assert np.array_equal(chosen.clip(number), clips.clip(index))
    assert len(clips.where([False] * 6)) == 0


def test_the_second_reading_comes_from_the_cache(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = list_clips(write_folders(tmp_path / "data", 2))
    first = loaded(entries)
    assert [path.suffix for path in cache.iterdir()] == [".npz"]

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("decoded again")

    monkeypatch.setattr(data, "read_clip", forbidden)
    second = loaded(entries)
    assert second.entries == first.entries
    assert np.array_equal(second.samples, first.samples)
    assert np.array_equal(second.starts, first.starts)
    for other in (entries[::-1], entries[:-1]):
        with pytest.raises(AssertionError, match="decoded again"):
            loaded(other)
    with pytest.raises(AssertionError, match="decoded again"):
        loaded(entries, RATE // 2)
    monkeypatch.setattr(data, "READING", data.READING + 1)
    with pytest.raises(AssertionError, match="decoded again"):
        loaded(entries)


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    entries = list_clips(write_folders(tmp_path / "data", 1))
    before = loaded(entries).clip(0)
    soundfile.write(entries[0].path, 0.5 * before, RATE, subtype="PCM_16")
    os.utime(entries[0].path, (1, 1))
    assert np.abs(loaded(entries).clip(0)).max() < 0.6 * np.abs(before).max()


@pytest.mark.parametrize("damage", ["empty", "half", "other"])
def test_a_damaged_cache_is_made_anew(tmp_path: Path, cache: Path, damage: str) -> None:
    entries = list_clips(write_folders(tmp_path / "data", 1))
    first = loaded(entries)
    (stored,) = cache.iterdir()
    content = stored.read_bytes()
    damaged = {"empty": b"", "half": content[: len(content) // 2], "other": b"no archive" * 99}
    stored.write_bytes(damaged[damage])
    assert np.array_equal(loaded(entries).samples, first.samples)
    assert stored.read_bytes() == content or len(stored.read_bytes()) == len(content)


def test_without_a_place_for_the_cache_clips_are_read_all_the_same(
    tmp_path: Path, cache: Path
) -> None:
    entries = list_clips(write_folders(tmp_path / "data", 1))
    cache.parent.write_text("a file where the folder would be")
    assert len(loaded(entries)) == 2


def test_a_listed_file_that_is_missing_or_no_sound_is_named(tmp_path: Path, cache: Path) -> None:
    folder = write_table(tmp_path / "data", [row()])
    with pytest.raises(AudioError, match=r"There is no file .*a\.wav"):
        loaded(list_clips(folder))
    (folder / "a.wav").write_text("words")
    with pytest.raises(AudioError, match=r"a\.wav"):
        loaded(list_clips(folder))
    assert not cache.exists()


def test_reading_tells_how_far_it_is_and_stops_when_asked(tmp_path: Path, cache: Path) -> None:
    entries = list_clips(write_folders(tmp_path / "data", 3))
    cancel, seen = CancelToken(), []

    def report(share: float, stage: str) -> None:
        seen.append((round(6 * share), stage))
        if len(seen) == 4:
            cancel.set()

    with pytest.raises(Cancelled):
        load_clips(entries, RATE, report, cancel)
    assert seen == [(number, "Reading clips") for number in range(4)]
    assert not cache.exists()


def test_both_splits_are_loaded(tmp_path: Path) -> None:
    folder = write_folders(tmp_path / "data", 12)
    train, test = load_splits(folder, None, RATE, silent, CancelToken())
    assert {entry.split for entry in train.entries} == {"train"}
    assert {entry.split for entry in test.entries} == {"test"}
    assert len(train) + len(test) == 24 and len(test) > 0


def test_clips_whose_channels_cancel_are_heard(tmp_path: Path) -> None:
    sound = tone(1)
    soundfile.write(tmp_path / "a.wav", np.stack([sound, -sound], axis=1), RATE, subtype="FLOAT")
    clips = loaded([ClipEntry(tmp_path / "a.wav", "d", "tone", "", "train")])
    np.testing.assert_allclose(clips.clip(0), sound, atol=1e-4)
