"""Live listening in the real window, on a sound card whose callbacks the test calls."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QToolButton

from app.bootstrap import build
from core.audio_io import read_clip
from core.export import write_result
from core.types import ExplanationRequest, Variant
from tests.fake_audio import HEADSET, MICROPHONE, SPEAKER, FakeBackend
from tests.pitch import HIGH, LOW, pitch_toolbox, stream
from tests.results import made_up_result
from ui.dialogs.save_place import SavePlace
from ui.main_window import MainWindow

PATIENCE = 30_000  # ms


@pytest.fixture
def backend():
    return FakeBackend(SPEAKER, MICROPHONE)


@pytest.fixture
def behind(qapp, store, small_bundle, monkeypatch, tmp_path, backend):
    monkeypatch.setattr("app.live.microphone.open_toolbox", lambda request: pitch_toolbox())
    store.change(take_folder=tmp_path / "takes")
    return build(ExplanationRequest(random_masks=0), backend, store)


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
        events = behind.live.events.all
        return bool(events) and events[0].result is not None

    qtbot.waitUntil(explained, timeout=PATIENCE)
    return behind.live.events.all[0]


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
    row = window.parts.live.events.list.topLevelItem(0)
    assert row.text(1) == "high"
    players = window.parts.live.events.list.itemWidget(row, 3).findChildren(QToolButton)
    assert all(button.isEnabled() for button in players)


def test_an_event_plays_each_version_and_opens_in_the_main_view(
    qtbot, behind, window, captured, listening
):
    view = window.parts.live
    row = view.events.list.topLevelItem(0)
    for button, variant in zip(
        view.events.list.itemWidget(row, 3).findChildren(QToolButton),
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
    qtbot.mouseClick(window.parts.live.events.to_list, Qt.MouseButton.LeftButton)
    assert [item.group for item in behind.session.state.items].count("events") == 1
    # Of another day, when numbers began at the same one.
    earlier = tmp_path / "out" / captured.file.stem
    write_result(made_up_result(), earlier, tmp_path / "earlier.wav", ["json"])
    with qtbot.waitSignal(
        behind.notices.posted,
        timeout=PATIENCE,
        check_params_cb=lambda notice: "written" in notice.text,
    ):
        behind.live.events.export(tmp_path / "out")
    (folder,) = set((tmp_path / "out").iterdir()) - {earlier}
    assert (folder / "explanation.wav").is_file()
    assert [path.name for path in earlier.iterdir()] == ["explanation.json"]


def test_the_events_are_saved_as_a_session_that_opens_with_their_explanations(
    qtbot, behind, window, captured, tmp_path
):
    path = tmp_path / "walk.2024.hearwhy"
    other = tmp_path / "walk.hearwhy"  # a name that ends at the first dot would replace it
    other.write_bytes(b"another walk")
    before = behind.session.state.items
    qtbot.mouseClick(window.parts.live.events.save, Qt.MouseButton.LeftButton)
    dialog = window.findChild(SavePlace)
    dialog.selectFile(str(tmp_path / "walk.2024"))
    dialog.accept()
    qtbot.waitUntil(path.is_file, timeout=PATIENCE)
    assert other.read_bytes() == b"another walk"
    assert behind.session.state.items == before  # what is open stays open
    captured.file.unlink()
    qtbot.waitUntil(lambda: not any(runner.is_busy for runner in behind.runners))
    behind.documents.open_paths([path])
    qtbot.waitUntil(lambda: behind.documents.path == path, timeout=PATIENCE)
    state = behind.session.state
    assert state.item.group == "events"
    assert state.result.target == captured.result.target == "high"
    assert np.array_equal(state.clip.samples, captured.event.clip.samples)


def test_the_threshold_takes_effect_while_it_listens(
    qtbot, behind, window, backend, listening, states
):
    window.parts.live.controls.threshold.setValue(99)
    assert behind.live.threshold == 0.99
    soft = 0.06 * stream((LOW, 1.0, 0.4), seconds=4.0, rate=48_000) / 0.4
    heard(qtbot, backend, states, soft)
    assert behind.live.events.all == ()


def test_a_lost_microphone_is_told(qtbot, behind, window, backend, listening):
    with qtbot.waitSignal(behind.notices.posted, timeout=PATIENCE) as posted:
        backend.unplug(MICROPHONE)
    assert "stopped answering" in posted.args[0].text
    assert behind.live.running


def test_the_gain_is_shown_on_the_meter_and_remembered(
    qtbot, behind, window, backend, listening, states
):
    window.parts.live.controls.gain.setValue(12)
    assert behind.settings.settings.live_gain_db == 12.0
    room = np.full((24_000, 1), 0.01)
    heard(qtbot, backend, states, room)
    qtbot.waitUntil(lambda: states.newest.level.peak is not None)
    assert states.newest.level.peak == pytest.approx(-40.0 + 12.0, abs=0.1)
    heard(qtbot, backend, states, 0.08 * stream((LOW, 1.0, 0.4), seconds=4.0, rate=48_000) / 0.4)
    qtbot.waitUntil(lambda: len(behind.live.events.all) == 1, timeout=PATIENCE)
    loudest = np.abs(behind.live.events.all[0].event.clip.samples).max()
    assert loudest == pytest.approx(0.08 * 10 ** (12 / 20), rel=0.05)


def test_another_microphone_is_listened_to_without_a_stop(
    qtbot, behind, window, backend, listening, states
):
    backend.present = [SPEAKER, MICROPHONE, HEADSET]
    with qtbot.waitSignal(behind.devices.found):
        behind.devices.rescan()
    chosen = window.parts.live.controls.microphone
    place = chosen.findData(HEADSET.key)
    assert place > 0
    chosen.activated.emit(place)  # the sound system has to be started anew for it
    qtbot.waitUntil(lambda: backend.stream.device == HEADSET)
    assert behind.live.running
    before = states.seconds

    def goes_on():
        backend.stream.push(np.full(1_600, 0.01))
        return states.seconds > before + 1.5  # a gap of a window lies between the two

    qtbot.waitUntil(goes_on, timeout=PATIENCE)


def test_another_classifier_brings_its_own_threshold(behind, window, monkeypatch):
    from types import SimpleNamespace

    stated = SimpleNamespace(threshold=0.55)
    monkeypatch.setattr("app.live_controller.classifier_manifest", lambda name: ("", "", stated))
    request = behind.session.state.request
    behind.session.set_request(replace(request, classifier="another"))
    assert behind.live.threshold == 0.55
    assert window.parts.live.controls.threshold.value() == 55
    behind.session.set_request(replace(request, classifier="another", keep=0.3))
    window.parts.live.controls.threshold.setValue(80)
    behind.session.set_request(replace(request, classifier="another", keep=0.4))
    assert behind.live.threshold == 0.8  # what the user chose holds


def test_what_is_heard_is_off_at_first_and_after_every_stop(
    qtbot, behind, window, backend, listening
):
    streams = len(backend.streams)
    controls = window.parts.live.controls
    assert controls.monitored.currentIndex() == 0
    with qtbot.waitSignal(behind.notices.posted) as posted:
        controls.monitored.activated.emit(1)
    assert "headphones" in posted.args[0].text
    assert len(backend.streams) == streams + 1
    assert backend.stream.device == SPEAKER and backend.stream.active
    assert controls.monitored.currentIndex() == 1
    press_shift_r(qtbot, window)
    assert behind.live.monitored is None
    assert controls.monitored.currentIndex() == 0


def test_without_a_loudspeaker_nothing_is_heard_and_that_is_said(
    qtbot, behind, window, backend, listening
):
    backend.busy.add(SPEAKER.name)
    posted = []
    behind.notices.posted.connect(lambda notice: posted.append(notice.text))
    window.parts.live.controls.monitored.activated.emit(2)
    assert any("does not open" in text for text in posted)
    assert behind.live.monitored is None
    assert window.parts.live.controls.monitored.currentIndex() == 0
    assert behind.live.running


@pytest.mark.parametrize("is_back", [True, False])
def test_a_lost_loudspeaker_is_looked_for_and_else_given_up(
    qtbot, behind, window, backend, listening, monkeypatch, is_back
):
    monkeypatch.setattr("app.live_controller.RETRY", 0.0)
    controls = window.parts.live.controls
    controls.monitored.activated.emit(1)
    lost = backend.stream
    backend.unplug(SPEAKER)
    if is_back:
        backend.present = [SPEAKER, MICROPHONE]
    qtbot.waitUntil(lambda: lost.closed, timeout=PATIENCE)
    if is_back:
        speakers = lambda: [s for s in backend.streams if s.device == SPEAKER]  # noqa: E731
        qtbot.waitUntil(lambda: speakers()[-1] is not lost and speakers()[-1].active)
        assert controls.monitored.currentIndex() == 1
    else:
        qtbot.waitUntil(lambda: behind.live.monitored is None, timeout=PATIENCE)
        assert controls.monitored.currentIndex() == 0
    assert behind.live.running


def test_it_listens_on_while_the_window_is_resized_or_minimised_or_the_panel_is_closed(
    qtbot, behind, window, backend, listening, states
):
    for change in (
        lambda: window.resize(900, 700),
        window.showMinimized,
        window.showNormal,
        window.parts.docks["live"].close,
    ):
        change()
        before = states.seconds
        backend.stream.push(np.full(24_000, 0.01))
        qtbot.waitUntil(lambda: states.seconds > before + 0.2, timeout=PATIENCE)  # noqa: B023
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
