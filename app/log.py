"""The record of a run, for reports: what was logged, and where the process died if it did."""

from __future__ import annotations

import faulthandler
import logging
import os
import platform
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

from core.versions import versions

log = logging.getLogger(__name__)

LOG_NAME = "hearwhy.log"
LARGEST, KEPT = 1_000_000, 3  # bytes of one file; older files beside it
CRASHES = "crash-*.log"  # one a process, named by its number


class RunLog:
    """Writes what is logged to a file in `folder` until it is closed.

    last_crash: the traces of processes that died in C code since the last start; they are in the
    log as well. problem: why nothing can be written, as a sentence; None where all is well.
    """

    def __init__(self, folder: Path) -> None:
        self.last_crash = ""
        self.problem: str | None = None
        self._handler: logging.Handler | None = None
        self._crash_file: TextIO | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._open(folder)
        except OSError as error:
            self.problem = f"No log is kept: “{folder}” cannot be written ({error.strerror})."
            return
        found = ", ".join(f"{name} {number}" for name, number in versions().items())
        log.info("started on %s with %s", platform.platform(), found)
        self.last_crash = _collected(folder)
        if self.last_crash:
            log.error("an earlier run died:\n%s", self.last_crash)

    def close(self) -> None:
        """Also takes the empty crash file away. More than once is fine."""
        if self._crash_file is not None:
            faulthandler.disable()
            self._crash_file.close()
            with suppress(OSError):
                Path(self._crash_file.name).unlink()
            self._crash_file = None
        if self._handler is not None:
            log.info("ended")
            logging.getLogger().removeHandler(self._handler)
            self._handler.close()
            self._handler = None

    def _open(self, folder: Path) -> None:
        self._handler = RotatingFileHandler(
            folder / LOG_NAME,
            maxBytes=LARGEST,
            backupCount=KEPT,
            encoding="utf-8",
            errors="backslashreplace",  # names of files may be no text
        )
        self._handler.setFormatter(
            logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s")
        )
        root = logging.getLogger()
        root.addHandler(self._handler)
        if root.level > logging.INFO or root.level == logging.NOTSET:
            root.setLevel(logging.INFO)
        crash_file = folder / CRASHES.replace("*", str(os.getpid()))
        self._crash_file = crash_file.open("w", encoding="utf-8")
        faulthandler.enable(self._crash_file)


def _collected(folder: Path) -> str:
    """What dead processes left; their files are removed."""
    import psutil

    traces = []
    for file in sorted(folder.glob(CRASHES)):
        number = file.stem.partition("-")[2]
        if number.isdecimal() and psutil.pid_exists(int(number)):
            continue
        with suppress(OSError):
            traces.append(file.read_text(encoding="utf-8", errors="replace"))
            file.unlink()
    return "\n".join(trace for trace in traces if trace.strip())
