"""Everything behind the window, what it told, and the fake sound card."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from app.bootstrap import build
from app.record_controller import RecordController
from app.settings import SettingsStore
from core.types import ExplanationRequest
from tests.fake_audio import FakeBackend


class Bench:
    """Everything behind the window, what it told, and the fake sound card."""

    def __init__(self, folder: Path, backend: FakeBackend) -> None:
        self.backend = backend
        self.settings = SettingsStore(folder / "settings.json")
        self.settings.change(take_folder=folder / "takes", automatic=False)
        self.app = build(ExplanationRequest(), backend, self.settings)
        self.app.explain.automatic = False
        self.record: RecordController = self.app.record
        self.posted: list[str] = []
        self.recorded: list[bool] = []
        self.seconds: list[float] = []
        self.levels: list[object] = []
        self.app.notices.posted.connect(lambda notice: self.posted.append(notice.text))
        self.record.recording_changed.connect(self.recorded.append)
        self.record.time_changed.connect(self.seconds.append)
        self.record.level_changed.connect(self.levels.append)

    @property
    def takes(self) -> list[Path]:
        return [item.path for item in self.app.session.state.items if item.group == "takes"]

    def hear(self, samples: np.ndarray) -> None:
        self.backend.stream.push(samples)


def numbered(n: int, start: int = 0) -> np.ndarray:
    return np.arange(start + 1, start + n + 1, dtype=np.float32) / 1e6


def read(path: Path) -> np.ndarray:
    return soundfile.read(path, dtype="float32")[0]
