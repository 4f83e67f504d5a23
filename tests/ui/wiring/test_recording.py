"""Record button, menu, meter and the R key, with a sound card made of plain Python."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.audio.portaudio import PortAudioBackend
from app.bootstrap import build
from core.types import ExplanationRequest
from tests.fake_audio import HEADSET, MICROPHONE, SPEAKER, FakeBackend

RATE = 48_000


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend(SPEAKER, MICROPHONE, HEADSET)


@pytest.fixture
def behind(qapp, store, backend, tmp_path):
    store.change(take_folder=tmp_path / "takes", automatic=False)
    return build(ExplanationRequest(), backend, store)


@pytest.fixture
def listed(qtbot, window, behind):
    """The window, once it knows the devices, and the texts of its notices."""
    posted = []
    behind.notices.posted.connect(lambda notice: posted.append(notice.text))
    qtbot.waitUntil(lambda: bool(behind.devices.inputs))
    return posted


def press_r(qtbot, window) -> None:
    qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_R)


def rescan(qtbot, parts, behind) -> None:
    with qtbot.waitSignal(behind.devices.found):
        parts.actions["rescan"].trigger()


def entries(transport) -> dict[str, object]:
    return {action.text(): action for action in transport.microphone.menu().actions()}


def take_ended(qtbot, window, behind) -> None:
    with qtbot.waitSignal(behind.session.clip_changed, check_params_cb=lambda state: state.clip):
        press_r(qtbot, window)
    qtbot.waitUntil(lambda: not any(runner.is_busy for runner in behind.runners), timeout=20_000)


def test_r_records_and_r_ends_and_opens_the_take(qtbot, window, parts, behind, backend, listed):
    transport = parts.transport
    press_r(qtbot, window)
    assert transport.record.text() == "Stop"
    assert parts.actions["record"].isChecked()
    backend.stream.push(np.full(24_000, 0.1, dtype=np.float32))
    qtbot.waitUntil(lambda: transport._clock.text() == "0:00.50")
    assert transport.meter.accessibleDescription() == "peak −20.0\N{NO-BREAK SPACE}dB"
    take_ended(qtbot, window, behind)
    assert transport.record.text() == "Record"
    assert not parts.actions["record"].isChecked()
    assert transport.meter.accessibleDescription() == "no level"
    assert transport._clock.text() == "0:00.00 / 0:00.50"
    item = behind.session.state.item
    assert item.group == "takes"
    assert item.name in window.windowTitle()
    assert backend.stream.closed
    assert listed == []


def test_the_button_does_the_same(qtbot, window, parts, behind, backend, listed):
    record = parts.transport.record
    QTest.mouseClick(record, Qt.MouseButton.LeftButton)
    assert behind.record.recording
    backend.stream.push(np.full(100, 0.1, dtype=np.float32))
    with qtbot.waitSignal(behind.session.clip_changed, check_params_cb=lambda state: state.clip):
        QTest.mouseClick(record, Qt.MouseButton.LeftButton)
    assert not record.isChecked()
    qtbot.waitUntil(lambda: not any(runner.is_busy for runner in behind.runners), timeout=20_000)


def test_the_tool_tip_names_the_microphone(parts, behind, listed):
    assert parts.transport.record.toolTip() == (
        "Record a take from “Microphone (2 ch) (Fake)”, or end it (R)"
    )
    behind.settings.change(input_device=HEADSET.key)
    assert "“Headset (1 ch) (Fake)”" in parts.transport.record.toolTip()


def test_another_microphone_is_chosen_in_the_menu_beside(qtbot, parts, behind, backend, listed):
    shown = entries(parts.transport)
    assert shown["System default"].isChecked()
    shown["Headset (1 ch) (Fake)"].trigger()
    assert behind.settings.settings.input_device == HEADSET.key
    assert entries(parts.transport)["Headset (1 ch) (Fake)"].isChecked()
    backend.present = [SPEAKER]
    rescan(qtbot, parts, behind)
    missing = entries(parts.transport)["Headset (Fake) (not connected)"]
    assert missing.isChecked()
    assert not missing.isEnabled()
    assert behind.settings.settings.input_device == HEADSET.key


def test_without_a_microphone_record_is_grey_and_says_why(
    qtbot, window, parts, behind, backend, listed
):
    backend.present = [SPEAKER]
    rescan(qtbot, parts, behind)
    assert not parts.transport.record.isEnabled()
    assert parts.transport.record.toolTip().startswith("There is no microphone")
    assert listed == ["Sound devices found: 0 to record from, 1 to listen to."]
    press_r(qtbot, window)  # looks again, in vain
    qtbot.waitUntil(lambda: len(listed) == 2)
    assert listed[-1].startswith("There is no microphone")
    assert not parts.actions["record"].isChecked()
    backend.present = [SPEAKER, MICROPHONE]
    press_r(qtbot, window)
    qtbot.waitUntil(lambda: parts.transport.record.text() == "Stop")
    assert parts.transport.record.isEnabled()
    assert parts.actions["record"].isChecked()


def test_looking_for_devices_while_recording_lets_the_take_go_on(
    qtbot, window, parts, behind, backend, listed
):
    press_r(qtbot, window)
    backend.stream.push(np.full(4800, 0.1, dtype=np.float32))
    backend.present = [SPEAKER, MICROPHONE]
    rescan(qtbot, parts, behind)
    assert listed == ["Sound devices found: 1 to record from, 1 to listen to."]
    assert parts.transport.record.text() == "Stop"
    backend.stream.push(np.full(4800, 0.1, dtype=np.float32))
    take_ended(qtbot, window, behind)
    assert behind.session.state.clip.seconds == pytest.approx(0.2)


def test_the_level_is_checked_from_the_menu(qtbot, parts, behind, backend, listed):
    check = entries(parts.transport)["Check the level"]
    check.trigger()
    backend.stream.push(np.full(4800, 0.1, dtype=np.float32))
    meter = parts.transport.meter
    qtbot.waitUntil(lambda: meter.accessibleDescription().startswith("peak −20.0"))
    check.trigger()
    assert backend.stream.closed
    assert meter.accessibleDescription() == "no level"
    assert parts.transport.record.text() == "Record"


def test_a_check_that_is_impossible_is_not_shown_as_going_on(qtbot, parts, backend, listed):
    backend.busy = {"Microphone"}
    check = entries(parts.transport)["Check the level"]
    check.trigger()
    qtbot.waitUntil(lambda: bool(listed))  # it is tried again first
    assert not check.isChecked()
    assert listed == ["“Microphone” does not open."]


def test_while_recording_the_device_stays_and_play_waits(qtbot, window, parts, backend, listed):
    press_r(qtbot, window)
    shown = entries(parts.transport)
    assert not shown["Headset (1 ch) (Fake)"].isEnabled()
    assert not shown["Check the level"].isEnabled()
    assert parts.transport.play.toolTip() == "A take is being recorded; end it with R to play."
    press_r(qtbot, window)
    assert shown["Headset (1 ch) (Fake)"].isEnabled()


def test_a_lost_microphone_shows_that_nothing_is_recorded(
    qtbot, window, parts, behind, backend, listed
):
    press_r(qtbot, window)
    backend.stream.push(np.full(4800, 0.1, dtype=np.float32))
    with qtbot.waitSignal(behind.session.clip_changed, check_params_cb=lambda state: state.clip):
        backend.unplug(MICROPHONE)
    assert parts.transport.record.text() == "Record"
    assert not parts.actions["record"].isChecked()
    assert "stopped answering" in listed[0]
    qtbot.waitUntil(lambda: not any(runner.is_busy for runner in behind.runners), timeout=20_000)


def test_closing_the_window_keeps_the_take(qtbot, window, behind, backend, listed):
    press_r(qtbot, window)
    backend.stream.push(np.full(4800, 0.1, dtype=np.float32))
    window.close()
    (take,) = behind.settings.settings.take_folder.iterdir()
    assert take.suffix == ".wav"
    assert take.stat().st_size > 4 * 4800
    assert backend.stream.closed


def test_the_menu_is_there_when_the_devices_are_not_known_yet(parts):
    assert "System default" in entries(parts.transport)
    assert parts.transport.record.isEnabled()


def test_the_real_sound_system_is_not_touched_by_building(qapp, store):
    backend = PortAudioBackend()
    behind = build(ExplanationRequest(), backend, store)
    assert not backend._started
    behind.shut_down()
