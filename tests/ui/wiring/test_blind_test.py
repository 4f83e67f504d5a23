"""The blind test in the window: it plays, and nothing tells which version it is."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.abx import AbxSound
from core.types import Variant
from tests.fake_audio import SPEAKER
from tests.ui.wiring.test_listening import clip, drawn, explained  # noqa: F401 – fixtures
from ui.wiring.blind_test import BlindTest


@pytest.fixture
def wiring(window) -> BlindTest:
    return next(wiring for wiring in window.wirings if isinstance(wiring, BlindTest))


@pytest.fixture
def dialog(qtbot, window, wiring, explained):  # noqa: F811
    qtbot.keyClick(window, Qt.Key.Key_X)
    dialog = wiring.dialog
    qtbot.waitUntil(dialog.isActiveWindow)
    yield dialog
    if wiring.dialog is not None:
        dialog.close()


def press(dialog, text: str) -> None:
    QTest.keyClick(dialog, text)


def pixels(widget) -> np.ndarray:
    image = widget.grab().toImage()
    rows = np.frombuffer(image.constBits(), np.uint8)
    return rows.reshape(image.height(), -1).copy()


def test_the_button_opens_it_too_and_only_once(qtbot, window, parts, wiring, explained):  # noqa: F811
    qtbot.mouseClick(parts.transport.abx, Qt.MouseButton.LeftButton)
    dialog = wiring.dialog
    parts.actions["abx"].trigger()
    assert wiring.dialog is dialog
    assert dialog.pair == (Variant.ORIGINAL, Variant.EXPLANATION)
    dialog.close()
    assert wiring.dialog is None


def test_the_version_that_is_shown_is_compared_with_the_original(
    qtbot, behind, window, wiring, explained  # noqa: F811
):  # fmt: skip
    behind.session.set_active(Variant.REMOVED)
    qtbot.keyClick(window, Qt.Key.Key_X)
    assert wiring.dialog.pair == (Variant.ORIGINAL, Variant.REMOVED)
    wiring.dialog.close()


def test_letters_play_what_is_behind_them(behind, dialog):
    player = behind.playback._player
    for letter in "abxxba":
        press(dialog, letter)
        sound = AbxSound(letter.upper())
        if dialog.players[sound].isChecked():
            assert player.active is dialog.test.variant(sound)
            assert player.playing
        else:
            assert not player.playing  # x, pressed again


def test_the_window_looks_the_same_whatever_is_heard(qtbot, behind, window, parts, dialog):
    looks = []
    for letter in "ab":
        press(dialog, letter)
        behind.playback.seek(4.5)
        QApplication.processEvents()
        views = (parts.transport, parts.spectrogram, parts.waveform, parts.status)
        looks.append([pixels(view) for view in views])
        press(dialog, letter)
    for first, second in zip(*looks, strict=True):
        np.testing.assert_array_equal(first, second)
    assert behind.session.state.active is Variant.ORIGINAL


def test_the_dialog_says_what_is_heard(dialog):
    assert dialog._stretch.text().startswith("0:04.00–0:05.00 is heard again and again")


def test_answers_are_counted_and_told(behind, dialog):
    for _ in range(5):
        press(dialog, "x")
        is_a = dialog.test.variant(AbxSound.X) is Variant.ORIGINAL
        QTest.keyClick(dialog, "a" if is_a else "b", Qt.KeyboardModifier.ShiftModifier)
        assert not behind.playback.is_playing
    assert dialog._score.text() == "5 of 5 right, p = 0.031"


def test_a_sound_that_stops_elsewhere_is_shown_as_stopped(behind, dialog):
    press(dialog, "a")
    behind.playback.stop()
    assert not dialog.players[AbxSound.A].isChecked()


def test_a_sound_that_does_not_begin_is_shown_as_stopped(qtbot, behind, dialog):
    backend = behind.playback._devices._backend
    backend.unplug(SPEAKER)
    press(dialog, "b")
    with qtbot.waitSignal(behind.notices.posted):
        pass  # it is looked for, in vain
    assert not dialog.players[AbxSound.B].isChecked()


def test_afterwards_everything_is_as_before(behind, dialog, wiring):
    before = behind.playback.position
    press(dialog, "b")
    behind.playback.seek(before + 0.5)
    dialog.reject()
    assert wiring.dialog is None
    assert not behind.playback.is_playing
    assert behind.playback.position == before
    assert behind.playback._player.active is Variant.ORIGINAL
