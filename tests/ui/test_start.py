"""The window as its own process: starting, ending, pictures."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QLabel

from app.startup import PictureRequest, PictureTheme, PictureView
from core.errors import DataError
from core.samples import sample_clips
from core.types import AudioClip
from tests.app.conftest import write_sound
from tests.pitch import HIGH, LOW, pitch_toolbox, stream
from tests.pitch import RATE as TONE_RATE
from tests.unfinished import leave_unfinished
from ui.dialogs.error_details import ErrorDetailsDialog
from ui.picture import DIALOGS, SHOWING, take_picture
from ui.start import start

ROOT = Path(__file__).parents[2]
POSIX = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")


def take(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "main.py"), *map(str, arguments)]
    others = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "QT_QPA_PLATFORM")}
    return subprocess.run(command, capture_output=True, text=True, env=others, timeout=120)


def test_every_view_has_a_command_and_every_dialog_is_a_view():
    assert set(SHOWING) == set(PictureView)
    assert set(SHOWING) > DIALOGS


def test_a_picture_has_the_size_the_scale_and_the_theme_asked_for(tmp_path):
    word = write_sound(tmp_path / "word.wav")
    file = tmp_path / "picture.png"
    options = ["--size", "1100x700", "--scale", 2, "--theme", PictureTheme.DARK]
    done = take(word, "--screenshot", file, *options)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    picture = QImage(str(file))
    assert (picture.width(), picture.height()) == (2200, 1400)
    assert picture.pixelColor(4, 4).lightness() < 64
    assert picture.convertToFormat(QImage.Format.Format_Indexed8).colorCount() > 100
    assert picture.pixelColor(4, 4) != QColor("black")
    assert [path.name for path in tmp_path.iterdir() if path != word] == ["picture.png"]


@pytest.mark.parametrize("view", [v for v in PictureView if v is not PictureView.LIVE])
def test_every_view_can_be_pictured(qtbot, themes, small_bundle, tmp_path, monkeypatch, view):
    monkeypatch.setenv("QT_SCALE_FACTOR", "1")
    word, file = write_sound(tmp_path / "word.wav"), tmp_path / "picture.png"
    assert take_picture([word], PictureRequest(file, view=view)) == 0
    picture = QImage(str(file))
    assert (picture.width() == 1280) is (view not in DIALOGS)
    colours = picture.convertToFormat(QImage.Format.Format_Indexed8).colorCount()
    assert colours > (30 if view in DIALOGS else 100)


def test_live_listening_is_pictured_amid_a_word(qtbot, themes, small_bundle, tmp_path, monkeypatch):
    tones = stream((HIGH, 1.0, 0.4), (LOW, 3.0, 0.4), seconds=5.0) + np.float32(1e-4)
    words = SimpleNamespace(clip=AudioClip(tones.T, TONE_RATE))
    monkeypatch.setattr("ui.picture.bundled_sequence", lambda: words)
    monkeypatch.setattr("ui.picture.LIVE_EVENTS", 1)
    monkeypatch.setattr("app.live.microphone.open_toolbox", lambda request: pitch_toolbox())
    monkeypatch.setenv("QT_SCALE_FACTOR", "1")
    word, file = write_sound(tmp_path / "word.wav"), tmp_path / "picture.png"
    monkeypatch.chdir(tmp_path)
    assert take_picture([word], PictureRequest(file, view=PictureView.LIVE)) == 0
    assert QImage(str(file)).width() == 1280
    assert {path.name for path in tmp_path.iterdir()} >= {"word.wav", "picture.png"}
    assert not (tmp_path / "Documents").exists()


@pytest.mark.parametrize("arguments", [["bad.wav"], ["--size", "400x300"]])
def test_what_cannot_be_pictured_is_one_sentence(tmp_path, arguments):
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"no sound at all")
    file = tmp_path / "picture.png"
    paths = [tmp_path / each if each.endswith(".wav") else each for each in arguments]
    done = take(*paths, "--screenshot", file)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert not file.exists()


@contextmanager
def running(tmp_path: Path, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """The program with a window drawn into memory, once the window is shown."""
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); import main\n"
        "from PySide6.QtCore import QTimer\nfrom ui import main_window\n"
        "class Told(main_window.MainWindow):\n"
        "    def showEvent(self, event):\n"
        "        super().showEvent(event)\n"
        "        QTimer.singleShot(0, lambda: print('shown', flush=True))\n"
        "import ui.start; ui.start.MainWindow = Told\nmain.main()\n"
    )
    settings = {
        "QT_QPA_PLATFORM": "offscreen",
        "HEARWHY_SETTINGS": str(tmp_path / "settings.json"),
        "HEARWHY_LOGS": str(tmp_path / "logs"),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(ROOT), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | settings,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@POSIX
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_it_explains_closes_the_window_properly(tmp_path, number):
    with running(tmp_path, sample_clips()[1].path) as process:
        assert process.stdout.readline() == "shown\n"
        process.send_signal(number)
        assert process.wait(timeout=60) == 0
        assert process.stderr.read() == ""
    log = (tmp_path / "logs" / "hearwhy.log").read_text(encoding="utf-8")
    assert log.rstrip().endswith("ended")
    assert [path.name for path in (tmp_path / "logs").iterdir()] == ["hearwhy.log"]


@POSIX
def test_a_fault_is_told_at_the_next_start(tmp_path):
    with running(tmp_path) as process:
        assert process.stdout.readline() == "shown\n"
        process.send_signal(signal.SIGSEGV)
        assert process.wait(timeout=60) == -signal.SIGSEGV
    with running(tmp_path) as process:
        assert process.stdout.readline() == "shown\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    log = (tmp_path / "logs" / "hearwhy.log").read_text(encoding="utf-8")
    assert "an earlier run died" in log
    assert "Segmentation fault" in log


@POSIX
def test_what_a_killed_run_left_half_written_is_gone_soon(qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("HEARWHY_STATE", str(tmp_path / "state"))
    left = leave_unfinished(tmp_path)
    with running(tmp_path):
        qtbot.waitUntil(lambda: not left.exists(), timeout=60_000)
        qtbot.waitUntil(lambda: not list((tmp_path / "state" / "unfinished").iterdir()))


@POSIX
def test_a_second_start_hands_its_file_to_the_first_and_ends(tmp_path, monkeypatch):
    monkeypatch.setenv("HEARWHY_INSTANCE", str(tmp_path))
    first, second = write_sound(tmp_path / "first.wav"), write_sound(tmp_path / "second.wav")
    with running(tmp_path, first) as process:
        assert process.stdout.readline() == "shown\n"
        environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
        command = [sys.executable, str(ROOT / "main.py"), str(second)]
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, timeout=60, check=False
        )
        assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (DataError("The list of sample clips is missing."), "The list of sample clips is missing."),
        (ValueError("odd"), "HearWhy could not start."),
    ],
)
def test_a_window_that_cannot_be_made_is_told_in_one_of_its_own(
    qtbot, themes, tmp_path, monkeypatch, error, told
):
    def build(*_: object) -> None:
        raise error

    seen: list[str] = []

    def look() -> None:
        for dialog in QApplication.topLevelWidgets():
            if isinstance(dialog, ErrorDetailsDialog) and dialog.isVisible():
                seen.extend(label.text() for label in dialog.findChildren(QLabel))
                dialog.close()

    monkeypatch.setenv("HEARWHY_LOGS", str(tmp_path / "logs"))
    monkeypatch.setenv("HEARWHY_INSTANCE", str(tmp_path))
    monkeypatch.setattr("app.bootstrap.build", build)
    looking = QTimer(interval=50)
    looking.timeout.connect(look)
    looking.start()
    assert start() == 1
    looking.stop()
    assert told in seen
    log = (tmp_path / "logs" / "hearwhy.log").read_text(encoding="utf-8")
    assert str(error) in log
