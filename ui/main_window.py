"""The window: makes the views, and the wirings that tie them to the controllers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QMainWindow

if TYPE_CHECKING:
    from app.bootstrap import Application
    from ui.parts import Parts


class MainWindow(QMainWindow):
    """Glue between the views and the controllers of `app.bootstrap.Application`.

    parts, wirings: from `fill` on.
    """

    parts: Parts
    wirings: tuple[QObject, ...]

    def __init__(self, application: Application | None = None) -> None:
        """application: None gives an empty frame, to be seen while the rest is being loaded."""
        super().__init__()
        self._app = application
        self.resize(1280, 800)
        if application is not None:
            self.fill(application)

    def fill(self, application: Application) -> None:
        """Make the views and tie them to what is behind the window."""
        from ui.parts import Parts
        from ui.wiring import wiring_kinds

        self._app = application
        self.parts = Parts(self)
        self.wirings = tuple(kind(self.parts, application) for kind in wiring_kinds())
        self.parts.actions["quit"].triggered.connect(lambda _: self.close())

    def closeEvent(self, event: QCloseEvent) -> None:
        for dialog in self.findChildren(QDialog):
            dialog.close()
        if self._app is not None:
            self._app.shut_down()
        super().closeEvent(event)
