"""How long work reports its progress and is asked to stop.

Work receives a `Report` and a `CancelToken`, whoever started it: the command line's progress bar,
the window's worker thread, or a test. Both are looked at between forward calls of a model, so a
cancel takes effect within one chunk.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from core.errors import Cancelled

T = TypeVar("T")

Report = Callable[[float, str], None]
"""Called as report(share_done in 0…1, stage as shown to the user)."""


def silent(share: float, stage: str) -> None:
    """A `Report` nobody listens to."""


class CancelToken:
    """A flag one thread sets and the working thread reads."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Ask the work to stop; may be called from any thread, more than once."""
        self._event.set()

    @property
    def is_set(self) -> bool:
        return self._event.is_set()

    def raise_if_set(self) -> None:
        """Stop here if asked to.

        Raises: Cancelled.
        """
        if self._event.is_set():
            raise Cancelled


def until_cancelled(items: Iterable[T], cancel: CancelToken | None) -> Iterator[T]:
    """The same items, one after the other, as long as nobody asks to stop.

    Raises: Cancelled.
    """
    for item in items:
        if cancel is not None:
            cancel.raise_if_set()
        yield item


def part(report: Report, start: float, end: float) -> Report:
    """`report`, for one stage that covers `start`…`end` of the whole work."""

    def report_part(share: float, stage: str) -> None:
        report(start + (end - start) * min(max(share, 0.0), 1.0), stage)

    return report_part
