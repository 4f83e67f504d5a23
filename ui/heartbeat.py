"""How long the window's thread is kept from answering."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS = 5


class Heartbeat(QObject):
    """Beats every 5 ms while the event loop runs, and remembers what came between.

    longest: seconds from one beat to the next, at most. own: seconds that this thread computed
    between two beats, at most, which other programs do not lengthen.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.longest = self.own = 0.0
        self._last = (0.0, 0.0)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """From here on; what was remembered is forgotten."""
        self.longest = self.own = 0.0
        self._last = (time.perf_counter(), time.thread_time())
        self._timer.start()

    def stop(self) -> None:
        self._beat()
        self._timer.stop()

    def _beat(self) -> None:
        now = (time.perf_counter(), time.thread_time())
        self.longest = max(self.longest, now[0] - self._last[0])
        self.own = max(self.own, now[1] - self._last[1])
        self._last = now
