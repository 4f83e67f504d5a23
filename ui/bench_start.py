"""What `bench --gui` does in the processes whose start it measures."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from app.log import RunLog
from app.settings import SettingsStore
from app.unforeseen import Unforeseen
from ui.heartbeat import Heartbeat
from ui.painted import NextPaint
from ui.single_instance import hand_over
from ui.start import filled, open_files, prepared_application, shown_frame

if TYPE_CHECKING:
    from app.picture_controller import Pictures


def measure_start(began: float) -> int:
    """Start as the window does, until the first sample is explained and seen; then end.

    began: when the process was started, in seconds since the epoch. Prints one JSON object:
    seconds until the window is `visible`, everything in it is painted (`complete`) and the sample
    is `explained`, and the longest `block` of the window's thread between the last two.
    """
    application = prepared_application()
    heartbeat = Heartbeat()
    told: dict[str, float] = {}

    def explained() -> None:
        heartbeat.stop()
        told["explained"] = time.time() - began
        told["block"] = heartbeat.longest
        window.close()

    def drawn(pictures: Pictures) -> None:
        if pictures.result is not None:
            NextPaint(window.parts.spectrogram.canvas.viewport(), explained)

    with TemporaryDirectory(prefix="hearwhy-") as folder:
        os.environ["HEARWHY_INSTANCE"] = folder  # an open window is not to be handed anything
        hand_over(())
        record, unforeseen = RunLog(Path(folder) / "logs"), Unforeseen()
        try:
            store = SettingsStore(Path(folder) / "settings.json")
            window = shown_frame(store)
            told["visible"] = time.time() - began
            behind = filled(window, store)
            told["complete"] = time.time() - began
            unforeseen.tell(behind.notices)
            behind.pictures.pictures_changed.connect(drawn)
            heartbeat.start()
            open_files((), behind, window)
            application.exec()
        finally:
            unforeseen.restore()
            record.close()
    print(json.dumps(told))  # noqa: T201 – for the process that started this one
    sys.stdout.flush()
    return 0
