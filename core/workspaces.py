"""What is being written and has no name of its own yet, and what killed processes left of it.

An unfinished file or folder is called `.hearwhy-HOST-PROCESS-RANDOM` and lies where it will lie
when it is finished. A note of it is kept in the program's state folder, so that the next start
finds it wherever it is; the next write beside it finds it without.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import uuid
from contextlib import suppress
from itertools import count
from pathlib import Path

from core.disk import sync

NAME = re.compile(r"\.hearwhy-(?P<host>\w+)-(?P<process>\d+)-\w+(\..*)?", re.DOTALL)
NEW, OLD = "new", "old"  # a folder that is coming, and the one it replaces
ADDED, REPLACED = "added", "replaced"  # files that are coming, and those they replace
LONGEST_SUFFIX = 20


def notes_folder() -> Path | None:
    """Where unfinished things are noted: below `HEARWHY_STATE` or the system's place for states.

    None where there is no such place, as for a user without a home.
    """
    from core.places import state_folder

    named = os.environ.get("HEARWHY_STATE")
    state = Path(named) if named else state_folder()
    return state / "unfinished" if state is not None and state.is_absolute() else None


def unfinished_name(folder: Path, suffix: str = "") -> Path:
    """A name in `folder` for what is being written; noted. `remove` it in the end.

    suffix: what the name ends in, for libraries that choose a format by it.
    """
    suffix = suffix if len(suffix) <= LONGEST_SUFFIX else ""
    name = f".hearwhy-{_host()}-{os.getpid()}-{uuid.uuid4().hex[:8]}{suffix}"
    path = folder.absolute() / name
    notes = notes_folder()
    if notes is not None:
        with suppress(OSError):  # without a note only the next write beside it finds it
            notes.mkdir(parents=True, exist_ok=True)
            note = notes / name
            note.write_bytes(os.fsencode(path.parent))
            sync(note)
    return path


def is_unfinished(path: Path) -> bool:
    """Whether `path` is in an unfinished folder."""
    return any(NAME.fullmatch(part) for part in path.parts[:-1])


def remove(unfinished: Path) -> None:
    """Take away an unfinished file or folder, and the note of it; never raises.

    What it holds the only copy of is put back first; where that cannot be done, it stays.
    """
    try:
        if not unfinished.is_dir():
            unfinished.unlink(missing_ok=True)
        else:
            _put_back(unfinished)
            shutil.rmtree(unfinished, ignore_errors=True)
        gone = not os.path.lexists(unfinished)
    except OSError:
        return
    if gone:
        _forget(unfinished.name)


def clear_abandoned(folder: Path) -> None:
    """Remove what killed processes of this computer left half-written in `folder`."""
    for unfinished in folder.glob(".hearwhy-*"):
        name = NAME.fullmatch(unfinished.name)
        if name and name["host"] == _host() and not _is_written(unfinished, int(name["process"])):
            remove(unfinished)


def clear_noted() -> None:
    """Remove what killed processes of this computer left half-written anywhere; never raises."""
    notes = notes_folder()
    with suppress(OSError):
        for note in [] if notes is None else list(notes.iterdir()):
            name = NAME.fullmatch(note.name)
            if name and name["host"] == _host():
                with suppress(OSError):
                    _clear(note, int(name["process"]))


def _clear(note: Path, process: int) -> None:
    folder = Path(os.fsdecode(note.read_bytes()))
    unfinished = folder / note.name
    if folder.is_absolute() and os.path.lexists(unfinished):
        if not _is_written(unfinished, process):
            remove(unfinished)
    elif not _runs(process) and (folder.is_dir() or not folder.is_absolute()):
        _forget(note.name)  # else its disk may only be away


def _put_back(unfinished: Path) -> None:
    for old in (unfinished / REPLACED).glob("*"):
        original = unfinished.parent / old.name
        if not os.path.lexists(original):
            old.rename(original)
    if (unfinished / NEW).exists():  # which never took the place of the old one
        for old in (unfinished / OLD).glob("*"):
            old.rename(_free(unfinished.parent / old.name))


def _free(path: Path) -> Path:
    """`path`, or with a number where something else has taken that name since."""
    tried = (path if n == 1 else path.with_name(f"{path.name}-{n}") for n in count(1))
    return next(place for place in tried if not os.path.lexists(place))


def _forget(name: str) -> None:
    notes = notes_folder()
    if notes is not None:
        with suppress(OSError):
            (notes / name).unlink()


def _is_written(unfinished: Path, process: int) -> bool:
    """Whether the process that made it still runs."""
    import psutil

    try:
        # One that started later only has the same number.
        started: float = psutil.Process(process).create_time()
        return started <= unfinished.lstat().st_mtime
    except (psutil.NoSuchProcess, FileNotFoundError):
        return False
    except psutil.AccessDenied:
        return True


def _runs(process: int) -> bool:
    import psutil

    return bool(psutil.pid_exists(process))


def _host() -> str:
    """This computer's name; a process number says something only where it was given."""
    return re.sub(r"\W", "", platform.node())[:16] or "host"
