"""What killed runs left half-written is taken away while the window is already there."""

from __future__ import annotations

import threading

from app.priorities import give_way
from core.workspaces import clear_noted


def clear_behind_the_window() -> None:
    """Look through the notes of what was being written, in a thread of its own.

    It does not keep the program from ending: what is left then is for the next start.
    """
    threading.Thread(target=_clear, name="unfinished", daemon=True).start()


def _clear() -> None:
    give_way()
    clear_noted()
