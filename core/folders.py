"""Writing folders so that a reader sees the whole folder or none, whatever ends the writing."""

from __future__ import annotations

import os
import platform
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from core.errors import ExportError

WORKSPACE = re.compile(r"\.hearwhy-(?P<host>\w+)-(?P<process>\d+)-\w+")


@contextmanager
def replacing_folder(folder: Path) -> Iterator[Path]:
    """An empty folder beside `folder`, renamed to it when the block ends well.

    What was at `folder` is moved aside first and deleted last, so that a kill in between leaves
    the old folder, the new one, or – for the moment between two renames – neither; the next write
    beside it then brings the old one back. Missing parents are made.
    Raises: OSError when the folder cannot be written.
    """
    parent = folder.parent
    parent.mkdir(parents=True, exist_ok=True)
    clear_abandoned(parent)
    prefix = f".hearwhy-{_host()}-{os.getpid()}-"
    workspace = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    try:
        new, old = workspace / "new", workspace / "old"
        new.mkdir()
        yield new
        if folder.exists():
            old.mkdir()
            folder.rename(old / folder.name)
        new.rename(folder)
    finally:
        _remove(workspace)


def require_writable(folder: Path) -> None:
    """That `folder` exists or could be made, as far as can be told without writing.

    Raises: ExportError.
    """
    there = folder.resolve()
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        raise ExportError(f"“{folder}” cannot be a folder, because “{there}” is a file.")
    if not os.access(there, os.W_OK | os.X_OK):
        raise ExportError(f"You may not write to “{there}”; choose another place for the results.")


def clear_abandoned(parent: Path) -> None:
    """Remove what killed processes of this computer left half-written in `parent`."""
    for workspace in parent.glob(".hearwhy-*"):
        name = WORKSPACE.fullmatch(workspace.name)
        if name and name["host"] == _host() and not _is_written(workspace, int(name["process"])):
            _remove(workspace)


def _is_written(workspace: Path, process: int) -> bool:
    """Whether the process that made the workspace still runs."""
    try:
        # One that started later only has the same number.
        started: float = psutil.Process(process).create_time()
        return started <= workspace.stat().st_mtime
    except (psutil.NoSuchProcess, FileNotFoundError):
        return False
    except psutil.AccessDenied:
        return True


def _remove(workspace: Path) -> None:
    try:
        for old in (workspace / "old").glob("*"):
            original = workspace.parent / old.name
            if not original.exists():
                old.rename(original)
    except OSError:
        return  # it holds the only copy of something
    shutil.rmtree(workspace, ignore_errors=True)


def _host() -> str:
    """This computer's name; a process number says something only where it was given."""
    return re.sub(r"\W", "", platform.node())[:32] or "host"
