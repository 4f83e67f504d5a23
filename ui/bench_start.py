"""What `bench --gui` does in the processes whose start it measures."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from app.audio.portaudio import PortAudioBackend
from app.picture_controller import Pictures
from app.settings import SettingsStore
from app.unforeseen import Unforeseen
from ui.heartbeat import Heartbeat
from ui.start import made_window, open_files, prepared_application


def measure_start(began: float) -> int:
    """Start as the window does, until the first sample is explained and seen; then end.

    began: when the process was started, in seconds since the epoch. Prints one JSON object:
    seconds until the window is `visible` and the sample `explained`, and the longest `block` of the
    window's thread between the two.
    """
    application = prepared_application()
    heartbeat = Heartbeat()
    told: dict[str, float] = {}

    def visible() -> None:
        told["visible"] = time.time() - began
        heartbeat.start()

    def explained() -> None:
        heartbeat.stop()
        told["explained"] = time.time() - began
        told["block"] = heartbeat.longest
        window.close()

    def drawn(pictures: Pictures) -> None:
        if pictures.result is not None:
            NextPaint(window.parts.spectrogram.canvas.viewport(), explained)

    with TemporaryDirectory(prefix="hearwhy-") as folder:
        store = SettingsStore(Path(folder) / "settings.json")
        unforeseen = Unforeseen()
        try:
            behind, window = made_window(store, PortAudioBackend())
            unforeseen.tell(behind.notices)
            behind.pictures.pictures_changed.connect(drawn)
            NextPaint(window, visible)
            window.show()
            open_files((), behind, window)
            application.exec()
        finally:
            unforeseen.restore()
    print(json.dumps(told))  # noqa: T201 – for the process that started this one
    sys.stdout.flush()
    return 0


class NextPaint(QObject):
    """Calls back once, when a widget has been painted."""

    def __init__(self, widget: QWidget, then: Callable[[], object]) -> None:
        super().__init__(widget)
        self._then: Callable[[], object] | None = then
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._then is not None:
            # Painting comes after this; what is queued comes after painting.
            QTimer.singleShot(0, self._then)
            self._then = None
            watched.removeEventFilter(self)
            self.deleteLater()
        return False
