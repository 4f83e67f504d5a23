"""The whole window on a private sound server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.audio.portaudio import PortAudioBackend
from app.bootstrap import Application, build
from app.settings import SettingsStore
from core.types import ExplanationRequest
from tests.app.audio.conftest import sound_server
from tests.sound_server import SoundServer
from ui.main_window import MainWindow

__all__ = ["sound_server"]


@pytest.fixture
def server(sound_server: Callable[..., SoundServer]) -> SoundServer:
    return sound_server()


@pytest.fixture
def no_server(sound_server: Callable[..., SoundServer]) -> SoundServer:
    """One that does not run yet."""
    server = sound_server()
    server.kill()
    return server


@pytest.fixture
def behind(qapp: QGuiApplication, tmp_path: Path, small_bundle: Path) -> Application:
    """With the small models in the place of the bundled ones, and the devices there are now."""
    backend = PortAudioBackend()
    backend.restart()
    store = SettingsStore(tmp_path / "settings.json")
    store.change(take_folder=tmp_path / "takes")
    return build(ExplanationRequest(random_masks=0), backend, store)


@pytest.fixture
def window(qtbot: QtBot, behind: Application) -> Iterator[MainWindow]:
    window = MainWindow(behind)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield window
    qtbot.waitUntil(lambda: not any(runner.is_busy for runner in behind.runners), timeout=30_000)
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
