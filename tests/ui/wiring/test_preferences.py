"""The settings dialog in the window: devices, level, theme, folder and habits."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox

from app.bootstrap import build
from app.settings import SettingsStore
from core.types import ExplanationRequest
from tests.fake_audio import HEADPHONES, HEADSET, MICROPHONE, SPEAKER, FakeBackend
from ui.dialogs.settings import SettingsDialog
from ui.theme import current_theme

Button = QDialogButtonBox.StandardButton


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend(SPEAKER, HEADPHONES, MICROPHONE, HEADSET)


@pytest.fixture
def behind(qapp, store, backend, tmp_path):
    store.change(take_folder=tmp_path / "takes")
    return build(ExplanationRequest(), backend, store)


@pytest.fixture
def open_dialog(qtbot, window, behind):
    """Opens the dialog with its key."""
    qtbot.waitUntil(lambda: bool(behind.devices.inputs))

    def open_() -> SettingsDialog:
        qtbot.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
        (dialog,) = (d for d in window.findChildren(SettingsDialog) if d.isVisible())
        return dialog

    yield open_
    for dialog in window.findChildren(SettingsDialog):
        dialog.reject()


def press(dialog: SettingsDialog, which: Button) -> None:
    button = dialog.findChild(QDialogButtonBox).button(which)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def choose(combo, text: str) -> None:
    assert combo.findText(text) >= 0, [combo.itemText(i) for i in range(combo.count())]
    combo.setCurrentIndex(combo.findText(text))


def test_the_dialog_shows_the_devices_and_what_is_set(open_dialog, behind, tmp_path):
    behind.settings.change(output_device=HEADPHONES.key, automatic=False)
    dialog = open_dialog()
    texts = [dialog.input.itemText(i) for i in range(dialog.input.count())]
    assert texts == ["system default", "Microphone (2 ch) (Fake)", "Headset (1 ch) (Fake)"]
    assert dialog.output.currentText() == "Headphones (2 ch) (Fake)"
    assert dialog.take_folder.text() == str(tmp_path / "takes")
    assert not dialog.automatic.isChecked()


def test_what_is_accepted_is_done_and_kept(open_dialog, parts, behind, backend, store):
    behind.devices.open_output(lambda: None, behind.notices.error)
    dialog = open_dialog()
    choose(dialog.input, "Headset (1 ch) (Fake)")
    choose(dialog.output, "Headphones (2 ch) (Fake)")
    dialog.level_match.setChecked(False)
    dialog.automatic.setChecked(False)
    press(dialog, Button.Ok)
    assert backend.stream.device == HEADPHONES
    assert not behind.explain.automatic
    assert not parts.actions["level_match"].isChecked()
    assert "Headset" in parts.transport.record.toolTip()
    store.settle()
    kept = SettingsStore(store._path).settings
    assert (kept.input_device, kept.output_device) == (HEADSET.key, HEADPHONES.key)
    assert (kept.level_match, kept.automatic) == (False, False)


def test_cancel_leaves_everything(open_dialog, behind):
    before = behind.settings.settings
    dialog = open_dialog()
    choose(dialog.input, "Headset (1 ch) (Fake)")
    choose(dialog.theme, "dark")
    press(dialog, Button.Cancel)
    assert behind.settings.settings == before


def test_a_theme_is_put_on_when_it_is_accepted(open_dialog, themes):
    for name in ("dark", "light"):
        dialog = open_dialog()
        choose(dialog.theme, name)
        press(dialog, Button.Ok)
        assert current_theme().name == name


def test_a_missing_device_stays_chosen_and_is_said_to_be_missing(open_dialog, behind):
    behind.settings.change(input_device="Studio (USB)")
    dialog = open_dialog()
    assert dialog.input.currentText() == "Studio (USB) (not connected)"
    press(dialog, Button.Ok)
    assert behind.settings.settings.input_device == "Studio (USB)"


def test_rescan_finds_what_was_plugged_in(qtbot, open_dialog, behind, backend):
    backend.present = [SPEAKER, HEADSET]
    dialog = open_dialog()
    with qtbot.waitSignal(behind.devices.found):
        QTest.mouseClick(dialog.rescan, Qt.MouseButton.LeftButton)
    texts = [dialog.input.itemText(i) for i in range(dialog.input.count())]
    assert texts == ["system default", "Headset (1 ch) (Fake)"]


def test_the_microphone_is_open_only_while_it_is_checked(qtbot, open_dialog, backend):
    dialog = open_dialog()
    choose(dialog.input, "Headset (1 ch) (Fake)")
    assert backend.streams == []
    QTest.mouseClick(dialog.check, Qt.MouseButton.LeftButton)
    assert backend.stream.device == HEADSET
    backend.stream.push(np.full(1600, 0.1, dtype=np.float32))
    qtbot.waitUntil(lambda: dialog.meter.accessibleDescription().startswith("peak −20.0"))
    choose(dialog.input, "system default")
    assert backend.stream.device == MICROPHONE
    press(dialog, Button.Cancel)
    assert all(stream.closed for stream in backend.streams)


def test_a_check_that_is_impossible_is_not_shown_as_going_on(qtbot, open_dialog, behind, backend):
    backend.busy = {"Microphone"}
    dialog = open_dialog()
    QTest.mouseClick(dialog.check, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(behind.notices.posted):
        pass  # it is tried again first
    assert not dialog.check.isChecked()
    assert dialog.check.text() == "Check"


def test_there_is_one_dialog(window, open_dialog, parts):
    open_dialog()
    parts.actions["settings"].trigger()
    assert len([d for d in window.findChildren(SettingsDialog) if d.isVisible()]) == 1


def test_a_closed_dialog_is_gone(qtbot, window, open_dialog):
    press(open_dialog(), Button.Cancel)
    qtbot.waitUntil(lambda: not window.findChildren(SettingsDialog))
    assert QApplication.activeModalWidget() is None
