"""One window a user: a second start hands its files to the running one and ends.

macOS starts no second one: it tells the running program, by an event, which files to open.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from app.home import HOME, user

# For the running one to answer, which may be starting itself; a frozen one must not hold up a new
# start for long.
PATIENCE_MS = 3_000
LONGEST = 1_000_000  # bytes of one message
IDLE_MS = 5_000  # a caller that says nothing is hung up on


def address() -> str:
    """A name that only this user's processes share. `HEARWHY_INSTANCE` is another one."""
    whose = f"{user()}-{os.environ.get(HOME, '')}-{os.environ.get('HEARWHY_INSTANCE', '')}"
    return f"hearwhy-{sha256(whose.encode()).hexdigest()[:16]}"


def hand_over(files: Sequence[Path]) -> bool:
    """Give files to the running window, which comes to the front. → whether there is one."""
    socket = QLocalSocket()
    socket.connectToServer(address())
    if not socket.waitForConnected(PATIENCE_MS):
        return False
    message = json.dumps([os.fspath(path.absolute()) for path in files]).encode() + b"\n"
    socket.write(message)
    if not socket.waitForBytesWritten(PATIENCE_MS):
        return False
    answered = socket.waitForReadyRead(PATIENCE_MS) and socket.readAll().startsWith(b"taken")
    socket.disconnectFromServer()
    return bool(answered)


class SingleInstance(QObject):
    """Listens for later starts, and for what macOS wants opened, as long as it lives.

    Signals: files_received(list of Path), which may be empty: the user wants to see the window.
    """

    files_received = Signal(list)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        if sys.platform == "darwin":  # no other system sends it, and a filter sees every event
            QCoreApplication.instance().installEventFilter(self)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        if not self._server.listen(address()):
            # A process that died leaves its socket behind; no one answered, or we were not here.
            QLocalServer.removeServer(address())
            self._server.listen(address())

    @property
    def is_listening(self) -> bool:
        return self._server.isListening()

    def close(self) -> None:
        self._server.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent):
            self.files_received.emit([Path(event.file())])
            return True
        return super().eventFilter(watched, event)

    def _on_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            QTimer.singleShot(IDLE_MS, socket, socket.abort)
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if socket.bytesAvailable() > LONGEST:
            socket.abort()
            return
        if not socket.canReadLine():
            return
        files = _files(bytes(socket.readLine().data()))
        if files is None:
            socket.abort()
            return
        socket.write(b"taken\n")
        socket.flush()
        self.files_received.emit(files)


def _files(message: bytes) -> list[Path] | None:
    """The files of a message; None where it is none of ours."""
    try:
        names = json.loads(message)
    except ValueError:
        return None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return None
    return [Path(name) for name in names]
