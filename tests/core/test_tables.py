from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import CoreError, DataError, RequestError
from core.tables import parse_table, read_text

COLUMNS = ("path", "label")


def rows(text: str) -> list[tuple[int, list[str]]]:
    return list(parse_table(text, COLUMNS).rows())


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_tables_of_all_spreadsheets_are_read(delimiter: str, end: str) -> None:
    lines = ["Path;label ; note", "a.wav;yes;", ' "b;1.wav" ;no ;1.5', ";;", "", "c.wav;  yes"]
    text = end.join(lines)
    quoted = text.replace("b;1", "b\0").replace(";", delimiter).replace("b\0", f"b{delimiter}1")
    quoted = quoted.replace(' "b', '"b').replace('wav" ', 'wav"')
    table = parse_table(quoted, COLUMNS)
    assert (table.delimiter, table.head) == (delimiter, ("path", "label", "note"))
    assert list(table.rows()) == [
        (2, ["a.wav", "yes", ""]),
        (3, [f"b{delimiter}1.wav", "no", "1.5"]),
        (6, ["c.wav", "yes"]),
    ]


def test_the_delimiter_is_the_one_that_gives_the_columns_asked_for() -> None:
    text = "path;label;a,b,c,d,e,f\nx;y;z\n"
    assert parse_table(text, COLUMNS).delimiter == ";"
    assert parse_table("one;two\n1;2\n", ()).delimiter == ";"
    assert parse_table("", COLUMNS).head == ()


@pytest.mark.parametrize("hint", ["sep=;", '"sep=;"', "SEP=;", "sep=;\r"])
def test_the_hint_that_spreadsheets_write_is_no_row(hint: str) -> None:
    assert rows(f"{hint}\npath;label\na;b\n") == [(3, ["a", "b"])]


def test_a_quotation_mark_that_is_not_closed_swallows_no_rows() -> None:
    text = 'path,label\na,"yes\nb,no\nc,yes\nd,"no\ne,"x, y"\n'
    assert rows(text) == [
        (2, ["a", '"yes']),
        (3, ["b", "no"]),
        (4, ["c", "yes"]),
        (5, ["d", '"no']),
        (6, ["e", "x, y"]),
    ]
    assert rows('path,label\na,yes\n"b,no\nc,yes\n')[1:] == [(3, ['"b', "no"]), (4, ["c", "yes"])]


def test_a_note_may_go_on_over_lines() -> None:
    assert rows('path,note,label\na,"one\ntwo",yes\nb,,no\n') == [
        (2, ["a", "one\ntwo", "yes"]),
        (4, ["b", "", "no"]),
    ]


def test_only_ends_of_lines_end_a_row() -> None:
    name = "a\x0bb\u2028c\x85d"
    assert rows(f"path,label\n{name},yes\n") == [(2, [name, "yes"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_text_is_read_with_and_without_a_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "t.csv").write_text("größer\n", encoding=encoding)
    assert read_text(tmp_path / "t.csv") == "größer\n"


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf-16", "is in UTF-16; save it as plain text in UTF-8"),
        ("utf-16-le", "is in UTF-16; save it as plain text in UTF-8"),
        ("utf-16-be", "is in UTF-16; save it as plain text in UTF-8"),
        (
            "cp1252",
            r"no text in UTF-8 \(line 2 is the first that is not\); save it as plain text in UTF-8",
        ),
        ("cp932", r"line 2 .*save it as plain text in UTF-8"),
    ],
)
@pytest.mark.parametrize("kind", [DataError, RequestError])
def test_another_encoding_is_a_sentence(
    tmp_path: Path, encoding: str, words: str, kind: type[CoreError]
) -> None:
    text = "path;label\n日本;x\n" if encoding == "cp932" else "path;label\ngrößer;x\n"
    (tmp_path / "t.csv").write_text(text, encoding=encoding)
    with pytest.raises(kind, match=rf"t\.csv” .*{words}"):
        read_text(tmp_path / "t.csv", kind)


def test_what_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.csv” cannot be read \(No such file"):
        read_text(tmp_path / "gone.csv")
