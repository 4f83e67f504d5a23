"""Live listening in the real window, on a sound card whose callbacks the test calls."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QToolButton

from app.bootstrap import build
from core.audio_io import read_clip
from core.types import ExplanationRequest, Variant
from tests.fake_audio import MICROPHONE, SPEAKER, FakeBackend
from tests.pitch import HIGH, LOW, pitch_toolbox, stream
from ui.main_window import MainWindow

PATIENCE = 30_000  # ms


@pytest.fixture
def backend():
    return FakeBackend(SPEAKER, MICROPHONE)


@pytest.fixture
def behind(qapp, store, bundle, monkeypatch, tmp_path, backend):
    monkeypatch.setattr("core.models.model_folders", lambda: [("bundled", bundle)])
    monkeypatch.setattr("core.models._hub_folder", lambda hub_id: None)
    monkeypatch.setattr("app.live.microphone.open_toolbox", lambda request: pitch_toolbox())
    store.change(take_folder=tmp_path / "takes")
    return build(ExplanationRequest(random_masks=0), backend, store)


@pytest.fixture
def window(qtbot, behind):
    window = MainWindow(behind)
    window.resize(1280, 800)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.close()


def press_shift_r(qtbot, window):
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    target = QApplication.focusWidget()
    qtbot.keyClick(target, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)


class States:
    """The newest state that the controller told."""

    def __init__(self, live):
        self.newest = None
        live.state_changed.connect(self._take)

    def _take(self, state):
        self.newest = state

    @property
    def seconds(self):
        return 0.0 if self.newest is None else self.newest.seconds


@pytest.fixture
def states(behind):
    return States(behind.live)


@pytest.fixture
def listening(qtbot, behind, window, states):
    """Live listening is on, and the models are open."""
    press_shift_r(qtbot, window)
    assert behind.live.running
    qtbot.waitUntil(lambda: states.newest is not None and states.newest.ready, timeout=PATIENCE)
    return behind.live


def heard(qtbot, backend, states, sound):
    """The microphone hears a sound at 48 kHz, no faster than it is taken in."""
    begun = states.seconds
    for first in range(0, len(sound), 4_800):
        block = sound[first : first + 4_800]
        backend.stream.push(block)
        goal = begun + (first + len(block)) / 48_000 - 0.3  # the resampler gives bursts
        qtbot.waitUntil(lambda: states.seconds >= goal, timeout=PATIENCE)  # noqa: B023


@pytest.fixture
def captured(qtbot, behind, backend, listening, states):
    """One event was heard and explained."""
    heard(qtbot, backend, states, stream((HIGH, 1.0, 0.4), seconds=4.0, rate=48_000))

    def explained():
        events = behind.live.events
        return bool(events) and events[0].result is not None

    qtbot.waitUntil(explained, timeout=PATIENCE)
    return behind.live.events[0]


def test_one_key_starts_and_stops_it(qtbot, behind, window, backend, listening):
    assert window.parts.live.live.isChecked()
    assert window.parts.docks["live"].isVisible()
    stream_open = backend.stream
    assert stream_open.active
    press_shift_r(qtbot, window)
    assert not behind.live.running
    assert not window.parts.live.live.isChecked()
    assert stream_open.closed


def test_the_panel_says_what_is_heard_and_how_old_it_is(
    qtbot, behind, window, backend, listening, states
):
    heard(qtbot, backend, states, stream((LOW, 0.5, 2.5), seconds=3.0, rate=48_000))
    view = window.parts.live
    assert view._label.text() == "low"
    assert "s ago" in view._clock.text()
    assert "low" in view.canvas.accessibleDescription()


def test_an_event_is_listed_written_and_explained(window, captured):
    assert captured.event.label == "high"
    written = read_clip(captured.file)
    assert np.array_equal(written.samples, captured.event.clip.samples)
    row = window.parts.live.events.topLevelItem(0)
    assert row.text(1) == "high"
    players = window.parts.live.events.itemWidget(row, 3).findChildren(QToolButton)
    assert all(button.isEnabled() for button in players)


def test_an_event_plays_each_version_and_opens_in_the_main_view(
    qtbot, behind, window, captured, listening
):
    view = window.parts.live
    row = view.events.topLevelItem(0)
    for button, variant in zip(
        view.events.itemWidget(row, 3).findChildren(QToolButton),
        (Variant.ORIGINAL, Variant.EXPLANATION, Variant.REMOVED),
        strict=True,
    ):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        state = behind.session.state
        assert state.active is variant
        assert state.result is captured.result
        assert behind.playback.is_playing
    assert state.item.group == "events"
    behind.playback.pause()
    assert behind.live.running  # another clip is open, and it still listens


def test_all_events_can_be_listed_and_exported(qtbot, behind, window, captured, tmp_path):
    qtbot.mouseClick(window.parts.live.to_list, Qt.MouseButton.LeftButton)
    assert [item.group for item in behind.session.state.items].count("events") == 1
    with qtbot.waitSignal(
        behind.notices.posted,
        timeout=PATIENCE,
        check_params_cb=lambda notice: "written" in notice.text,
    ):
        behind.live.export(tmp_path / "out")
    (folder,) = (tmp_path / "out").iterdir()
    assert (folder / "explanation.wav").is_file()


def test_the_threshold_takes_effect_while_it_listens(
    qtbot, behind, window, backend, listening, states
):
    window.parts.live.threshold.setValue(99)
    assert behind.live.threshold == 0.99
    soft = 0.06 * stream((LOW, 1.0, 0.4), seconds=4.0, rate=48_000) / 0.4
    heard(qtbot, backend, states, soft)
    assert behind.live.events == ()


def test_a_lost_microphone_is_told(qtbot, behind, window, backend, listening):
    with qtbot.waitSignal(behind.notices.posted, timeout=PATIENCE) as posted:
        backend.unplug(MICROPHONE)
    assert "stopped answering" in posted.args[0].text
    assert behind.live.running


def test_without_a_microphone_it_is_greyed_and_says_why(qtbot, store, bundle, monkeypatch):
    monkeypatch.setattr("core.models.model_folders", lambda: [("bundled", bundle)])
    behind = build(ExplanationRequest(), FakeBackend(SPEAKER), store)
    window = MainWindow(behind)
    qtbot.addWidget(window)
    qtbot.waitUntil(lambda: not window.parts.live.live.isEnabled(), timeout=PATIENCE)
    assert "microphone" in window.parts.live.live.toolTip().lower()
    window.close()


def test_closing_while_it_listens_ends_everything(qtbot, behind, window, backend, listening):
    window.close()
    assert not behind.live.running
    assert backend.stream.closed
