"""Recording in the real window: another program plays, the window's microphone hears it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from core.types import AudioClip, Variant
from tests.journeys.ear import RATE, holes, place_of
from tests.sound_server import SoundServer
from ui.dialogs.settings import SettingsDialog

pytestmark = pytest.mark.sound

PAPLAY = shutil.which("paplay")
ATTEMPTS = 8  # a machine that is too busy loses blocks, and the sound is played again
EXACT = 1e-5
RECORDING = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from app.audio.portaudio import PortAudioBackend
from app.bootstrap import build
from app.settings import SettingsStore
from core.types import ExplanationRequest
from ui.main_window import MainWindow

application = QApplication([])
folder = Path(sys.argv[1])
store = SettingsStore(folder / "other settings.json")
store.change(take_folder=folder / "takes")
behind = build(ExplanationRequest(), PortAudioBackend(), store)
window = MainWindow(behind)
window.show()
behind.record.time_changed.connect(lambda seconds: print(seconds, flush=True))
window.parts.actions["record"].trigger()
application.exec()
"""  # a window that records until somebody ends it


class Journey:
    """The window, the loudspeaker its microphone hears, and the takes that came of it."""

    def __init__(self, qtbot, window, behind, server: SoundServer, folder: Path) -> None:
        self.window, self.parts, self.behind = window, window.parts, behind
        self.posted: list[str] = []
        behind.notices.posted.connect(lambda notice: self.posted.append(notice.text))
        self._qtbot, self._server, self._folder = qtbot, server, folder

    @property
    def clock(self) -> str:
        return self.parts.transport._clock.text()

    @property
    def takes(self) -> list[Path]:
        items = self.behind.session.state.items
        return [item.path for item in items if item.group == "takes"]

    @property
    def on_disk(self) -> list[Path]:
        """Every file in the folder for takes."""
        folder = self.behind.settings.settings.take_folder
        return sorted(folder.iterdir()) if folder.exists() else []

    def press(self, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
        self._qtbot.keyClick(QGuiApplication.focusObject() or self.window, key, modifier)

    def until(self, condition: Callable[[], object], seconds: float = 30.0) -> None:
        self._qtbot.waitUntil(condition, timeout=round(1000 * seconds))

    def play(self, samples: np.ndarray) -> subprocess.Popen[bytes]:
        """Another program plays them, float32 (n,) at the server's rate."""
        assert PAPLAY is not None
        path = self._folder / "played.wav"
        soundfile.write(path, samples, RATE, subtype="FLOAT")
        return subprocess.Popen([PAPLAY, path], env=os.environ | self._server.environment)

    def record(self, seconds: float) -> None:
        """A take of at least so long is under way."""
        recorded: list[float] = []
        self.behind.record.time_changed.connect(recorded.append)
        self.press(Qt.Key.Key_R)
        self.until(lambda: bool(recorded) and recorded[-1] >= seconds)

    def end(self) -> np.ndarray:
        """Ends the take. → its samples, shape (n,)."""
        self.press(Qt.Key.Key_R)
        samples, rate = soundfile.read(self.takes[-1], dtype="float32")
        assert rate == RATE
        return samples

    def until_explained(self) -> None:
        self.until(lambda: self.behind.session.state.result is not None, 120.0)
        self.until(lambda: not any(runner.is_busy for runner in self.behind.runners))


@pytest.fixture
def make(qtbot, window, behind, tmp_path) -> Callable[[SoundServer], Journey]:
    return lambda server: Journey(qtbot, window, behind, server, tmp_path)


@pytest.fixture
def journey(server, make) -> Journey:
    return make(server)


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.uniform(-0.3, 0.3, round(seconds * RATE)).astype(np.float32)


def level_db(samples: np.ndarray) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))))


