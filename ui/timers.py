"""Timers, made in one line."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer


def timer(parent: QObject, interval: int, *, once: bool = False) -> QTimer:
    """A timer that is not started yet. interval: ms; once: it ends when it has gone off.

    By its methods, for PySide looks the property `interval` up by a capital I, which in Turkish is
    not the capital of i: `QTimer(interval=0)` raises there.
    """
    made = QTimer(parent)
    made.setInterval(interval)
    made.setSingleShot(once)
    return made
