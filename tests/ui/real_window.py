"""The whole window with small real models, a fake sound card and a file of one second."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from app.audio.ports import DeviceInfo
from app.bootstrap import Application, build
from app.settings import SettingsStore
from core.types import ExplanationRequest
from tests.fake_audio import MICROPHONE, SPEAKER, FakeBackend
from tests.models import SmallModels
from ui.main_window import MainWindow

PATIENCE = 60_000  # ms

DIALOG_COMMANDS = ("settings", "export", "abx", "key_list", "guide", "about")


@dataclass(frozen=True, slots=True)
class RealWindow:
    behind: Application
    window: MainWindow
    backend: FakeBackend
    qtbot: QtBot

    def explain(self, path: Path) -> None:
        """Open a file; back when it is explained and nothing is under way any more."""
        self.window.parts.clips.files_dropped.emit([path])
        self.settle()

    def settle(self) -> None:
        """Until no work is under way and all versions are drawn."""

        def busy() -> list[str]:
            runners = self.behind.runners
            return [runner._thread.objectName() for runner in runners if runner.is_busy]

        def check() -> None:
            state = self.behind.session.state
            assert not busy(), (busy(), state.current)
            assert state.result is not None, (state.current, state.clip, state.request)

        self.qtbot.waitUntil(check, timeout=PATIENCE)
        QApplication.processEvents()

    def open_dialog(self, command: str) -> QDialog:
        """What a command opens."""
        before = set(shown_dialogs())
        self.window.parts.actions[command].trigger()
        self.qtbot.waitUntil(lambda: bool(set(shown_dialogs()) - before), timeout=PATIENCE)
        (dialog,) = set(shown_dialogs()) - before
        return dialog


@contextmanager
def real_window(
    qtbot: QtBot,
    models: SmallModels,
    folder: Path,
    devices: Sequence[DeviceInfo] = (SPEAKER, MICROPHONE),
) -> Iterator[RealWindow]:
    """The window, shown. folder: where settings and takes go."""
    request = ExplanationRequest(
        codec=str(models.codec), classifier=str(models.classifier), random_masks=2
    )
    store = SettingsStore(folder / "settings.json")
    store.change(take_folder=folder / "takes")
    backend = FakeBackend(*devices)
    behind = build(request, backend, store)
    window = MainWindow(behind)
    window.show()
    qtbot.waitExposed(window)
    try:
        yield RealWindow(behind, window, backend, qtbot)
    finally:
        window.close()
        window.deleteLater()


def shown_dialogs() -> list[QDialog]:
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]
