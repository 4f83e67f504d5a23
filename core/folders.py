"""Writing folders, or several files, so that a reader sees all of it or nothing."""

from __future__ import annotations

import errno
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

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
    workspace = _workspace(parent)
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


@contextmanager
def adding_files(folder: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """An empty folder; the files written into it are moved into `folder` when the block ends well.

    All of them or none: when one cannot be moved, those before it go again and what they replaced
    comes back. Missing folders are made, and taken away again when nothing comes of it.
    overwrite: replace files of the same name.
    Raises: OSError when the folder cannot be written, a file exists and may not be replaced, or a
    folder has the name of a file.
    """
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    placed: list[Path] = []
    workspace: Path | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        clear_abandoned(folder)
        workspace = _workspace(folder)
        new, old = workspace / "new", workspace / "old"
        new.mkdir()
        old.mkdir()
        yield new
        for file in sorted(new.iterdir()):
            target = folder / file.name
            if target.is_dir() or (target.exists() and not overwrite):
                raise FileExistsError(errno.EEXIST, f"“{file.name}” is already there")
            if target.exists():
                target.rename(old / target.name)
            file.rename(target)
            placed.append(target)
    except BaseException:
        for target in placed:
            target.unlink(missing_ok=True)
        if workspace is not None:
            _remove(workspace)
        for place in missing:
            with suppress(OSError):
                place.rmdir()
        raise
    shutil.rmtree(workspace, ignore_errors=True)


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
    import psutil

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


def _workspace(parent: Path) -> Path:
    """A new folder in `parent` whose name says whose it is."""
    return Path(tempfile.mkdtemp(prefix=f".hearwhy-{_host()}-{os.getpid()}-", dir=parent))


def _host() -> str:
    """This computer's name; a process number says something only where it was given."""
    return re.sub(r"\W", "", platform.node())[:32] or "host"
