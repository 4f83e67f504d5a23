"""Everything behind the window, with a sound card made of plain Python, while it listens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from app.bootstrap import build
from app.settings import SettingsStore
from core.types import AudioClip, ExplanationRequest
from tests.fake_audio import SPEAKER, FakeBackend, FakeStream

RATE = 48_000
PATIENCE = 30_000  # ms


class Bench:
    """What a window would be glued to, and the fake sound card."""

    def __init__(self, qtbot, backend: FakeBackend, folder: Path) -> None:
        self._qtbot, self.backend = qtbot, backend
        self.settings = SettingsStore(folder / "settings.json")
        self.settings.change(take_folder=folder / "takes", automatic=False)
        self.app = build(ExplanationRequest(random_masks=0), backend, self.settings)
        self.app.explain.automatic = False
        self.live, self.record, self.playback = self.app.live, self.app.record, self.app.playback
        self.posted: list[str] = []
        self.states = []
        self.app.notices.posted.connect(lambda notice: self.posted.append(notice.text))
        self.live.state_changed.connect(self.states.append)
        with qtbot.waitSignal(self.app.devices.changed):
            self.app.devices.look()

    def until(self, condition: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)

    def told(self, part: str) -> bool:
        return any(part in text for text in self.posted)

    def newest(self, device) -> FakeStream:
        """The stream of a device that was opened last."""
        return [stream for stream in self.backend.streams if stream.device == device][-1]

    def listen(self) -> None:
        self.live.start()
        self.until(lambda: self.states and self.states[-1].ready)

    def begin_take(self) -> FakeStream:
        """A take is under way, of which there is a tenth of a second."""
        self.record.start()
        stream = self.backend.stream
        stream.push(numbered(4_800))
        return stream

    def play(self) -> FakeStream:
        """A minute of sound is heard."""
        session = self.app.session
        session.choose("minute.wav")
        session.set_clip(AudioClip(np.full((1, 60 * 8_000), 0.25), 8_000))
        self.until(lambda: not any(runner.is_busy for runner in self.app.runners))
        self.playback.toggle()
        return self.newest(SPEAKER)

    def take(self) -> np.ndarray:
        """The samples of the only one."""
        (path,) = [i.path for i in self.app.session.state.items if i.group == "takes"]
        return soundfile.read(path, dtype="float32")[0]


def numbered(n: int, start: int = 0) -> np.ndarray:
    return np.arange(start + 1, start + n + 1, dtype=np.float32) / 1e6
