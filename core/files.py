"""Writing files so that a reader sees the whole file or none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.disk import sync
from core.errors import ExportError
from core.workspaces import is_unfinished, remove, unfinished_name


@contextmanager
def replacing(path: Path, *, lasting: bool = True) -> Iterator[Path]:
    """A temporary name in the folder of `path`, renamed to `path` when the block ends well.

    Whatever ends the block early, the temporary file is removed and `path` stays as it was; after a
    power cut, too, `path` is the old file or the whole new one.
    Where `path` is a link, the file it leads to is replaced.
    lasting: False for what can be made again, which then may be damaged by a power cut.
    Raises: ExportError when the folder is missing or unwritable, or the disk is full.
    """
    target = Path(os.path.realpath(path)) if path.is_symlink() else path
    if is_unfinished(target):  # all of that folder is brought to the disk at once
        temporary, lasting = target.with_name(f".{target.name}"), False
    else:
        temporary = unfinished_name(target.parent, target.suffix)
    try:
        try:
            yield temporary
            if lasting:
                sync(temporary)
            os.replace(temporary, target)  # noqa: PTH105 – the one call that is atomic everywhere
            if lasting:
                sync(target.parent)
        finally:
            remove(temporary)
    except OSError as error:
        raise ExportError(
            f"“{path}” could not be written ({error.strerror or error}); choose a folder that "
            "exists, that you may write to, and that has room."
        ) from error
