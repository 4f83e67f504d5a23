"""What is written, on the disk itself: there after a power cut too."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from pathlib import Path

# Of folders on some file systems, and of files on a few: then there is nothing to be done.
CANNOT = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EACCES, errno.EPERM}
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}  # the disk, the user's share of it, the file


def sync(place: Path) -> None:
    """Return once the content of a file, or the names in a folder, lie on the disk.

    Does nothing where the system or the file system cannot do that.
    Raises: OSError when the disk is full or fails, or nothing is at `place`.
    """
    try:
        number = os.open(place, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    except PermissionError:  # Windows opens no folders; others may be written to and not read
        return
    try:
        _flush(number)
    except OSError as error:
        if error.errno not in CANNOT:
            raise
    finally:
        os.close(number)


def sync_all(folder: Path) -> None:
    """`sync` of a folder and of everything in and below it. Raises: OSError."""
    for place in folder.rglob("*"):
        sync(place)
    sync(folder)


def is_full(error: BaseException | None) -> bool:
    """Whether an error, or what it came from, is that a disk has no room left."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            return True
        error = error.__cause__
    return False


def _flush(number: int) -> None:
    if sys.platform == "darwin":  # where fsync leaves what is in the memory of the disk
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(number, fcntl.F_FULLFSYNC)
            return
    os.fsync(number)
