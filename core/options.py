"""Options of a plug-in, declared once: panel, command line and record read them here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import RequestError, unknown_id

Plain = bool | int | float | str
"""What the value of an option may be; a whole number does for a fraction, but not the other way."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that can be chosen.

    default: its type is the option's type. help: a few words. least, most: of a number.
    choices: of a text; none means any.
    """

    id: str
    default: Plain
    help: str
    least: float = -math.inf
    most: float = math.inf
    choices: tuple[str, ...] = ()

    def checked(self, value: object) -> Plain:
        """`value` in the option's type; text is read, as a command line gives it.

        Raises: RequestError saying what is possible.
        """
        read = self._read(value)
        if read is None or (isinstance(read, str) and self.choices and read not in self.choices):
            raise RequestError(f"“{value}” is no value for “{self.id}”; it takes {self.takes}.")
        if isinstance(read, int | float) and not self.least <= read <= self.most:
            raise RequestError(f"“{self.id}” cannot be {value}; it takes {self.takes}.")
        return read

    @property
    def takes(self) -> str:
        """What is possible, in words."""
        if isinstance(self.default, bool):
            return "yes or no"
        if isinstance(self.default, str):
            return " or ".join(f"“{choice}”" for choice in self.choices) or "any text"
        kind = "a whole number" if isinstance(self.default, int) else "a number"
        low = "" if math.isinf(self.least) else f" from {self.least:g}"
        high = "" if math.isinf(self.most) else f" up to {self.most:g}"
        return f"{kind}{low}{high}"

    def _read(self, value: object) -> Plain | None:
        """None for what cannot be one."""
        text = value.strip() if isinstance(value, str) else value
        if isinstance(self.default, bool):
            known: dict[object, bool] = {True: True, False: False, "yes": True, "no": False}
            return known.get(text.lower() if isinstance(text, str) else text)
        if isinstance(self.default, str):
            return text if isinstance(text, str) else None
        if isinstance(text, bool) or not isinstance(text, int | float | str):
            return None
        try:
            number = float(text)
        except ValueError:
            return None
        if isinstance(self.default, int):
            return int(number) if number.is_integer() else None
        return number if math.isfinite(number) else None


def complete(declared: Sequence[Option], given: Mapping[str, object], whose: str) -> dict[str, Any]:
    """Every declared option: as given, else its default.

    whose: they are, as messages say it. Raises: RequestError for unknown ones and wrong values.
    """
    known = {option.id: option for option in declared}
    for name in given:
        if name not in known:
            raise unknown_id(f"option of {whose}", name, known)
    return {name: option.checked(given.get(name, option.default)) for name, option in known.items()}
