"""Options are declared once, and what is given for them is checked."""

from __future__ import annotations

import pytest

from core.errors import RequestError
from core.options import Option, Plain, complete

STEPS = Option("steps", 8, "points", least=1, most=64)
NOISE = Option("noise", 0.5, "σ", least=0.0)
SIGNED = Option("signed", True, "with its sign")
RULE = Option("rule", "left", "where points lie", choices=("left", "right"))
NAME = Option("name", "", "anything")


@pytest.mark.parametrize(
    ("option", "given", "read"),
    [
        (STEPS, 16, 16),
        (STEPS, " 16 ", 16),
        (STEPS, 16.0, 16),
        (NOISE, 1, 1.0),
        (NOISE, "0.25", 0.25),
        (SIGNED, "no", False),
        (SIGNED, True, True),
        (RULE, "right", "right"),
        (NAME, "any word", "any word"),
    ],
)
def test_a_value_is_read_in_the_type_of_the_default(
    option: Option, given: object, read: Plain
) -> None:
    found = option.checked(given)
    assert found == read and type(found) is type(option.default)


@pytest.mark.parametrize(
    ("option", "given", "sentence"),
    [
        (STEPS, 0, "“steps” cannot be 0; it takes a whole number from 1 up to 64"),
        (STEPS, 2.5, "“2.5” is no value for “steps”"),
        (STEPS, True, "“True” is no value for “steps”"),
        (STEPS, "many", "“many” is no value for “steps”"),
        (NOISE, "nan", "it takes a number from 0"),
        (SIGNED, "maybe", "it takes yes or no"),
        (RULE, "middle", "it takes “left” or “right”"),
        (NAME, 3, "it takes any text"),
        (STEPS, None, "“None” is no value"),
    ],
)
def test_what_is_no_value_is_refused(option: Option, given: object, sentence: str) -> None:
    with pytest.raises(RequestError, match=sentence):
        option.checked(given)


def test_what_is_not_given_has_its_default_and_what_is_unknown_is_refused() -> None:
    declared = (STEPS, NOISE)
    assert complete(declared, {"noise": 2}, "it") == {"steps": 8, "noise": 2.0}
    with pytest.raises(RequestError, match="no option of it “step”; did you mean steps"):
        complete(declared, {"step": 3}, "it")
