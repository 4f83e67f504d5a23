from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.file_names import FORBIDDEN, MOST_BYTES, on_one_line, usable_name


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
    ],
)
def test_text_for_a_line_is_one_line(text: str, line: str) -> None:
    assert on_one_line(text) == line
