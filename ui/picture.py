"""A picture of the window, or of one of its dialogs, without a display."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QBuffer, QEventLoop, QObject, QSize, QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from app.audio.ports import AppAudioError, DeviceInfo, Fill, OnBlock, Stream
from app.bootstrap import Application
from app.display import WindowError
from app.live.played import PlayedStream
from app.live.sequence import bundled_sequence
from app.live_controller import LivePicture
from app.notices import Notice
from app.settings import SettingsStore
from app.startup import PictureRequest, PictureView
from app.unforeseen import Unforeseen
from core.errors import CoreError
from core.files import replacing
from ui.main_window import MainWindow
from ui.start import made_window, open_files, prepared_application

LOOK_MS = 20
CALM = 15  # looks in a row without work under way, after which nothing more is to come
PATIENCE = 500  # looks that a dialog may take to open
LIVE_PATIENCE = 3_000  # looks until live listening has found so many events, and hears the next
LIVE_EVENTS = 4

SHOWING: dict[PictureView, str | None] = {
    PictureView.SINGLE: None,
    PictureView.EXPLANATION: "explanation",
    PictureView.REMOVED: "removed",
    PictureView.CODEC: "reconstruction",
    PictureView.ALL: "view_all",
    PictureView.DIFFERENCE: "view_difference",
    PictureView.RELEVANCE: "overlay_relevance",
    PictureView.KEPT: "overlay_kept",
    PictureView.GONE: "overlay_removed",
    PictureView.CONCEPTS: "concepts",
    PictureView.LIVE: "live",
    PictureView.SETTINGS: "settings",
    PictureView.EXPORT: "export",
    PictureView.ABX: "abx",
    PictureView.KEYS: "key_list",
    PictureView.GUIDE: "guide",
    PictureView.ABOUT: "about",
}
"""The command that brings each view about."""

DIALOGS = frozenset(
    {
        PictureView.SETTINGS,
        PictureView.EXPORT,
        PictureView.ABX,
        PictureView.KEYS,
        PictureView.GUIDE,
        PictureView.ABOUT,
    }
)


def take_picture(files: Sequence[Path], request: PictureRequest) -> int:
    """Open the files as the window does, explain, and save what is seen. Returns 0.

    The user's settings and sound devices are left alone. Call `app.display.choose_offscreen` first.
    Raises: CoreError when a file cannot be explained or the picture cannot be written.
    """
    os.environ["QT_SCALE_FACTOR"] = f"{request.scale:g}"  # read when the application is made
    prepared_application()
    with TemporaryDirectory(prefix="hearwhy-") as folder:
        store = SettingsStore(Path(folder) / "settings.json")
        takes = Path("Documents", "HearWhy takes")
        if request.view is PictureView.LIVE:  # which writes there
            takes = Path(folder) / "takes"
        store.change(theme=request.theme.value, take_folder=takes)
        unforeseen = Unforeseen()
        try:
            behind, window = made_window(store, PicturedDevices())
            unforeseen.tell(behind.notices)
            photographer = _Photographer(behind, window, request)
            open_files(files, behind, window)
            photographer.wait()
            behind.live.shut_down()
            window.close()
            window.deleteLater()
        finally:
            unforeseen.restore()
            store.settle()
    picture = QBuffer()  # not the file: Qt does not say what a full disk says
    photographer.picture().save(picture, "PNG")
    with replacing(request.file) as temporary:
        temporary.write_bytes(picture.data().data())
    return 0


class PicturedDevices:
    """See `app.audio.ports.AudioBackend`: a loudspeaker that is only listed, and a microphone that
    hears the sample with several words.
    """

    problem = None

    def devices(self) -> tuple[DeviceInfo, ...]:
        rate = 48_000
        return (
            DeviceInfo("Speakers", "Speakers", "Default", 0, 2, rate, default_out=True),
            DeviceInfo("Microphone", "Microphone", "Default", 1, 0, rate, default_in=True),
        )

    def rescan(self) -> None:
        """They never change."""

    def open_output(self, device: DeviceInfo, rate: int, channels: int, fill: Fill) -> Stream:
        raise AppAudioError(f"“{device.name}” is only listed.")

    def open_input(self, device: DeviceInfo, rate: int, channels: int, on_block: OnBlock) -> Stream:
        words = bundled_sequence().clip
        return PlayedStream(words.samples.T, words.sample_rate, on_block)


class _Photographer(QObject):
    """Waits until the clip is explained and drawn, brings the view about, takes the picture.

    It looks from a timer, so that it goes on while a dialog runs an event loop of its own.
    """

    def __init__(self, behind: Application, window: MainWindow, request: PictureRequest) -> None:
        super().__init__()
        self._behind, self._window, self._view = behind, window, request.view
        self._size = QSize(*request.size)
        self._error: CoreError | None = None
        self._picture: QPixmap | None = None
        self._waiting = QEventLoop()
        self._asked = self._hearing = False
        self._calm = self._looks = 0
        behind.notices.posted.connect(self._on_notice)
        behind.live.pictured.connect(self._on_live)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        window.resize(self._size)
        window.show()

    def wait(self) -> None:
        """Until the picture is taken, or there cannot be one."""
        self._waiting.exec()

    def picture(self) -> QPixmap:
        """What was taken. Raises: CoreError saying why there is none."""
        if self._picture is None:
            raise self._error or WindowError("The window was closed before its picture was taken.")
        return self._picture

    def _on_notice(self, notice: Notice) -> None:
        if notice.level == "error":
            self._end(CoreError(notice.text))

    def _on_live(self, picture: LivePicture) -> None:
        if picture.frames:
            self._hearing = picture.frames[-1].hearing is not None

    def _look(self) -> None:
        busy = any(runner.is_busy for runner in self._behind.runners)
        self._calm = 0 if busy or self._behind.session.state.result is None else self._calm + 1
        self._looks += 1
        if self._window.size() != self._size:
            least = self._window.size()
            self._end(
                WindowError(f"The window needs {least.width()}x{least.height()} points at least.")
            )
        elif self._calm < CALM:
            return
        elif not self._asked:
            self._asked = True
            self._calm = self._looks = 0
            command = SHOWING[self._view]
            if command is not None:
                QTimer.singleShot(0, self._window.parts.actions[command].trigger)
        elif (shown := self._shown()) is not None:
            self._picture = shown.grab()
            self._end(None)
        elif self._looks > (LIVE_PATIENCE if self._view is PictureView.LIVE else PATIENCE):
            self._end(WindowError(f"The view “{self._view}” did not open."))

    def _shown(self) -> QWidget | None:
        if self._view is PictureView.LIVE:
            explained = [e for e in self._behind.live.events.all if e.result is not None]
            return self._window if self._hearing and len(explained) >= LIVE_EVENTS else None
        if self._view not in DIALOGS:
            return self._window
        dialogs = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog)]
        return next((dialog for dialog in dialogs if dialog.isVisible()), None)

    def _end(self, error: CoreError | None) -> None:
        self._error = error
        self._timer.stop()
        QApplication.closeAllWindows()
        self._waiting.quit()
