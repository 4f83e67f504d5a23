"""Long recordings in the whole window: opened, looked at, explained at a moment, left again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.bootstrap import Application
from app.long_pictures import TiledSpectrogram
from core.audio_io import write_wav
from core.types import AudioClip, Variant
from ui.heartbeat import Heartbeat
from ui.parts import Parts

RATE = 16_000
OWN = 0.2  # s that the window's thread may compute in one piece; the bench has the figures


@pytest.fixture(scope="module")
def ten_minutes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Noise with a tone that goes up."""
    path = tmp_path_factory.mktemp("long") / "ten minutes.wav"
    time = np.arange(600 * RATE, dtype=np.float32) / RATE
    samples = np.random.default_rng(0).normal(0.0, 0.003, len(time)).astype(np.float32)
    samples += 0.1 * np.sin(2 * np.pi * (300.0 + time / 2) * time) * (time % 5.0 < 1.0)
    write_wav(path, AudioClip(samples, RATE))
    return path


@pytest.fixture
def heart(qapp: QApplication) -> Heartbeat:
    return Heartbeat()


def drawn(qtbot: QtBot, behind: Application) -> TiledSpectrogram:
    state = behind.session.state
    assert state.clip is not None
    whole = behind.pictures._long.pictures({Variant.ORIGINAL: state.clip})[Variant.ORIGINAL]
    qtbot.waitUntil(lambda: whole.is_complete, timeout=120_000)
    return whole


def open_long(qtbot: QtBot, behind: Application, path: Path) -> None:
    with qtbot.waitSignal(behind.explain.idle, timeout=240_000):
        behind.explain.open_files([path])


def test_ten_minutes_open_without_holding_up_the_window(
    qtbot: QtBot, behind: Application, parts: Parts, ten_minutes: Path, heart: Heartbeat
) -> None:
    told: list[str] = []
    behind.explain.progressed.connect(lambda share, stage: told.append(stage))
    heart.start()
    open_long(qtbot, behind, ten_minutes)
    whole = drawn(qtbot, behind)
    keeper = parts.spectrogram.keeper
    qtbot.waitUntil(lambda: keeper.around is not None, timeout=60_000)
    heart.stop()
    assert heart.own < OWN
    assert {"Reading ten minutes.wav", "Looking over the clip"} <= set(told)
    result = behind.session.state.result
    assert result is not None and result.timeline is not None
    assert parts.spectrogram.canvas.seconds == 600.0
    assert whole.tile(whole.plan.coarsest, 0) is not None


def test_explaining_does_not_hold_up_the_window(
    qtbot: QtBot, behind: Application, parts: Parts, tone: Path, heart: Heartbeat
) -> None:
    open_long(qtbot, behind, tone)
    heart.start()
    for _ in range(3):
        with qtbot.waitSignal(behind.explain.idle, timeout=120_000):
            behind.explain.explain()
    heart.stop()
    assert heart.own < OWN


def test_a_moment_is_explained_without_looking_over_the_clip_again(
    qtbot: QtBot, behind: Application, parts: Parts, ten_minutes: Path
) -> None:
    open_long(qtbot, behind, ten_minutes)
    first = behind.session.state.result
    told: list[str] = []
    behind.explain.progressed.connect(lambda share, stage: told.append(stage))
    with qtbot.waitSignal(behind.explain.idle, timeout=120_000):
        parts.overview.moment_chosen.emit(123.4)
    second = behind.session.state.result
    assert first is not None and second is not None
    assert (second.start, second.end) == (pytest.approx(122.9), pytest.approx(123.9))
    assert "Looking over the clip" not in told and "Reading ten minutes.wav" not in told
    assert second.timeline is first.timeline
    with qtbot.waitSignal(behind.explain.idle, timeout=120_000):
        behind.explain.explain_moment(600.0)
    last = behind.session.state.result
    assert last is not None and last.end == 600.0


def test_zooming_in_shows_finer_tiles_when_they_are_made(
    qtbot: QtBot, behind: Application, parts: Parts, ten_minutes: Path
) -> None:
    open_long(qtbot, behind, ten_minutes)
    whole = drawn(qtbot, behind)
    with qtbot.waitSignal(behind.pictures.tiles_arrived, timeout=120_000):
        parts.spectrogram.show_range(300.0, 302.0)
    level = 0
    index = round(301.0 / whole.hop) // 1024
    qtbot.waitUntil(lambda: whole.tile(level, index) is not None, timeout=60_000)
    assert parts.spectrogram._tiles  # the window explained stays what it is


@pytest.mark.parametrize("stage", ["Reading", "Looking over the clip", "Attributing"])
def test_work_stops_when_it_is_cancelled(
    qtbot: QtBot, behind: Application, parts: Parts, ten_minutes: Path, stage: str
) -> None:
    """The worker takes the next job at once; how soon in milliseconds is the bench's to say."""
    with qtbot.waitSignal(
        behind.explain.progressed,
        timeout=240_000,
        check_params_cb=lambda share, name: name.startswith(stage),
    ):
        behind.explain.open_files([ten_minutes])
    with qtbot.waitSignal(behind.explain.idle, timeout=1_000):
        parts.actions["cancel"].trigger()
    with qtbot.waitSignal(behind.runners[0].succeeded, timeout=5_000):
        behind.runners[0].submit(lambda report, cancel: None)
    assert behind.session.state.result is None


def test_closing_amid_everything_waits_for_nothing_long(
    qtbot: QtBot, behind: Application, parts: Parts, ten_minutes: Path
) -> None:
    with qtbot.waitSignal(behind.session.clip_changed, timeout=120_000):
        behind.explain.open_files([ten_minutes])
    behind.shut_down()
