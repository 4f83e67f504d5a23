"""What the user is told outside of dialogs: one place, each distinct trouble once."""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Signal

from core.errors import CoreError
from core.file_names import plain

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Notice:
    """level: info fades by itself, warning and error stay. details: for “Copy details”.

    text: in which nothing turns text around or breaks the line, whatever names it holds.
    """

    level: Literal["info", "warning", "error"]
    text: str
    details: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", plain(self.text))


class Notices(QObject):
    """Signals: posted(Notice)."""

    posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seen: set[str] = set()

    def info(self, text: str) -> None:
        self.posted.emit(Notice("info", text))

    def warning(self, text: str, details: str = "") -> None:
        self.posted.emit(Notice("warning", text, details))

    def error(self, error: BaseException) -> None:
        """A foreseen error shows its sentence; any other its kind, once, with the traceback."""
        if isinstance(error, CoreError):
            self.posted.emit(Notice("error", str(error)))
            return
        details = "".join(traceback.format_exception(error))
        if details in self._seen:
            return
        self._seen.add(details)
        log.error("unforeseen error\n%s", details)
        text = f"Something unforeseen went wrong ({type(error).__name__}: {error})."
        self.posted.emit(Notice("error", text, details))
