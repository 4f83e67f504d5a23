"""The measurements of `bench --gui`, short, on the real window with small models."""

from __future__ import annotations

from pathlib import Path
from time import thread_time

import pytest
import soundfile
from PySide6.QtCore import QEventLoop, QTimer
from pytestqt.qtbot import QtBot

import ui.bench_window
from app.bootstrap import Application
from app.long_sound import RATE, write_long_sound
from app.session import ClipItem
from ui.bench import Figure
from ui.bench_window import WindowBench
from ui.heartbeat import Heartbeat
from ui.main_window import MainWindow


@pytest.fixture
def bench(behind: Application, window: MainWindow, tone: Path) -> WindowBench:
    first = behind.session.state.items[0]
    behind.session.add_items([ClipItem(tone, "tone", "samples")])
    behind.session.remove_item(first.key)
    return WindowBench(behind, window, lambda stage: None)


@pytest.mark.timeout(600)
def test_everything_is_measured(
    bench: WindowBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ui.bench_window, "FRAMES", 10)
    long_sound = tmp_path / "long.wav"
    write_long_sound(long_sound, 90.0)
    figures = [
        Figure(*row)
        for row in (
            *bench.explaining(2),
            *bench.dragging(2),
            *bench.switching(),
            *bench.exporting(tmp_path / "exported"),
            *bench.opening(long_sound),
            *bench.scrolling(),
            *bench.jumping(1),
            *bench.remembering(),
            *bench.cancelling(long_sound),
        )
    ]
    found = {figure.id: figure for figure in figures}
    assert len(found) == len(figures) == 18
    assert all(value > 0.0 for figure in figures for value in figure.values)
    assert found["switch"].values == (1.0,)
    assert found["opened"].median >= found["read"].median
    assert list((tmp_path / "exported").iterdir())
    record = found["slider"].record()
    assert record["runs"] == 2 and record["target"] == 80.0 and record["unit"] == "ms"


def test_a_figure_knows_whether_its_median_meets_the_target() -> None:
    assert Figure("a", "", (1.0, 2.0, 9.0), "ms", 2.0).is_met
    assert not Figure("a", "", (1.0, 2.1, 9.0), "ms", 2.0).is_met
    assert Figure("a", "", (29.0, 31.0, 32.0), "frames/s", 30.0, True).is_met
    assert Figure("a", "", (1.0,), "s").is_met is None


def test_the_heart_feels_what_holds_up_the_thread(qtbot: QtBot) -> None:
    heart, loop = Heartbeat(), QEventLoop()

    def compute() -> None:
        end = thread_time() + 0.15
        while thread_time() < end:
            pass
        QTimer.singleShot(20, loop.quit)

    heart.start()
    QTimer.singleShot(20, compute)
    loop.exec()
    heart.stop()
    assert heart.own >= 0.15 and heart.longest >= 0.15


def test_the_long_sound_is_as_long_as_asked(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    write_long_sound(path, 20.0)
    facts = soundfile.info(path)
    assert (facts.samplerate, facts.channels, facts.frames) == (RATE, 2, 20 * RATE)
