from __future__ import annotations

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from ui.views.microphone_button import MicrophoneButton

CHOICES = [("a", "Mic & more (1 ch) (ALSA)"), ("b", "pulse (32 ch) (ALSA)")]


@pytest.fixture
def button(qtbot: QtBot) -> MicrophoneButton:
    button = MicrophoneButton()
    qtbot.addWidget(button)
    button.show()
    return button


def entries(button: MicrophoneButton) -> dict[str, QAction]:
    actions = button.menu().actions()
    return {action.text(): action for action in actions if not action.isSeparator()}


def test_the_menu_lists_the_devices_and_marks_the_chosen_one(button):
    button.show_microphones(CHOICES, "b")
    assert list(entries(button)) == [
        "System default",
        "Mic && more (1 ch) (ALSA)",
        "pulse (32 ch) (ALSA)",
        "Check the level",
    ]
    assert [text for text, action in entries(button).items() if action.isChecked()] == [
        "pulse (32 ch) (ALSA)"
    ]
    assert button.toolTip() == "Microphone: pulse (32 ch) (ALSA)"


def test_showing_again_replaces_what_was_there(button):
    button.show_microphones(CHOICES, "b")
    button.show_microphones(CHOICES[:1], None)
    assert len(entries(button)) == 3
    assert entries(button)["System default"].isChecked()
    assert button.toolTip() == "Microphone: System default"


def test_a_choice_is_told_with_its_key(button):
    chosen: list[str | None] = []
    button.microphone_chosen.connect(chosen.append)
    button.show_microphones(CHOICES, None)
    entries(button)["Mic && more (1 ch) (ALSA)"].trigger()
    entries(button)["System default"].trigger()
    assert chosen == ["a", None]


def test_a_chosen_device_that_is_missing_is_shown_as_such(button):
    button.show_microphones(CHOICES, "c")
    missing = entries(button)["c (not connected)"]
    assert (missing.isChecked(), missing.isEnabled()) == (True, False)
    button.show_recording(True)
    button.show_recording(False)
    assert not missing.isEnabled()
    assert button.toolTip() == "Microphone: c (not connected)"


def test_checking_is_asked_for_and_shown(button):
    asked: list[bool] = []
    button.check_requested.connect(asked.append)
    button.check.trigger()
    button.show_checking(False)
    button.check.trigger()
    assert asked == [True, True]
    button.show_checking(True)
    button.check.trigger()
    assert asked == [True, True, False]


def test_commands_of_the_window_stand_below(button):
    rescan = QAction("Rescan", button)
    button.add_commands([rescan])
    button.show_microphones(CHOICES, None)
    assert button.menu().actions()[-1] is rescan


def test_it_has_a_name(button):
    assert button.accessibleName() == "Microphone"
