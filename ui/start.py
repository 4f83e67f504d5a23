"""Starting the window."""

from __future__ import annotations

import logging
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRegularExpression
from PySide6.QtWidgets import QApplication

from app.audio.portaudio import PortAudioBackend
from app.audio.ports import AudioBackend
from app.bootstrap import Application, build
from app.log import RunLog
from app.paths import log_folder, settings_file
from app.settings import SettingsStore
from app.unforeseen import Unforeseen
from core.errors import CoreError
from core.types import ExplanationRequest
from ui.dialogs.error_details import ErrorDetailsDialog
from ui.icons import application_icon
from ui.main_window import MainWindow
from ui.single_instance import SingleInstance, hand_over
from ui.theme import apply_theme
from ui.wiring.helping import open_folder

log = logging.getLogger(__name__)


def start(files: Sequence[Path] = ()) -> int:
    """Show the window with these files, or with the first sample. Returns the exit status.

    Where a window is open already, it gets the files and comes to the front.
    """
    application = prepared_application()
    if hand_over(files):
        return 0
    record, unforeseen = RunLog(log_folder()), Unforeseen()
    try:
        behind, window = made_window(SettingsStore(settings_file()), PortAudioBackend())
        window.show()
        open_files(files, behind, window)
    except Exception as error:
        unforeseen.restore()
        return _show_failure(error, record)
    instance = SingleInstance(window)
    instance.files_received.connect(lambda later: _come_forward(later, window))
    _close_on_signals(application)
    unforeseen.tell(behind.notices)
    if record.problem is not None:
        behind.notices.warning(record.problem)
    if record.last_crash:
        behind.notices.warning(
            application.translate("Start", "HearWhy ended by a fault the last time it ran."),
            details=record.last_crash,
        )
    try:
        return application.exec()
    finally:
        unforeseen.restore()
        record.close()


def prepared_application() -> QApplication:
    """The one application object, which carries name and icon."""
    # Behind a thread that loads libraries the window's turn comes at once, not in 5 ms each time.
    sys.setswitchinterval(0.001)
    # The first match makes Qt keep something for this thread, which waits for libraries that
    # another thread is loading; drawing an icon needs one.
    QRegularExpression("first").match("first")
    application = QApplication.instance() or QApplication(sys.argv[:1])
    application.setApplicationName("HearWhy")
    application.setApplicationDisplayName("HearWhy")
    application.setDesktopFileName("hearwhy")
    application.setWindowIcon(application_icon())
    return application


def made_window(store: SettingsStore, backend: AudioBackend) -> tuple[Application, MainWindow]:
    """The window, dressed, and what is behind it; not shown yet."""
    apply_theme(QApplication.instance(), store.settings.theme)
    behind = build(ExplanationRequest(), backend, store)
    return behind, MainWindow(behind)


def open_files(files: Sequence[Path], behind: Application, window: MainWindow) -> None:
    """As if they had been dropped on the window; without any, the first sample is opened."""
    items = behind.session.state.items
    if files:
        window.parts.clips.files_dropped.emit(list(files))
    elif items:
        behind.explain.open_item(items[0].key)


def _come_forward(files: Sequence[Path], window: MainWindow) -> None:
    """A later start: show what it was given."""
    if window.isMinimized():
        window.showNormal()
    window.raise_()
    window.activateWindow()
    if files:
        window.parts.clips.files_dropped.emit(list(files))


def _close_on_signals(application: QApplication) -> None:
    """Ctrl+C in the terminal, and the end of the user's session, close the window properly."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: application.closeAllWindows())


def _show_failure(error: Exception, record: RunLog) -> int:
    """The window could not be made: say so in one of its own. Returns the exit status."""
    foreseen = isinstance(error, CoreError)
    log.critical("the window could not be opened", exc_info=error)
    translate = QApplication.translate
    sentence = str(error) if foreseen else translate("Start", "HearWhy could not start.")
    details = "" if foreseen else "".join(traceback.format_exception(error))
    dialog = ErrorDetailsDialog(sentence, details)
    dialog.setWindowTitle("HearWhy")
    dialog.log_folder_requested.connect(lambda: open_folder(log_folder()))
    dialog.exec()
    record.close()
    return 1
