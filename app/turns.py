"""Turns of the event loop."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

SOON_MS = 1  # with 0 it would be posted, and Qt works off all that is posted in one turn


def in_a_turn_of_its_own(context: QObject, do: Callable[[], object]) -> None:
    """Call `do` in a later turn, unless `context` is gone by then.

    In between, the window looks at keyboard and mouse, so that several pieces of work keep it from
    answering no longer than the longest of them does.
    """
    QTimer.singleShot(SOON_MS, context, do)
