"""Tables of clips as people have them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.errors import DataError
from core.training.clip_table import read_clip_table
from core.training.data import ClipEntry
from tests.core.training.conftest import write_table

ROW = {"path": "a.wav", "dataset": "set", "label": "yes", "speaker": "s1", "split": "train"}
HEAD = ",".join(ROW)


def row(**changes: str) -> dict[str, str]:
    return {**ROW, "extra": "", "seconds": "0.3", **changes}


def write(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    (folder / "clips.csv").write_bytes("\n".join(lines).encode(encoding))
    return folder / "clips.csv"


def usable(table: Path) -> list[ClipEntry]:
    """The clips of a table of which nothing is left out."""
    entries, left_out = read_clip_table(table)
    assert left_out == []
    return entries


def complaints(table: Path) -> list[str]:
    """What is said of the rows that are left out; the last row is always of use."""
    entries, left_out = read_clip_table(table)
    assert entries[-1].label == "last"
    assert [each.clip for each in left_out] == sorted({each.clip for each in left_out})
    return [each.why.removesuffix(".").partition("clips.csv” ")[2] for each in left_out]


def test_a_table_lists_its_clips_with_all_they_state(tmp_path: Path) -> None:
    folder = write_table(
        tmp_path / "data", [row(), row(path="sub/b.wav", label="no", split="test", extra="bed")]
    )
    assert usable(folder / "clips.csv") == [
        ClipEntry(folder / "a.wav", "set", "yes", "s1", "train"),
        ClipEntry(folder / "sub" / "b.wav", "set", "no", "s1", "test", "bed"),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_table_of_any_spreadsheet_is_read(tmp_path: Path, delimiter: str, encoding: str) -> None:
    lines = [HEAD, "a.wav,set,größer,s1,train", " b.wav , set,  no ,,Test ", ",,,,", ""]
    table = write(tmp_path, *(x.replace(",", delimiter) for x in lines), encoding=encoding)
    assert usable(table) == [
        ClipEntry(tmp_path / "a.wav", "set", "größer", "s1", "train"),
        ClipEntry(tmp_path / "b.wav", "set", "no", "", "test"),
    ]


def test_a_table_in_another_encoding_is_a_sentence(tmp_path: Path) -> None:
    for encoding in ("cp1252", "utf-16"):
        table = write(tmp_path, HEAD, "a.wav,set,größer,s1,train", encoding=encoding)
        with pytest.raises(DataError, match=r"clips\.csv” is .*; save it as plain text in UTF-8"):
            read_clip_table(table)


@pytest.mark.parametrize("column", list(ROW))
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    fields = row()
    del fields[column]
    folder = write_table(tmp_path / "data", [fields])
    with pytest.raises(DataError, match=rf"clips\.csv” has no column {column}\."):
        read_clip_table(folder / "clips.csv")


def test_columns_beyond_the_needed_ones_may_be_missing(tmp_path: Path) -> None:
    folder = write_table(tmp_path / "data", [ROW])
    assert usable(folder / "clips.csv")[0].extra == ""


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"path\x00,b\n1\x00,2\n", b"\n" * 9])
def test_what_is_no_table_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "clips.csv").write_bytes(content)
    with pytest.raises(DataError, match=r"clips\.csv"):
        read_clip_table(tmp_path / "clips.csv")


def test_rows_that_are_of_no_use_are_named_and_the_others_read(tmp_path: Path) -> None:
    table = write(
        tmp_path,
        HEAD,
        "a.wav,set,,s1,train",
        ",set,yes,s1,train",
        "b.wav,set,yes,s1,",
        "c.wav,set,yes",
        "d.wav,set,a,b,s1,train",
        "e\0.wav,set,yes,s1,train",
        r"\\host\share\f.wav,set,yes,s1,train",
        "//host/share/f.wav,set,yes,s1,train",
        "g.wav,set,yes,s1,train,,",  # as spreadsheets end rows
        "z.wav,set,last,s1,train",
    )
    assert complaints(table) == [
        "has no label",
        "names no file",
        "does not say its split",
        "has too few columns",
        "has too many columns: a cell that holds the delimiter needs quotation marks",
        "holds NUL characters",
        "names a file on another computer, which is not asked for it",
        "names a file on another computer, which is not asked for it",
    ]


def test_rows_are_counted_as_spreadsheets_do(tmp_path: Path) -> None:
    lines = ["sep=;", HEAD.replace(",", ";"), "a.wav;m;yes;;train", "b.wav;m;;;train"]
    _, (bad,) = read_clip_table(write(tmp_path, *lines))
    assert bad.why.startswith("Row 4 of “") and bad.why.endswith("clips.csv” has no label.")
    assert bad.clip == f"{tmp_path / 'clips.csv'}, row 4"


def test_a_clip_that_is_listed_twice_counts_once(tmp_path: Path) -> None:
    table = write(
        tmp_path,
        HEAD,
        "a.wav,set,yes,s1,train",
        "a.wav,other,maybe,s1,test",  # another data set may well have it too
        "a.wav,set,yes,s1,train",
        "b/../a.wav,set,yes,s1,test",
        "a.wav,set,no,s1,train",
        "z.wav,set,last,s1,train",
    )
    found = complaints(table)
    assert [text.partition("again, ")[2] for text in found] == [
        "as row 2 does",
        "as row 2 does, with another label or split",
        "as row 2 does, with another label or split",
    ]
    assert all("a.wav” again" in text for text in found)


def test_a_quotation_mark_too_many_costs_no_clip(tmp_path: Path) -> None:
    lines = [HEAD, 'a.wav,set,"big,s1,train', "b.wav,set,yes,s1,test", "c.wav,set,no,s1,train"]
    assert [entry.label for entry in usable(write(tmp_path, *lines))] == ['"big', "yes", "no"]


@pytest.mark.skipif(os.sep != "/", reason="there a backslash is what it is")
def test_paths_as_windows_writes_them_are_those_of_the_files(tmp_path: Path) -> None:
    table = write(tmp_path, HEAD, r"sub\b.wav,set,yes,s1,train", r"odd\name.wav,set,yes,s1,train")
    (tmp_path / r"odd\name.wav").touch()  # such a file there may be
    first, second = usable(table)
    assert (first.path, second.path) == (tmp_path / "sub" / "b.wav", tmp_path / r"odd\name.wav")


def test_clips_may_lie_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    absolute = tmp_path / "elsewhere" / "a.wav"
    table = write(tmp_path / "data", HEAD, f"{absolute},set,yes,,train", "../b.wav,set,yes,,train")
    first, second = usable(table)
    assert first.path == absolute
    assert second.path.resolve() == (tmp_path / "b.wav").resolve()


def test_splits_are_known_by_what_people_call_them(tmp_path: Path) -> None:
    names = ["Train", "training", "TEST", "testing", "val", "Validation", "dev", "fold 3"]
    lines = (f"{number}.wav,set,yes,,{name}" for number, name in enumerate(names))
    assert [entry.split for entry in usable(write(tmp_path, HEAD, *lines))] == [
        *("train", "train", "test", "test", "validation", "validation", "validation", "fold 3")
    ]


def test_letters_with_marks_are_the_same_however_they_are_written(tmp_path: Path) -> None:
    lines = ("a.wav,set,gru\u0308n,,train", "b.wav,set,gr\u00fcn,,train")
    assert len({entry.label for entry in usable(write(tmp_path, HEAD, *lines))}) == 1
