"""Two thousand random things a user may do, on the whole window, without harm."""

from __future__ import annotations

import gc
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QDialog, QGraphicsView

from core.errors import Cancelled
from core.job import CancelToken, Report
from tests.app.conftest import write_sound
from tests.fake_audio import HEADPHONES, HEADSET, MICROPHONE, SPEAKER
from tests.ui.monkey import Monkey
from tests.ui.real_window import PATIENCE, RealWindow, real_window

EVENTS = 2_000
SEED = 20_240


class Nowhere(QObject):
    """Where folders and addresses are opened."""

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        """Nothing happens."""


def census(real: RealWindow) -> Counter[str]:
    """What could pile up."""
    counts = Counter(type(each).__name__ for each in real.window.findChildren(QObject))
    for view in real.window.findChildren(QGraphicsView):
        counts["items of plots"] += len(view.scene().items())
    counts["top level"] = len(QApplication.topLevelWidgets())
    counts["threads"] = threading.active_count()
    kept = ("AudioClip", "ExplanationResult", "Spectrogram", "Attribution")
    counts.update(
        f"{type(each).__name__} in memory"
        for each in gc.get_objects()
        if type(each).__name__ in kept or issubclass(type(each), QDialog)
    )
    return counts


def stopping(report: Report, cancel: CancelToken) -> None:
    """Work that a worker ends without a result."""
    raise Cancelled


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """What is dropped: sounds, and what is none."""
    folder = tmp_path / "files"
    sounds = [
        write_sound(folder / "word.wav"),
        write_sound(folder / "long stereo.wav", 3.5, 44_100, 2),
        write_sound(folder / "short.wav", 0.05, 8_000),
    ]
    bad = folder / "bad.wav"
    bad.write_bytes(b"no sound at all")
    session = folder / "bad.hearwhy"
    session.write_bytes(b"PK no session")
    return [*sounds, bad, session, folder, folder / "gone.wav"]


@pytest.fixture
def nowhere(qapp: QApplication) -> Iterator[None]:
    nowhere = Nowhere()
    for scheme in ("file", "http", "https"):
        QDesktopServices.setUrlHandler(scheme, nowhere, "open")
    yield
    for scheme in ("file", "http", "https"):
        QDesktopServices.unsetUrlHandler(scheme)


def play(qtbot, monkey: Monkey, events: int) -> None:
    """Random events; the first exception ends it with what led to it."""
    with qtbot.captureExceptions() as exceptions:
        for _ in range(events):
            monkey.act()
            if exceptions:
                break
    if exceptions:
        import traceback

        told = "".join(traceback.format_exception(exceptions[0][1]))
        pytest.fail("\n".join(["after", *monkey.done[-15:], told]), pytrace=False)


def test_random_events_do_no_harm(qtbot, small_models, tmp_path, files, themes, nowhere):
    devices = (SPEAKER, MICROPHONE, HEADPHONES, HEADSET)
    with real_window(qtbot, small_models, tmp_path, devices) as real:
        real.behind.settings.change(export_folder=tmp_path / "exports")
        monkey = Monkey(real, files, SEED)
        play(qtbot, monkey, EVENTS // 4)
        monkey.close_everything()
        before = census(real)
        play(qtbot, monkey, EVENTS - EVENTS // 4)
        monkey.close_everything()
        after = census(real)
        monkey.closing.stop()
        more = {
            name: (before[name], count)
            for name, count in after.items()
            if count > 1.25 * before[name] + 4
        }
        assert more == {}, more
        assert monkey.explained > 20, "hardly anything was explained"
        assert monkey.heard > 20, "hardly anything was heard"
        for runner in real.behind.runners:  # each still answers
            with qtbot.waitSignal(runner.cancelled, timeout=PATIENCE):
                runner.submit(stopping)
        real.behind.documents.forget_changes()


@pytest.mark.parametrize("moment", [0.0, 0.02, 0.1, 0.3, "explaining"])
def test_closing_while_it_explains_ends_every_thread(qtbot, small_models, tmp_path, files, moment):
    with real_window(qtbot, small_models, tmp_path) as real:
        real.window.parts.clips.files_dropped.emit([files[1]])
        if moment == "explaining":
            with qtbot.waitSignal(real.behind.explain.progressed, timeout=PATIENCE):
                pass
        else:
            qtbot.wait(round(1000 * moment))
        real.window.close()
        assert not real.window.isVisible()
        assert not any(runner.is_busy for runner in real.behind.runners)
        assert all(runner._thread.isFinished() for runner in real.behind.runners)
