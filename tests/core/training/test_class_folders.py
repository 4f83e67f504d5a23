"""Clips in folders for labels, and for splits."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.errors import DataError
from core.training.class_folders import has_class_folders, read_class_folders
from core.training.data import ClipEntry
from tests.core.training.conftest import write_folders


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def usable(folder: Path) -> list[ClipEntry]:
    entries, left_out, notes = read_class_folders(folder)
    assert (left_out, notes) == ([], ())
    return entries


def splits(folder: Path) -> set[tuple[str, str, str]]:
    """Name, label and split of each clip."""
    return {(entry.path.name, entry.label, entry.split) for entry in usable(folder)}


def test_each_folder_is_a_label(tmp_path: Path) -> None:
    folder = write_folders(tmp_path / "mine", 4)
    touch(folder, "notes/notes.txt", "readme.txt", ".ipynb_checkpoints/hiss_000-checkpoint.wav")
    touch(folder, "hiss/.cache/no.wav")
    entries = usable(folder)
    assert [entry.label for entry in entries] == ["hiss"] * 4 + ["tone"] * 4
    assert {entry.dataset for entry in entries} == {"mine"}
    assert [entry.path.name for entry in entries[:2]] == ["hiss_000.wav", "hiss_001.wav"]
    assert has_class_folders(folder)


def test_about_one_file_in_five_is_for_testing_and_stays_so(tmp_path: Path) -> None:
    touch(tmp_path / "data" / "word", *(f"{number}.wav" for number in range(400)))
    split = {entry.path.name: entry.split for entry in usable(tmp_path / "data")}
    assert 0.14 < list(split.values()).count("test") / 400 < 0.26
    # Elsewhere, under another label and among other files, a file stays where it was.
    touch(tmp_path / "other" / "label", *(f"{number}.wav" for number in range(0, 400, 7)))
    for entry in usable(tmp_path / "other"):
        assert entry.split == split[entry.path.name]
    assert split["0.wav"] == "train" and split["3.wav"] == "test"  # for good


@pytest.mark.parametrize("names", [("train", "test", "val"), ("Training", "TEST", "dev")])
def test_folders_for_splits_are_splits(tmp_path: Path, names: tuple[str, str, str]) -> None:
    for name in names:
        touch(tmp_path / name, f"dog/a/{name}.wav", f"rain/{name}2.wav")
    train, test, other = names
    assert splits(tmp_path) == {
        (f"{train}.wav", "dog", "train"),
        (f"{train}2.wav", "rain", "train"),
        (f"{test}.wav", "dog", "test"),
        (f"{test}2.wav", "rain", "test"),
        (f"{other}.wav", "dog", "validation"),
        (f"{other}2.wav", "rain", "validation"),
    }


def test_a_label_may_have_the_splits_inside(tmp_path: Path) -> None:
    touch(tmp_path, "dog/train/1.wav", "dog/test/2.wav", "rain/train/3.wav", "rain/val/4.wav")
    assert splits(tmp_path) == {
        ("1.wav", "dog", "train"),
        ("2.wav", "dog", "test"),
        ("3.wav", "rain", "train"),
        ("4.wav", "rain", "validation"),
    }


def test_the_sound_of_a_train_is_a_label(tmp_path: Path) -> None:
    touch(tmp_path, "train/1.wav", "dog/2.wav")
    assert {entry.label for entry in usable(tmp_path)} == {"train", "dog"}


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("train/1.wav", "test/2.wav"), "holds test and train without folders for the labels"),
        (("train/dog/1.wav", "test/2.wav"), "holds test and train without folders for the labels"),
        (
            ("train/dog/1.wav", "test/dog/2.wav", "noises/3.wav"),
            r"holds folders for splits \(test, train\) beside “noises”",
        ),
    ],
)
def test_what_may_be_labels_or_splits_is_asked(
    tmp_path: Path, names: tuple[str, ...], words: str
) -> None:
    with pytest.raises(DataError, match=rf"{words}.*lay the clips out as train/LABEL"):
        read_class_folders(touch(tmp_path, *names))


def test_a_clip_without_a_label_is_left_out_and_named(tmp_path: Path) -> None:
    touch(tmp_path / "flat", "a/1.wav", "loose.wav")
    touch(tmp_path / "split", "train/a/1.wav", "test/a/2.wav", "test/loose.wav", "free.wav")
    for folder, names in (("flat", ["loose.wav"]), ("split", ["free.wav", "test/loose.wav"])):
        _, left_out, _ = read_class_folders(tmp_path / folder)
        assert [each.clip for each in left_out] == [str(tmp_path / folder / n) for n in names]
        assert all(each.why.endswith("lies in no folder that is a label.") for each in left_out)
        assert not has_class_folders(tmp_path / folder)


def test_what_was_passed_over_is_said(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.wav")
    try:
        (tmp_path / "b").symlink_to(tmp_path / "a", target_is_directory=True)
    except OSError:
        pytest.skip("no symbolic links here")
    entries, _, (note,) = read_class_folders(tmp_path)
    assert [entry.label for entry in entries] == ["a"]
    assert note.startswith("1 link leads to a folder that is there already: “")


def test_a_folder_without_sounds_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no sound files"):
        read_class_folders(tmp_path)
    assert not has_class_folders(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="such names do not exist here")
def test_names_that_are_no_text_have_labels_that_are(tmp_path: Path) -> None:
    odd = [os.fsdecode(name) for name in (b"gr\xfcn", b"gr\xe4n")]
    touch(tmp_path / os.fsdecode(b"s\xe4tze"), *(f"{name}/{name}.wav" for name in odd))
    entries = usable(tmp_path / os.fsdecode(b"s\xe4tze"))
    assert {entry.label for entry in entries} == {r"gr\xfcn", r"gr\xe4n"}
    assert {entry.dataset for entry in entries} == {r"s\xe4tze"}
    assert {entry.path.stem for entry in entries} == set(odd)