def test_what_was_recorded_is_what_was_played(journey):
    sound = noise(1.5)
    for _ in range(ATTEMPTS):
        journey.posted.clear()
        journey.record(0.2)
        player = journey.play(sound)
        journey.until(lambda player=player: player.poll() is not None)
        heard = journey.end()
        journey.until_explained()
        # A sound whose beginning or end the server had no time for has no hole, but is shorter.
        whole = np.count_nonzero(heard) >= np.count_nonzero(sound)
        if whole and not holes(heard) and not journey.posted:
            break
    else:
        pytest.fail(f"not heard whole in any of {ATTEMPTS} attempts: {journey.posted}")
    start = place_of(sound, heard)
    assert start > 0
    part = heard[start : start + len(sound)]
    assert level_db(part) == pytest.approx(level_db(sound), abs=0.1)
    np.testing.assert_allclose(part, sound, atol=EXACT)
    assert not heard[:start].any()


def test_a_take_is_explained_and_can_be_heard_in_every_version(journey):
    journey.record(0.1)
    player = journey.play(noise(1.0))
    journey.until(lambda: player.poll() is not None)
    journey.end()
    journey.until_explained()
    state = journey.behind.session.state
    assert state.current == str(journey.takes[-1])
    assert set(state.result.audio) == set(Variant)
    assert journey.parts.transport.versions[Variant.EXPLANATION].isEnabled()


def test_the_clock_and_the_meter_run_while_it_records(journey):
    journey.record(0.1)
    meter = journey.parts.transport.meter
    player = journey.play(noise(1.5))
    journey.until(lambda: meter.accessibleDescription().startswith("peak −10."))
    before = journey.clock
    journey.until(lambda: journey.clock > before)
    player.terminate()
    player.wait()
    journey.end()
    assert meter.accessibleDescription() == "no level"


def test_the_take_is_on_disk_from_the_first_second_on_and_before_it_is_explained(journey):
    journey.record(0.3)
    (part,) = journey.on_disk
    assert part.suffix == ".part"
    before = part.stat().st_size
    assert before >= 4 * 0.3 * RATE
    journey.until(lambda: part.stat().st_size > before)
    sizes: list[int] = []
    journey.behind.record.recording_changed.connect(
        lambda recording: sizes.extend(path.stat().st_size for path in journey.on_disk)
    )
    assert journey.behind.session.state.clip is None
    heard = journey.end()
    assert sizes == [journey.on_disk[0].stat().st_size]
    assert sizes[0] > 4 * len(heard)
    assert journey.behind.session.state.result is None
    journey.until_explained()


def test_what_the_window_plays_is_stopped_before_it_would_be_recorded(journey):
    journey.behind.explain.automatic = False
    session = journey.behind.session
    session.choose("noise.wav")
    session.set_clip(AudioClip(noise(20.0)[None], RATE))
    journey.press(Qt.Key.Key_Space)
    journey.until(lambda: journey.behind.playback.position > 0.5)
    journey.record(1.0)
    journey.press(Qt.Key.Key_Space)
    assert "A take is being recorded; end it with R to play." in journey.posted
    heard = journey.end()
    assert not heard[round(0.3 * RATE) :].any()  # before, what was on its way to the loudspeaker


def test_a_microphone_that_is_mute_is_told(journey):
    journey.record(0.1)
    journey.until(lambda: any("nothing but zeros" in text for text in journey.posted))
    journey.end()
    journey.until_explained()


