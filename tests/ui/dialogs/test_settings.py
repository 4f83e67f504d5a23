from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QLineEdit,
)

from ui.dialogs.settings import SettingsDialog, SettingsValues

MIC = ("Mic (ALSA)", "Mic (1 ch) (ALSA)")
PULSE = ("pulse (ALSA)", "pulse (32 ch) (ALSA)")
VALUES = SettingsValues(
    take_folder=Path("/music/takes"),
    input_device="Mic (ALSA)",
    theme="dark",
    level_match=False,
)


@pytest.fixture
def dialog(qtbot):
    dialog = SettingsDialog(VALUES)
    qtbot.addWidget(dialog)
    dialog.show_devices([MIC, PULSE], [PULSE])
    dialog.show()
    dialog.events = []
    dialog.values_changed.connect(dialog.events.append)
    return dialog


def press(dialog: SettingsDialog, which: QDialogButtonBox.StandardButton) -> None:
    QTest.mouseClick(dialog.findChild(QDialogButtonBox).button(which), Qt.MouseButton.LeftButton)


def choose(combo: QComboBox, text: str) -> None:
    assert combo.findText(text) >= 0
    combo.setCurrentIndex(combo.findText(text))


def test_what_goes_in_comes_out(dialog):
    assert dialog.values == VALUES


def test_changes_come_once_and_only_with_ok(dialog):
    choose(dialog.theme, "light")
    choose(dialog.output, "pulse (32 ch) (ALSA)")
    choose(dialog.input, "system default")
    QTest.mouseClick(dialog.level_match, Qt.MouseButton.LeftButton)
    QTest.mouseClick(dialog.automatic, Qt.MouseButton.LeftButton)
    assert dialog.events == []
    press(dialog, QDialogButtonBox.StandardButton.Ok)
    assert dialog.events == [
        replace(
            VALUES,
            theme="light",
            output_device="pulse (ALSA)",
            input_device=None,
            level_match=True,
            automatic=False,
        )
    ]


def test_cancel_changes_nothing(dialog):
    choose(dialog.theme, "light")
    press(dialog, QDialogButtonBox.StandardButton.Cancel)
    assert dialog.events == []


def test_ok_without_a_change_says_nothing(dialog):
    press(dialog, QDialogButtonBox.StandardButton.Ok)
    assert dialog.events == []


def test_a_device_that_is_gone_stays_chosen_and_is_said_to_be_missing(dialog):
    dialog.show_devices([PULSE], [])
    assert dialog.input.currentText() == "Mic (ALSA) (not connected)"
    assert dialog.values == VALUES
    dialog.show_devices([MIC], [])
    assert dialog.input.currentText() == "Mic (1 ch) (ALSA)"


def test_a_choice_survives_a_rescan(qtbot, dialog):
    choose(dialog.input, "pulse (32 ch) (ALSA)")
    with qtbot.waitSignal(dialog.rescan_requested):
        QTest.mouseClick(dialog.rescan, Qt.MouseButton.LeftButton)
    dialog.show_devices([PULSE, MIC], [])
    assert dialog.values.input_device == "pulse (ALSA)"


def test_going_back_to_the_system_default_survives_a_rescan(dialog):
    choose(dialog.input, "system default")
    dialog.show_devices([MIC], [])
    assert dialog.values.input_device is None


def test_no_microphone_is_said_in_words(dialog):
    assert not dialog._no_microphone.isVisible()
    dialog.show_devices([], [])
    assert dialog._no_microphone.isVisible()


def test_the_chosen_microphone_is_checked_only_when_that_is_asked_for(dialog):
    asked = []
    dialog.check_requested.connect(lambda on, key: asked.append((on, key)))
    choose(dialog.input, "pulse (32 ch) (ALSA)")
    assert asked == []
    QTest.mouseClick(dialog.check, Qt.MouseButton.LeftButton)
    choose(dialog.input, "system default")
    dialog.show_devices([PULSE], [])
    QTest.mouseClick(dialog.check, Qt.MouseButton.LeftButton)
    assert asked == [(True, "pulse (ALSA)"), (True, None), (False, None)]
    dialog.show_devices([], [])
    assert not dialog.check.isEnabled()


def test_the_level_is_shown_until_the_check_ends(dialog):
    dialog.show_checking(True)
    dialog.show_level(-20.0, -10.0)
    assert dialog.meter.held_db == -10.0
    dialog.show_checking(False)
    assert dialog.meter.held_db is None
    assert not dialog.check.isChecked()


def test_the_folder_for_takes_is_chosen_in_a_dialog(dialog, monkeypatch, tmp_path):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    QTest.mouseClick(dialog.choose_folder, Qt.MouseButton.LeftButton)
    assert dialog.values.take_folder == tmp_path
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    QTest.mouseClick(dialog.choose_folder, Qt.MouseButton.LeftButton)
    assert dialog.values.take_folder == tmp_path


def test_every_control_has_a_name(dialog):
    for kind in (QComboBox, QAbstractButton, QLineEdit):
        for control in dialog.findChildren(kind):
            named = control.accessibleName() or getattr(control, "text", str)()
            assert named, control
