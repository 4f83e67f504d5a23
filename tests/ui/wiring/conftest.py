"""The whole window with small real models and a fake sound card."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from app.bootstrap import Application, build
from app.settings import SettingsStore
from core.audio_io import write_wav
from core.types import AudioClip, ExplanationRequest
from tests.fake_audio import SPEAKER, FakeBackend
from ui.main_window import MainWindow
from ui.parts import Parts

RATE = 16_000


@pytest.fixture
def store(tmp_path: Path) -> SettingsStore:
    return SettingsStore(tmp_path / "settings.json")


@pytest.fixture
def behind(qapp: QApplication, store: SettingsStore, small_bundle: Path) -> Application:
    """With the small models in the place of the bundled ones."""
    return build(ExplanationRequest(random_masks=0), FakeBackend(SPEAKER), store)


@pytest.fixture
def parts(window: MainWindow) -> Parts:
    return window.parts


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    """One second: a high tone in its second quarter, hardly anything before and after."""
    return write_tone(tmp_path / "tone.wav", 1.0)


@pytest.fixture
def long_tone(tmp_path: Path) -> Path:
    """Six seconds: more than one window of the classifier."""
    return write_tone(tmp_path / "long.wav", 6.0)


def write_tone(path: Path, seconds: float) -> Path:
    time = np.arange(round(seconds * RATE)) / RATE
    loud = (time > 0.25) & (time < 0.5)
    noise = np.random.default_rng(0).normal(0.0, 0.003, len(time))
    write_wav(path, AudioClip(np.where(loud, 0.3, 0.0) * np.sin(2e4 * time) + noise, RATE))
    return path
