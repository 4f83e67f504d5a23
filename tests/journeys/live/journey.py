"""What is done with the live panel, and what other programs play meanwhile."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from tests.journeys.ear import RATE
from tests.pitch import stream
from tests.sound_server import SoundServer

PAPLAY, PACTL = shutil.which("paplay"), shutil.which("pactl")
DRAINING = 1.5  # s
HUM = 1e-4  # of the room: exact zeros are something else


def tones(*words, seconds: float = 3.0, rate: int = RATE) -> np.ndarray:
    """Tones of (frequency, start, length in s) in a quiet room, float32 (n, 1)."""
    hum = np.random.default_rng(0).normal(0, HUM, (round(seconds * rate), 1))
    return (stream(*words, seconds=seconds, rate=rate) + hum).astype(np.float32)


@contextmanager
def playing(
    server: SoundServer, folder: Path, sound: np.ndarray, rate: int = RATE
) -> Iterator[Callable[[], bool]]:
    """Another program plays it on the loudspeaker. Gives what tells whether it is at its end."""
    assert PAPLAY is not None
    path = folder / "played.wav"
    soundfile.write(path, sound, rate, subtype="FLOAT")
    command = [PAPLAY, "--device=speaker", str(path)]
    player = subprocess.Popen(command, env=os.environ | server.environment)
    end = time.monotonic() + len(sound) / rate + DRAINING
    try:
        # It may wait for ever for a server to say that all was heard.
        yield lambda: player.poll() is not None or time.monotonic() > end
    finally:
        player.terminate()
        player.wait()


class Journey:
    """The window that listens."""

    def __init__(self, qtbot, window, behind, server: SoundServer, folder: Path) -> None:
        self.window, self.parts, self.behind = window, window.parts, behind
        self.live, self.server, self.folder = behind.live, server, folder
        self.posted: list[str] = []
        self.states = []
        behind.notices.posted.connect(lambda notice: self.posted.append(notice.text))
        behind.live.state_changed.connect(self.states.append)
        self._qtbot = qtbot

    @property
    def labels(self) -> list[str]:
        return [captured.event.label for captured in self.live.events.all]

    def until(self, condition: Callable[[], object], seconds: float = 30.0) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=round(1000 * seconds))

    def start(self) -> None:
        """By its key; until the models are open."""
        target = QGuiApplication.focusObject() or self.window
        self._qtbot.keyClick(target, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
        assert self.live.running, self.posted
        self.until(lambda: self.states and self.states[-1].ready)

    def play(self, *words, seconds: float = 3.0) -> None:
        """Another program plays these tones, while the window goes on."""
        with playing(self.server, self.folder, tones(*words, seconds=seconds)) as ended:
            self.until(ended)

    def until_explained(self, count: int) -> None:
        def explained() -> bool:
            events = self.live.events.all
            return len(events) == count and all(each.result is not None for each in events)

        self.until(explained, 60.0)

    def told(self, part: str) -> bool:
        return any(part in text for text in self.posted)

    def control(self, *words: str) -> None:
        """Tell the sound server something."""
        assert PACTL is not None
        subprocess.run(
            [PACTL, *words],
            env=os.environ | self.server.environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
