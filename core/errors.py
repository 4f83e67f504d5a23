"""Errors the engine foresees. Each carries one sentence its user can act on.

Anything that is not a `CoreError` is a defect: it is logged with its traceback where the work
was started, never swallowed here.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from core.file_names import plain


class CoreError(Exception):
    """Root of every foreseen error; `str(error)` is the sentence shown to the user.

    Whatever names it holds, nothing in it steers a terminal or turns text around.
    """

    def __str__(self) -> str:
        return plain(super().__str__())


class AudioError(CoreError):
    """A sound could not be read, is empty, or does not fit where it was used."""


class ModelError(CoreError):
    """A codec or classifier is missing, damaged, untrusted, or does not fit its partner."""


class RequestError(CoreError):
    """What was asked for makes no sense: an unknown id, a share outside 0…1, an empty stretch."""


class ExportError(CoreError):
    """A result could not be written completely; nothing half-written is left behind."""


class DataError(CoreError):
    """A folder of training or evaluation clips is missing or not as its list says."""


class Cancelled(CoreError):  # noqa: N818 – it is no error
    """The work was stopped on request. Not a failure."""

    def __init__(self) -> None:
        super().__init__("Cancelled.")

    def __reduce__(self) -> tuple[type[Cancelled], tuple[()]]:
        return Cancelled, ()


def unknown_id(what: str, wanted: str, known: Iterable[str]) -> RequestError:
    """The error for an id no one knows, with the nearest names offered.

    what: what the id names, as shown to the user, e.g. "method".
    """
    names = sorted(known)
    near = difflib.get_close_matches(wanted, names, n=3, cutoff=0.4)
    if near:
        return RequestError(f"There is no {what} “{wanted}”; did you mean {' or '.join(near)}?")
    return RequestError(f"There is no {what} “{wanted}”; known: {', '.join(names) or 'none'}.")
