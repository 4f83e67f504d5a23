"""Starting the window."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.audio.portaudio import PortAudioBackend
from app.bootstrap import build
from app.paths import settings_file
from app.settings import SettingsStore
from core.types import ExplanationRequest
from ui.main_window import MainWindow
from ui.theme import apply_theme


def start(files: Sequence[Path] = ()) -> int:
    """Show the window with these files, or with the first sample. Returns the exit status."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    application.setApplicationName("HearWhy")
    store = SettingsStore(settings_file())
    apply_theme(application, store.settings.theme)
    behind = build(ExplanationRequest(), PortAudioBackend(), store)
    window = MainWindow(behind)
    window.show()
    items = behind.session.state.items
    if files:
        behind.explain.open_files(list(files))
    elif items:
        behind.explain.open_item(items[0].key)
    return application.exec()
