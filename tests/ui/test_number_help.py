from __future__ import annotations

import re
from pathlib import Path

import pytest

from ui.number_help import NUMBER_HELP, Better, better_words, number_help

UI = Path(__file__).parents[2] / "ui"


@pytest.mark.parametrize("number", NUMBER_HELP)
def test_every_number_is_explained_in_one_sentence_with_its_source(qapp, number):
    entry = number_help(number)
    assert entry.name[0].isupper()
    assert not entry.name.endswith(".")
    assert entry.meaning.endswith(".")
    assert ". " not in entry.meaning  # one sentence
    assert 40 < len(entry.meaning) < 220
    assert entry.source
    assert better_words(entry.better).endswith("better.")


def test_good_and_bad_are_as_the_field_has_them():
    better = {number: entry.better for number, entry in NUMBER_HELP.items()}
    assert better["explanation"] is Better.UP
    assert better["removed"] is Better.DOWN
    assert better["completeness_gap"] is Better.DOWN
    assert better["random"] is Better.NEITHER


def test_every_question_mark_in_the_program_has_an_answer():
    asked = {
        number
        for path in UI.rglob("*.py")
        for number in re.findall(r'HelpButton\("(\w+)"', path.read_text(encoding="utf-8"))
    }
    assert asked
    assert asked <= set(NUMBER_HELP)
