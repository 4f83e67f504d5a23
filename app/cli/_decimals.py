"""Numbers typed with a decimal comma, as many languages write them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from typing import Any, get_args

from core.errors import RequestError

COMMA = re.compile(r"[-+]?\d*,\d+")
THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}")


def with_points(arguments: Sequence[str], group: Any) -> list[str]:
    """A command line whose options that take decimals have them with a point.

    group: what `typer.main.get_group` made. Other options, which may take lists, stay as they are.
    Raises: RequestError for a comma that may stand between thousands.
    """
    if not any(COMMA.fullmatch(word.rpartition("=")[2]) for word in arguments):
        return list(arguments)
    names = set(decimal_options(group))
    words, before = [], ""
    for word in arguments:
        name, sign, value = word.partition("=")
        if sign and name in names and COMMA.fullmatch(value):
            word = f"{name}={_with_point(value, name)}"
        elif before in names and COMMA.fullmatch(word):
            word = _with_point(word, before)
        words.append(word)
        before = word
    return words


def _with_point(number: str, option: str) -> str:
    if THOUSANDS.fullmatch(number):
        raise RequestError(
            f"“{option} {number}” can be read in two ways; write {number.replace(',', '.')} or "
            f"{number.replace(',', '')}."
        )
    return number.replace(",", ".")


def decimal_options(group: Any) -> Iterator[str]:
    """Names of the options that take a number with decimals, of all commands below a group."""
    for command in group.commands.values():
        if hasattr(command, "commands"):
            yield from decimal_options(command)
            continue
        declared = inspect.signature(command.callback, eval_str=True).parameters
        for option in command.params:
            hint = declared[option.name].annotation if option.name in declared else None
            kinds = get_args(hint)  # of Annotated[float | None, …]: the type is the first
            if kinds and float in (kinds[0], *get_args(kinds[0])):
                yield from option.opts
