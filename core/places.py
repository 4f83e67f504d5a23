"""Where the system has programs keep what belongs to the user.

None for a user who has no such place: one without a home, or with a home that is closed to them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from platformdirs import user_cache_path, user_data_path, user_state_path

PROGRAM = "hearwhy"


def data_folder() -> Path | None:
    """For models and vocabularies of one's own."""
    return _place(lambda: user_data_path(PROGRAM, appauthor=False))


def cache_folder() -> Path | None:
    """For what can be made again."""
    return _place(lambda: user_cache_path(PROGRAM, appauthor=False))


def state_folder() -> Path | None:
    """For what one start leaves to the next."""
    return _place(lambda: user_state_path(PROGRAM, appauthor=False))


def _place(find: Callable[[], Path]) -> Path | None:
    try:
        place = find()
        place.exists()
    except (RuntimeError, OSError):
        return None
    return place if place.is_absolute() else None
