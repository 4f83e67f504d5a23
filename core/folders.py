"""Writing folders, or several files, so that a reader sees all of it or nothing."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.disk import sync, sync_all
from core.errors import ExportError
from core.folder_kinds import FolderKind, refuse_foreign
from core.workspaces import (
    ADDED,
    NEW,
    OLD,
    REPLACED,
    clear_abandoned,
    remove,
    unfinished_name,
)


@contextmanager
def replacing_folder(folder: Path, kind: FolderKind) -> Iterator[Path]:
    """An empty folder beside `folder`, renamed to it when the block ends well.

    What was at `folder` is moved aside first and deleted last, so that a kill in between leaves
    the old folder, the new one, or – for the moment between two renames – neither; the next start
    of the program, or the next write beside it, then brings the old one back. Only a folder of this
    kind is ever replaced. Of a link the folder it leads to is. Missing parents are made.
    Raises: ExportError when the folder cannot be written, or anything in it would be lost.
    """
    with _one_sentence(folder):
        place = _destination(folder)
        refuse_foreign(place, kind, folder)
        with made(place.parent):
            clear_abandoned(place.parent)
            workspace = _workspace(place.parent)
            try:
                new, old = workspace / NEW, workspace / OLD / place.name
                new.mkdir()
                yield new
                sync_all(new)
                if place.exists():
                    shutil.copymode(place, new)
                    old.parent.mkdir()
                    place.rename(old)
                    refuse_foreign(old, kind, folder)  # what came into it meanwhile
                new.rename(place)
                sync(place.parent)
            finally:
                remove(workspace)


@contextmanager
def adding_files(folder: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """An empty folder; the files written into it are moved into `folder` when the block ends well.

    All of them or none: when one cannot be moved, those before it go again and what they replaced
    comes back. Missing folders are made, and taken away again when nothing comes of it.
    overwrite: replace files of the same name.
    Raises: ExportError when the folder cannot be written, a file exists and may not be replaced, or
    a folder has the name of a file.
    """
    with _one_sentence(folder), made(folder):
        clear_abandoned(folder)
        workspace = _workspace(folder)
        placed: list[Path] = []
        try:
            added, replaced = workspace / ADDED, workspace / REPLACED
            added.mkdir()
            replaced.mkdir()
            yield added
            sync_all(added)
            for file in sorted(added.iterdir()):
                target = folder / file.name
                if target.is_dir() or (target.exists() and not overwrite):
                    raise FileExistsError(errno.EEXIST, f"“{file.name}” is already there")
                if target.exists():
                    target.rename(replaced / target.name)
                file.rename(target)
                placed.append(target)
            sync(folder)
        except BaseException:
            for target in placed:
                target.unlink(missing_ok=True)
            raise
        finally:
            remove(workspace)


def require_writable(folder: Path, kind: FolderKind | None = None) -> None:
    """That `folder` exists or could be made, as far as can be told without writing.

    kind: what will replace it, where that is a folder of its own. Raises: ExportError.
    """
    place = _destination(folder)
    if kind is not None:
        refuse_foreign(place, kind, folder)
    there = place if kind is None else place.parent
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        raise ExportError(f"“{folder}” cannot be a folder, because “{there}” is a file.")
    if not os.access(there, os.W_OK | os.X_OK):
        raise ExportError(f"You may not write to “{there}”; choose another place for the results.")


def _destination(folder: Path) -> Path:
    """Where a folder is when all links are followed. Raises: ExportError."""
    try:
        return folder.resolve()
    except (OSError, RuntimeError):  # of a link that leads to itself
        raise ExportError(
            f"“{folder}” is a link that leads nowhere; choose another folder."
        ) from None


@contextmanager
def made(folder: Path) -> Iterator[None]:
    """`folder`, made with its parents; what was made goes again when the block ends early.

    Raises: ExportError when it cannot be made.
    """
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritten(folder, error) from error
        yield
    except BaseException:
        for place in missing:
            with suppress(OSError):
                place.rmdir()
        raise


@contextmanager
def _one_sentence(folder: Path) -> Iterator[None]:
    """Whatever goes wrong with the disk is said of `folder`, not of files that never had a name."""
    try:
        yield
    except (OSError, ExportError) as error:
        cause = error.__cause__ if isinstance(error, ExportError) else error
        if not isinstance(cause, OSError):
            raise
        raise _unwritten(folder, cause) from error


def _unwritten(folder: Path, error: OSError) -> ExportError:
    return ExportError(
        f"“{folder}” could not be written ({error.strerror or error}); choose a place for it that "
        "you may write to and that has room."
    )


def _workspace(folder: Path) -> Path:
    """A new folder in `folder` whose name says whose it is."""
    path = unfinished_name(folder)
    path.mkdir(mode=0o700)
    return path
