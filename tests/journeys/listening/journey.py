"""Listening in the real window: what the user does, and what another program hears."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from core.types import AudioClip, Variant
from tests.journeys.ear import RATE, Ear, holes
from tests.results import made_up_result

ORIGINAL, EXPLANATION, REMOVED = Variant.ORIGINAL, Variant.EXPLANATION, Variant.REMOVED
RECONSTRUCTION = Variant.RECONSTRUCTION
KEYS = {
    ORIGINAL: Qt.Key.Key_1,
    EXPLANATION: Qt.Key.Key_2,
    REMOVED: Qt.Key.Key_3,
    RECONSTRUCTION: Qt.Key.Key_4,
}
FADE = 220  # frames in 5 ms
UP = np.arange(1, FADE + 1) / FADE
EDGE_UP = np.arange(1, FADE + 1) / (FADE + 1)  # of a window
ATTEMPTS = 8  # a machine that is too busy loses blocks, and the sound is played again
EXACT = 1e-5


def noise(seconds: float, seed: int, level: float = 0.3) -> AudioClip:
    rng = np.random.default_rng(seed)
    return AudioClip(level * rng.uniform(-1, 1, (1, round(seconds * RATE))), RATE)


class Journey:
    """The window, and what can be done with it and heard of it."""

    def __init__(self, qtbot, window, behind, server, folder: Path) -> None:
        self.window, self.parts, self.behind = window, window.parts, behind
        self.playback, self.player = behind.playback, behind.playback._player
        self.posted: list[str] = []
        behind.notices.posted.connect(lambda notice: self.posted.append(notice.text))
        self._qtbot, self._server, self._folder = qtbot, server, folder

    def open(self, clip: AudioClip, start: float = 0.0, **windows: AudioClip) -> None:
        """A clip is open and, where windows are given by their versions' names, explained."""
        session = self.behind.session
        session.choose(f"{id(clip)}.wav")
        session.set_clip(clip)
        if windows:
            self.explain(start, **windows)

    def explain(self, start: float = 0.0, **windows: AudioClip) -> None:
        one = next(iter(windows.values()))
        audio = {variant: windows.get(variant.value, one) for variant in Variant}
        runner = self.behind.playback._runner
        with self._qtbot.waitSignal(runner.succeeded, timeout=20_000):
            self.behind.session.set_result(
                made_up_result(audio=audio, start=start, end=start + one.seconds)
            )
        self.until(lambda: not runner.is_busy)

    def press(self, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
        self._qtbot.keyClick(QGuiApplication.focusObject() or self.window, key, modifier)

    def until(self, condition: Callable[[], object], seconds: float = 20.0) -> None:
        self._qtbot.waitUntil(condition, timeout=round(1000 * seconds))

    def until_at(self, seconds: float) -> None:
        """The playhead is there."""
        self.until(lambda: self.playback.position >= seconds)

    def until_stopped(self) -> None:
        self.until(lambda: not self.playback.is_playing)

    def hear(self, listen: Callable[[], None]) -> np.ndarray:
        """What another program hears of it, from the first sample on that is not zero."""
        gaps = 0
        for _ in range(ATTEMPTS):
            self.playback.seek(0.0)
            with Ear(self._server, self._folder) as ear:
                listen()
                end = ear.frames + RATE // 2
                self.until(lambda end=end: ear.frames > end)
                gaps = self.player.poll().xruns
            heard = ear.heard()
            sounding = np.flatnonzero(heard)
            assert len(sounding), "nothing was heard"
            heard = heard[sounding[0] : sounding[-1] + 1]
            gaps += holes(heard)
            if not gaps:
                return heard
            self.player.close()
        pytest.fail(f"{gaps} gaps in each of {ATTEMPTS} attempts: the machine is too busy")
