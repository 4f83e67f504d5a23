from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import AudioError, CoreError
from core.file_names import (
    FORBIDDEN,
    MOST_BYTES,
    ROOM,
    as_text,
    on_one_line,
    plain,
    shown,
    usable_name,
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("yes_yes", "yes_yes"),
        ("où 名前 🎧", "où 名前 🎧"),
        ('a<b>c:d"e/f\\g|h?i*j', "a_b_c_d_e_f_g_h_i_j"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("two\nlines\x00\x7f", "two_lines__"),
        (" .hidden. ", "hidden"),
        ("ends in dots...", "ends in dots"),
        ("", "clip"),
        ("...", "clip"),
        ("CON", "_CON"),
        ("nul.txt_yes", "_nul.txt_yes"),
        ("com1", "_com1"),
        ("lpt1 .wav", "_lpt1 .wav"),  # spaces before the dot do not count
        ("console", "console"),
        ("bacon", "bacon"),
        ("_NUL", "_NUL"),
        ("a\udcffb", "a_b"),  # a byte that is no text
        ("gnp.\u202eexe", "gnp._exe"),  # would be shown backwards
        ("w" * 300, "w" * MOST_BYTES),
        ("é" * 150, "é" * 100),  # two bytes each
        ("w" * (MOST_BYTES - 1) + ". x", "w" * (MOST_BYTES - 1)),
    ],
)
def test_a_name_is_what_every_system_takes(text: str, name: str) -> None:
    assert usable_name(text) == name


def test_what_stands_for_nothing_and_how_long_it_may_be_can_be_said() -> None:
    assert usable_name("", instead="export") == "export"
    assert usable_name("abcdef", most_bytes=4) == "abcd"


@given(st.text())
@example("NUL")
def test_any_text_becomes_a_name_that_stays_as_it_is(text: str) -> None:
    name = usable_name(text)
    assert name
    assert len(name.encode()) <= MOST_BYTES
    assert not set(name) & FORBIDDEN
    assert name == name.strip(". ")
    assert usable_name(name) == name


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain", "plain"),
        ("two\nlines\tand\ta  tab ", "two lines and a tab"),
        ("bell\x07", "bell"),
        ("a\udcffb", "a�b"),
        ("a\u2028b", "a b"),
        ("gnp.\u202eexe", "gnp.�exe"),
    ],
)
def test_text_for_a_line_is_one_line(text: str, line: str) -> None:
    assert on_one_line(text) == line


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("où 名前 🎧  two blanks", "où 名前 🎧  two blanks"),
        ("\N{FAMILY}\u200d\N{BOY}\N{NO-BREAK SPACE}\u0646\u200c", None),  # joined on purpose
        ("two\nlines\r", "two�lines�"),
        ("\x1b[31mred\x1b[0m\x07\x9b", "�[31mred�[0m��"),
        ("gnp.\u202eexe\u2066\u2069", "gnp.�exe��"),
        ("caf\udce9.wav", "caf�.wav"),
        ("a\u2028b\u2029c\x85", "a�b�c�"),
    ],
)
def test_what_is_shown_steers_no_terminal(text: str, seen: str | None) -> None:
    assert plain(text) == (text if seen is None else seen)


def test_the_sentence_of_an_error_is_one_whatever_it_names() -> None:
    error = AudioError("“two\nlines\x1b[2J.wav” is empty.")
    assert str(error) == "“two�lines�[2J.wav” is empty."
    assert f"{CoreError('yes')}" == "yes"


def test_a_short_path_is_shown_whole() -> None:
    for path in ("0400.wav", "A/0400.wav", "/home/anna/sounds/train/yes/0400.wav"):
        assert shown(Path(path)) == str(Path(path))


def test_of_a_long_path_as_much_is_shown_as_tells_files_of_one_name_apart() -> None:
    folder = Path("/home/anna/recordings of the last summer/field work/day 3")
    one, two = (shown(folder / split / "yes" / "0400.wav") for split in ("train", "test"))
    assert one == str(Path("…/field work/day 3/train/yes/0400.wav"))
    assert two == str(Path("…/field work/day 3/test/yes/0400.wav"))
    long = shown(Path("/sounds") / ("s" * 80) / "0400.wav")
    assert long == str(Path("…") / ("s" * 80) / "0400.wav")  # the folder it lies in, always
    assert shown(Path("s" * 80)) == "s" * 80


@pytest.mark.skipif(os.name == "nt", reason="such names do not exist here")
def test_a_name_that_is_no_text_becomes_text_of_its_own() -> None:
    names = [os.fsdecode(name) for name in (b"caf\xe9", b"caf\xe8", "café".encode())]
    assert [as_text(name) for name in names] == ["caf\\xe9", "caf\\xe8", "café"]


@given(st.lists(st.text("abc/", min_size=1), min_size=1))
def test_a_path_is_shown_by_its_end(names: list[str]) -> None:
    path = Path("/".join(names))
    assert str(path).endswith(shown(path).removeprefix("…"))
    assert len(shown(path)) <= max(ROOM, len(str(Path(*path.parts[-2:]))) + 2)
