"""Paths that a file of unknown origin names, without asking any other computer about them.

On Windows, asking whether a file on a share (two strokes and a server's name) exists sends the
user's name and a hash of the password to that server. So such paths are told by their text alone,
on every system, before anything is asked.
"""

from __future__ import annotations

import re
from pathlib import Path

from core.file_names import usable_name

SEPARATORS = re.compile(r"[\\/]+")
DEVICES = {"?", ".", "??"}  # \\?\UNC\…, \\.\pipe\…, \??\…: Windows' other roads out


def leads_elsewhere(path: Path | str) -> bool:
    """Whether Windows would look for a path on another computer, or at a device."""
    text = str(path).replace("/", "\\")
    return text.startswith(("\\\\", "\\??\\"))


def here(path: str, beside: Path) -> Path:
    """A path that the file `beside` names, as one that may be asked about.

    One that leads elsewhere becomes one of the same names below the folder of `beside`, unless both
    are on one share, which was reached to read `beside`.
    """
    share = _share(path)
    if not leads_elsewhere(path) or (share is not None and share == _share(beside)):
        return Path(path)
    return beside.parent.joinpath(*map(usable_name, _names(path)))


def is_inside(path: str) -> bool:
    """Whether a relative path stays in its folder, on Windows too."""
    parts = SEPARATORS.split(path)
    return parts[0] != "" and ":" not in parts[0] and ".." not in parts


def _share(path: Path | str) -> tuple[str, str] | None:
    """Server and share of a path; None for every other."""
    names = _names(path)
    if not leads_elsewhere(path) or len(names) < 2 or names[0] in DEVICES:
        return None
    return names[0].casefold(), names[1].casefold()


def _names(path: Path | str) -> list[str]:
    return [name for name in SEPARATORS.split(str(path)) if name]
