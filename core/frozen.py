"""Frozen values that stay frozen when they are copied or sent to another process."""

from __future__ import annotations

from dataclasses import fields
from types import MappingProxyType
from typing import Any, TypeVar

T = TypeVar("T")


class Frozen:
    """Base of frozen dataclasses that hold arrays or mappings.

    As dataclasses travel of themselves, arrays arrive writable, and mappings that cannot be changed
    do not travel at all. A value of this kind is made anew from its fields where it arrives, so it
    is checked and frozen there as it was here.
    """

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        values = [getattr(self, field.name) for field in fields(self) if field.init]  # type: ignore[arg-type]
        return _made, (type(self), *map(_mutable, values))


def _mutable(value: Any) -> Any:
    return dict(value) if isinstance(value, MappingProxyType) else value


def _made(kind: type[T], *values: Any) -> T:
    return kind(*values)
