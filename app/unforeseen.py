"""What no one caught, in any thread: into the log at once, and before the user soon after."""

from __future__ import annotations

import logging
import queue
import sys
import threading
from collections import Counter
from types import TracebackType

from PySide6.QtCore import (
    QMessageLogContext,
    QObject,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)

from app.notices import Notices

log = logging.getLogger(__name__)
qt_log = logging.getLogger("qt")

POLL_MS = 200  # signals from a foreign thread can end the process, so a timer looks instead
QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
HARMLESS = ("This plugin does not support",)  # said of every window drawn into memory


class QtTrouble(Exception):  # noqa: N818 – the words are Qt's
    """Something that Qt reports as worse than a warning."""


class Unforeseen(QObject):
    """Takes over Python's hooks and Qt's message handler until `restore`.

    An exception that comes back from the same line is told and logged once; how often it came is
    logged at the end.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: queue.SimpleQueue[BaseException] = queue.SimpleQueue()
        self._places: Counter[tuple[str, str, int]] = Counter()
        self._notices: Notices | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._tell)
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        sys.unraisablehook = self._on_unraisable
        self._qt_before = qInstallMessageHandler(self._on_qt_message)

    def tell(self, notices: Notices) -> None:
        """From here on the user is told as well, what happened so far first."""
        self._notices = notices
        self._timer.start()

    def restore(self) -> None:
        """Put the hooks back that were there before."""
        self._timer.stop()
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._before
        qInstallMessageHandler(self._qt_before)
        for (kind, file, line), times in self._places.items():
            if times > 1:
                log.error("%s in %s:%d came %d times", kind, file, line, times)

    def _tell(self) -> None:
        while self._notices is not None and not self._waiting.empty():
            self._notices.error(self._waiting.get())

    def _take(self, error: BaseException, where: str) -> None:
        place = _place(error)
        self._places[place] += 1
        if self._places[place] > 1:
            return
        log.critical("unforeseen %s", where, exc_info=error)
        self._waiting.put(error)

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if not issubclass(kind, Exception):  # Ctrl+C and the like are no defects
            self._before[0](kind, error, trace)
            return
        self._take(error.with_traceback(trace), "in the window's thread")

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and args.exc_type is not SystemExit:
            name = args.thread.name if args.thread else "?"
            self._take(args.exc_value, f"in the thread {name}")

    def _on_unraisable(self, args: sys.UnraisableHookArgs) -> None:
        if args.exc_value is not None:
            self._take(args.exc_value, f"in {args.object!r}, {args.err_msg or 'not raised'}")

    def _on_qt_message(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        if text.startswith(HARMLESS):
            return
        qt_log.log(QT_LEVELS[kind], "%s (%s)", text, context.category or "default")
        if kind is QtMsgType.QtCriticalMsg:
            self._take(QtTrouble(text), "in Qt")


def _place(error: BaseException) -> tuple[str, str, int]:
    """Kind of the exception, and file and line it was raised at."""
    trace = error.__traceback__
    if trace is None:
        return type(error).__name__, str(error), 0
    while trace.tb_next is not None:
        trace = trace.tb_next
    return type(error).__name__, trace.tb_frame.f_code.co_filename, trace.tb_lineno
