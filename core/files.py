"""Writing files so that a reader sees the whole file or none."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.errors import ExportError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary name in the folder of `path`, renamed to `path` when the block ends well.

    Whatever ends the block early, the temporary file is removed and `path` stays as it was.
    Raises: ExportError when the folder is missing or unwritable, or the disk is full.
    """
    temporary = path.with_name(f".{uuid.uuid4().hex[:12]}{path.suffix}")
    try:
        try:
            yield temporary
            os.replace(temporary, path)  # noqa: PTH105 – the one call that is atomic everywhere
        except BaseException:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ExportError(
            f"“{path}” could not be written ({error.strerror or error}); choose a folder that "
            "exists, that you may write to, and that has room."
        ) from error
