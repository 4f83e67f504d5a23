"""Doing something once a view has come to rest."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

REST_MS = 150


class Settling(QTimer):
    """Calls `do` when nothing was announced for a moment.

    For what costs more than a glance and nobody needs while things still change, like the
    description that a screen reader tells.
    """

    def __init__(self, parent: QObject, do: Callable[[], object]) -> None:
        super().__init__(parent)
        self.setSingleShot(True)
        self.setInterval(REST_MS)
        self.timeout.connect(do)

    def announce(self, *_: object) -> None:
        """Something changed."""
        self.start()
