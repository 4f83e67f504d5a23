from __future__ import annotations

import random

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.abx import AbxScore, AbxSound
from core.types import Variant
from ui.dialogs.abx import AbxDialog


@pytest.fixture
def dialog(qtbot):
    dialog = AbxDialog(Variant.ORIGINAL, Variant.EXPLANATION, random.Random(4))
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    dialog.events = []
    dialog.play_requested.connect(dialog.events.append)
    dialog.stop_requested.connect(lambda: dialog.events.append("stop"))
    return dialog


def checked(dialog: AbxDialog) -> list[AbxSound]:
    return [sound for sound, button in dialog.players.items() if button.isChecked()]


def press(dialog: AbxDialog, text: str) -> None:
    QTest.keyClick(dialog, text)


def shift(dialog: AbxDialog, text: str) -> None:
    QTest.keyClick(dialog, text, Qt.KeyboardModifier.ShiftModifier)


def test_buttons_wish_for_the_versions_behind_the_letters(dialog):
    for sound in (AbxSound.A, AbxSound.B, AbxSound.X):
        QTest.mouseClick(dialog.players[sound], Qt.MouseButton.LeftButton)
        assert checked(dialog) == [sound]
    assert dialog.events == [
        Variant.ORIGINAL, Variant.EXPLANATION, dialog.test.variant(AbxSound.X),
    ]  # fmt: skip


def test_keys_play_and_stop(dialog):
    press(dialog, "a")
    press(dialog, "b")
    press(dialog, "b")
    assert dialog.events == [Variant.ORIGINAL, Variant.EXPLANATION, "stop"]
    assert checked(dialog) == []
    press(dialog, " ")
    assert checked(dialog) == [AbxSound.X]
    press(dialog, " ")
    assert dialog.events[-1] == "stop"


def test_the_dialog_does_not_show_what_x_is(dialog):
    before = {name: button.text() for name, button in dialog.players.items()}
    for _ in range(6):
        press(dialog, "x")
        press(dialog, "x")
        assert {name: button.text() for name, button in dialog.players.items()} == before
        shift(dialog, "a")


def test_someone_who_hears_the_difference_is_told_so(dialog):
    for _ in range(10):
        is_a = dialog.test.variant(AbxSound.X) is Variant.ORIGINAL
        button = dialog.answers[AbxSound.A if is_a else AbxSound.B]
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert dialog.test.score == AbxScore(10, 10)
    assert dialog._score.text() == "10 of 10 right, p = 0.001"
    assert dialog._verdict.text() == "Guessing would hardly do as well: you hear it."


def test_someone_who_is_always_wrong_is_not(dialog):
    for _ in range(4):
        is_a = dialog.test.variant(AbxSound.X) is Variant.ORIGINAL
        shift(dialog, "b" if is_a else "a")
    assert dialog._score.text() == "0 of 4 right, p = 1.000"
    assert dialog._verdict.text() == "Guessing could do as well."


def test_an_answer_stops_the_sound_before_x_changes(dialog):
    press(dialog, "x")
    shift(dialog, "a")
    assert dialog.events[1:] == ["stop"]
    assert checked(dialog) == []


def test_other_versions_start_the_test_again(dialog):
    shift(dialog, "a")
    dialog.second.setFocus()
    QTest.keyClick(dialog.second, Qt.Key.Key_Down)
    assert dialog.second.currentText() == "Removed"
    assert dialog.test.score == AbxScore(0, 0)
    press(dialog, "b")
    assert dialog.events[-1] is Variant.REMOVED


def test_a_version_cannot_be_compared_with_itself(dialog):
    dialog.second.setCurrentIndex(dialog.second.findText("Original"))
    dialog.second.activated.emit(dialog.second.currentIndex())
    shift(dialog, "a")
    assert dialog.test.score == AbxScore(0, 0)
    assert not dialog.answers[AbxSound.A].isEnabled()
    assert dialog._verdict.text() == "A and B are the same version: choose two."


def test_closing_stops_the_sound_once(dialog):
    press(dialog, "a")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.events == [Variant.ORIGINAL, "stop"]
    assert not dialog.isVisible()


def test_a_sound_that_ended_by_itself_is_shown_as_ended(dialog):
    press(dialog, "a")
    dialog.show_stopped()
    assert checked(dialog) == []
    assert dialog.events == [Variant.ORIGINAL]


def test_enter_presses_only_the_button_with_the_keyboard(dialog):
    for combo in (dialog.first, dialog.second):
        combo.setFocus()
        QTest.keyClick(combo, Qt.Key.Key_Return)
    assert dialog.events == []
    assert dialog.test.score == AbxScore(0, 0)
    assert dialog.isVisible()
    QTest.keyClick(dialog.answers[AbxSound.A], Qt.Key.Key_Return)
    assert dialog.test.score.trials == 1