def test_the_level_is_checked_in_the_settings(qtbot, journey):
    journey.press(Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    (dialog,) = journey.window.findChildren(SettingsDialog)
    journey.until(lambda: dialog.input.count() > 1)
    dialog.input.setCurrentIndex(1)
    dialog.check.click()
    player = journey.play(noise(3.0))
    journey.until(lambda: dialog.meter.accessibleDescription().startswith("peak −10."))
    player.terminate()
    player.wait()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert not journey.behind.record.checking
    assert journey.behind.settings.settings.input_device == "default (ALSA)"
    assert journey.on_disk == []


def test_closing_the_window_keeps_the_take(journey):
    journey.record(0.3)
    journey.window.close()
    (take,) = journey.on_disk
    assert soundfile.info(take).duration >= 0.3


# ── devices ──────────────────────────────────────────────────────────────────────────────────────


def test_a_microphone_that_is_missing_at_the_start_is_told_and_found(no_server, make):
    journey = make(no_server)
    record = journey.parts.transport.record
    journey.until(lambda: not record.isEnabled())
    assert record.toolTip().startswith("There is no microphone")
    journey.press(Qt.Key.Key_R)
    journey.until(lambda: bool(journey.posted))
    assert not journey.behind.record.recording
    assert journey.posted[-1].startswith("There is no microphone")
    no_server.start()
    journey.record(0.3)  # looks for devices again by itself
    assert record.isEnabled()
    assert len(journey.end()) >= 0.3 * RATE
    journey.until_explained()


def test_a_microphone_lost_while_recording_leaves_the_take_and_may_come_back(server, journey):
    sound = noise(30.0)
    journey.record(0.2)
    player = journey.play(sound)
    journey.until(lambda: journey.clock >= "0:01.50")
    server.kill()
    player.wait()
    journey.until(lambda: not journey.behind.record.recording)
    assert any(text.endswith("is kept.") for text in journey.posted)
    assert journey.parts.transport.record.text() == "Record"
    (take,) = journey.on_disk
    assert journey.takes == [take]
    heard, _ = soundfile.read(take, dtype="float32")
    assert 1.4 * RATE < len(heard) < 6 * RATE
    start = place_of(sound[: RATE // 4], heard)
    part = heard[start : start + RATE // 2]
    np.testing.assert_allclose(part, sound[: len(part)], atol=EXACT)
    journey.until_explained()
    journey.parts.actions["rescan"].trigger()
    journey.until(lambda: not journey.parts.transport.record.isEnabled())
    server.start()
    journey.parts.actions["rescan"].trigger()
    journey.until(lambda: journey.parts.transport.record.isEnabled())
    journey.record(0.3)
    assert len(journey.end()) >= 0.3 * RATE
    journey.until_explained()


def test_looking_for_devices_while_recording_is_neither_heard_nor_seen_in_the_take(journey):
    sound = noise(3.0)
    for _ in range(ATTEMPTS):
        journey.posted.clear()
        journey.record(0.2)
        player = journey.play(sound)
        journey.parts.actions["rescan"].trigger()  # another process looks
        journey.until(lambda: any(text.startswith("Sound devices") for text in journey.posted))
        assert journey.behind.record.recording
        journey.until(lambda player=player: player.poll() is not None)
        heard = journey.end()
        journey.until_explained()
        whole = np.count_nonzero(heard) >= np.count_nonzero(sound)
        if whole and not holes(heard) and len(journey.posted) == 1:
            break
    else:
        pytest.fail(f"not heard whole in any of {ATTEMPTS} attempts: {journey.posted}")
    assert journey.posted == ["Sound devices found: 1 to record from, 1 to listen to."]
    start = place_of(sound, heard)
    np.testing.assert_allclose(heard[start : start + len(sound)], sound, atol=EXACT)


def test_a_take_of_a_window_that_was_killed_is_there_at_the_next_start(
    server, tmp_path, qtbot, request: pytest.FixtureRequest
):
    command = [sys.executable, "-c", RECORDING, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None
            seconds = next(float(line) for line in other.stdout if float(line) >= 1.0)
        finally:
            other.kill()
    (part,) = (tmp_path / "takes").iterdir()
    assert part.suffix == ".part"
    behind = request.getfixturevalue("behind")
    posted: list[str] = []
    behind.notices.posted.connect(lambda notice: posted.append(notice.text))
    request.getfixturevalue("window")  # the next start
    qtbot.waitUntil(lambda: bool(posted), timeout=20_000)
    (item,) = (item for item in behind.session.state.items if item.group == "takes")
    assert soundfile.info(item.path).duration >= seconds
    assert f"“{item.path.stem}” was still being recorded" in posted[0]
    assert list((tmp_path / "takes").iterdir()) == [item.path]
