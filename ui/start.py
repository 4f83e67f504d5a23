"""Starting the window."""

from __future__ import annotations

import gc
import importlib
import locale
import logging
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRegularExpression, QTimer
from PySide6.QtWidgets import QApplication

from app.frozen import close_splash
from app.home import not_kept
from app.log import RunLog
from app.paths import log_folder, settings_file
from app.settings import SettingsStore
from app.unfinished import clear_behind_the_window
from app.unforeseen import Unforeseen
from core.errors import CoreError
from ui.desktop import open_folder
from ui.geometry import bring_back, fit_on_screen
from ui.icons import application_icon
from ui.main_window import MainWindow
from ui.painted import wait_for_paint
from ui.single_instance import SingleInstance, hand_over
from ui.theme import apply_theme

if TYPE_CHECKING:
    from app.audio.ports import AudioBackend
    from app.bootstrap import Application

log = logging.getLogger(__name__)


def start(files: Sequence[Path] = ()) -> int:
    """Show the window with these files, or with the first sample. Returns the exit status.

    Where a window is open already, it gets the files and comes to the front.
    """
    application = prepared_application()
    if hand_over(files):
        return 0
    record, unforeseen = RunLog(log_folder()), Unforeseen()
    _close_on_signals(application)
    instance, early = SingleInstance(application), []  # what came before the window was ready
    instance.files_received.connect(early.append)
    try:
        store = SettingsStore(settings_file())
        window = shown_frame(store)
        behind = filled(window, store)
        if not window.isVisible():  # closed while it was being filled
            behind.shut_down()
            unforeseen.restore()
            record.close()
            return 0
        open_files(files, behind, window)
    except Exception as error:
        unforeseen.restore()
        instance.close()
        return _show_failure(error, record)
    instance.files_received.disconnect(early.append)
    instance.files_received.connect(lambda later: _come_forward(later, window))
    for later in early:
        _come_forward(later, window)
    unforeseen.tell(behind.notices)
    problem = not_kept() or record.problem
    if problem is not None:
        behind.notices.warning(problem)
    if record.last_crash:
        behind.notices.warning(
            application.translate("Start", "HearWhy ended by a fault the last time it ran."),
            details=record.last_crash,
        )
    clear_behind_the_window()
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
    locale.setlocale(locale.LC_NUMERIC, "C")  # Qt has set it: C libraries would read “1.5” as 1
    application.setApplicationName("HearWhy")
    application.setApplicationDisplayName("HearWhy")
    application.setDesktopFileName("hearwhy")
    application.setWindowIcon(application_icon())
    return application


def shown_frame(store: SettingsStore) -> MainWindow:
    """The window where it was last, empty but painted: what fills it takes a while to load."""
    apply_theme(QApplication.instance(), store.settings.theme)
    window = MainWindow()
    fit_on_screen(window)
    bring_back(window, store.settings.geometry)
    window.show()
    wait_for_paint(window)
    close_splash()
    return window


def filled(window: MainWindow, store: SettingsStore) -> Application:
    """Everything in the frame, painted, and what is behind it."""
    # One after the other, so that between two of them the frame answers, and later starts are told.
    for part in ("ui.plotting", "app.bootstrap", "ui.parts", "ui.wiring", "app.audio.portaudio"):
        importlib.import_module(part)
        QApplication.processEvents()
    from app.audio.portaudio import PortAudioBackend

    behind = _built(store, PortAudioBackend())
    QApplication.processEvents()
    window.fill(behind)
    # What is opened next loads libraries in other threads, which hold up the first painting.
    wait_for_paint(window.parts.spectrogram.canvas.viewport())
    # What is there now stays; looking through it again and again would hold the window up.
    gc.freeze()
    gc.enable()  # `main` has put it off until here
    return behind


def made_window(store: SettingsStore, backend: AudioBackend) -> tuple[Application, MainWindow]:
    """The whole window, dressed, and what is behind it; not shown yet."""
    apply_theme(QApplication.instance(), store.settings.theme)
    behind = _built(store, backend)
    return behind, MainWindow(behind)


def _built(store: SettingsStore, backend: AudioBackend) -> Application:
    from app.bootstrap import build
    from core.types import ExplanationRequest

    return build(ExplanationRequest(), backend, store)


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
        # When its turn comes: the window may be half made.
        signal.signal(number, lambda *_: QTimer.singleShot(0, application.closeAllWindows))


def _show_failure(error: Exception, record: RunLog) -> int:
    """The window could not be made: say so in one of its own. Returns the exit status."""
    from ui.dialogs.error_details import ErrorDetailsDialog

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
    for window in QApplication.topLevelWidgets():  # the frame, if it came to that
        window.close()
        window.deleteLater()
    return 1
