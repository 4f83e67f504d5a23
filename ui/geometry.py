"""Where the window was: kept as text, and brought back."""

from __future__ import annotations

import zlib

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

TITLE_BAR = 40  # points that a window manager puts around a window
PANEL = 32  # points of the screen that a desktop keeps; Wayland does not tell


def as_text(data: QByteArray) -> str:
    """With a checksum: Qt may crash on data that is not as it was written."""
    written = bytes(data.toBase64())
    return f"{zlib.crc32(written):08x}:{written.decode('ascii')}"


def from_text(text: str) -> QByteArray:
    """Empty where it is not what `as_text` made."""
    checksum, _, written = text.partition(":")
    if checksum != f"{zlib.crc32(written.encode('utf-8')):08x}":
        return QByteArray()
    return QByteArray.fromBase64(written.encode("ascii"))


def fit_on_screen(window: QMainWindow) -> None:
    """Make the window no larger than its screen has room for, before it is shown."""
    untold = PANEL if QGuiApplication.platformName().startswith("wayland") else 0
    room = window.screen().availableSize() - QSize(0, TITLE_BAR + untold)
    window.resize(window.size().boundedTo(room))


def bring_back(window: QMainWindow, geometry: str) -> None:
    """Put the window where it was, never full screen. Qt itself brings it back from a screen that
    is gone.
    """
    window.restoreGeometry(from_text(geometry))
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowFullScreen)
