"""The window: makes the views, and the wirings that tie them to the controllers."""

from __future__ import annotations

from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QMainWindow

from app.bootstrap import Application
from ui.parts import Parts
from ui.wiring.arranging import Arranging
from ui.wiring.blind_test import BlindTest
from ui.wiring.clip_list import ClipList
from ui.wiring.documents import Documents
from ui.wiring.dropping import Dropping
from ui.wiring.explaining import Explaining
from ui.wiring.exporting import Exporting
from ui.wiring.helping import Helping
from ui.wiring.kept_text import KeptText
from ui.wiring.listening import Listening
from ui.wiring.live import Live
from ui.wiring.plot_menu import PlotMenu
from ui.wiring.preferences import Preferences
from ui.wiring.recent_files import RecentFiles
from ui.wiring.recording import Recording
from ui.wiring.runs import RunList
from ui.wiring.undoing import Undoing
from ui.wiring.view_choices import ViewChoices
from ui.wiring.viewing import Viewing

WIRINGS = (
    ClipList,
    Explaining,
    Listening,
    BlindTest,
    Viewing,
    ViewChoices,
    KeptText,
    PlotMenu,
    Arranging,
    Recording,
    Live,
    Exporting,
    Preferences,
    Helping,
    Documents,
    RecentFiles,
    Dropping,
    Undoing,
    RunList,
)


class MainWindow(QMainWindow):
    """Glue between the views and the controllers of `app.bootstrap.Application`."""

    def __init__(self, application: Application) -> None:
        super().__init__()
        self._app = application
        self.resize(1280, 800)
        self.parts = Parts(self)
        self.wirings = tuple(wiring(self.parts, application) for wiring in WIRINGS)
        self.parts.actions["quit"].triggered.connect(lambda _: self.close())

    def closeEvent(self, event: QCloseEvent) -> None:
        for dialog in self.findChildren(QDialog):
            dialog.close()
        self._app.shut_down()
        super().closeEvent(event)
