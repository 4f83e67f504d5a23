"""The window: makes the views, and the wirings that tie them to the controllers."""

from __future__ import annotations

from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow

from app.bootstrap import Application
from ui.parts import Parts
from ui.wiring.clip_list import ClipList
from ui.wiring.explaining import Explaining
from ui.wiring.listening import Listening
from ui.wiring.viewing import Viewing

WIRINGS = (ClipList, Explaining, Listening, Viewing)


class MainWindow(QMainWindow):
    """Glue between the views and the controllers of `app.bootstrap.Application`."""

    def __init__(self, application: Application) -> None:
        super().__init__()
        self._app = application
        self.resize(1280, 800)
        self.parts = Parts(self)
        self.wirings = tuple(wiring(self.parts, application) for wiring in WIRINGS)
        self.parts.actions["quit"].triggered.connect(lambda _: self.close())
        self.parts.actions["cancel"].triggered.connect(lambda _: application.explain.cancel())

    def closeEvent(self, event: QCloseEvent) -> None:
        self._app.shut_down()
        super().closeEvent(event)
