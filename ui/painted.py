"""Knowing when something has been painted."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QWidget

from ui.timers import timer

PATIENCE_MS = 1_000  # a window that is minimised or covered is not painted at all


class NextPaint(QObject):
    """Calls back once, when a widget has been painted."""

    def __init__(self, widget: QWidget, then: Callable[[], object]) -> None:
        super().__init__(widget)
        self._then: Callable[[], object] | None = then
        widget.installEventFilter(self)

    def forget(self) -> None:
        """Do not call back, if that has not been done."""
        self._then = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._then is not None:
            # Painting comes after this; what is queued comes after painting.
            QTimer.singleShot(0, self._then)
            self._then = None
            watched.removeEventFilter(self)
            self.deleteLater()
        return False


def wait_for_paint(widget: QWidget) -> None:
    """Let the event loop run until the widget has been painted, or a second has gone by."""
    waiting = QEventLoop()
    # Not QTimer.singleShot: that would call a loop that is gone by then.
    patience = timer(waiting, PATIENCE_MS, once=True)
    patience.timeout.connect(waiting.quit)
    patience.start()
    painted = NextPaint(widget, waiting.quit)
    waiting.exec()
    painted.forget()
