"""The transport bar and every command of the Listen menu, by real keys and clicks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.session import SessionState
from core.types import AudioClip, Variant
from tests.results import made_up_result
from tests.ui.views.sounds import drag, point_in
from ui.wiring.listening import OF_A_CLIP

RATE = 16_000
START, END = 4.0, 5.0  # of the window that is explained
Key, Modifier = Qt.Key, Qt.KeyboardModifier


def noise(seconds: float, level: float, seed: int = 0) -> AudioClip:
    rng = np.random.default_rng(seed)
    return AudioClip(level * rng.uniform(-1, 1, (1, round(seconds * RATE))), RATE)


@pytest.fixture
def playback(behind):
    return behind.playback


@pytest.fixture
def clip(qtbot, behind, window) -> AudioClip:
    clip = noise(10.0, 0.2)
    behind.session.choose("a.wav")
    behind.session.set_clip(clip)
    return clip


@pytest.fixture
def explained(qtbot, behind, clip, drawn) -> SessionState:
    """One second of ten is explained, and its versions can be heard."""
    window = clip.samples[:, round(START * RATE) : round(END * RATE)]
    gains = dict(zip(Variant, (1.0, 0.5, 0.1, 0.75), strict=True))
    audio = {variant: AudioClip(gain * window, RATE) for variant, gain in gains.items()}
    behind.session.set_result(made_up_result(audio=audio, start=START, end=END))
    qtbot.waitUntil(lambda: set(behind.playback._player.variants) == set(Variant))
    return behind.session.state


@pytest.fixture
def drawn(qtbot, behind) -> Iterator[None]:
    """The pictures are drawn before the window closes."""
    yield
    qtbot.waitUntil(lambda: not any(runner.is_busy for runner in behind.runners), timeout=20_000)


def press(qtbot, window, key: Qt.Key, modifier: Qt.KeyboardModifier = Modifier.NoModifier) -> None:
    qtbot.keyClick(QApplication.focusWidget() or window, key, modifier)


def enabled(parts) -> set[Variant]:
    return {variant for variant, button in parts.transport.versions.items() if button.isEnabled()}


# ── what is not there is greyed, and says why ────────────────────────────────────────────────────


def test_without_a_clip_nothing_can_be_played(parts):
    assert not parts.transport.play.isEnabled()
    assert parts.transport.play.toolTip() == "No clip is open: open or record one."
    assert not parts.transport.loop.isEnabled()
    assert not parts.actions["play"].isEnabled()
    assert not parts.actions["loop_start"].isEnabled()


def test_a_clip_that_is_being_read_cannot_be_played_yet(behind, parts):
    behind.session.choose("a.wav")
    assert parts.transport.play.toolTip() == "The clip is being read."
    behind.session.choose(None)
    assert parts.transport.play.toolTip() == "No clip is open: open or record one."


def test_before_an_explanation_there_is_the_original_alone(behind, parts, clip, drawn):
    assert parts.transport.play.isEnabled()
    assert enabled(parts) == {Variant.ORIGINAL}
    reason = "Nothing has been explained yet."
    assert parts.transport.versions[Variant.REMOVED].toolTip() == reason
    assert (parts.transport.abx.isEnabled(), parts.transport.abx.toolTip()) == (False, reason)
    for action_id in ("explanation", "removed", "reconstruction", "abx"):
        assert not parts.actions[action_id].isEnabled()


def test_after_an_explanation_everything_is_there(parts, explained):
    assert enabled(parts) == set(Variant)
    assert parts.transport.abx.isEnabled()
    for action_id in (*OF_A_CLIP, *(variant.value for variant in Variant), "level_match", "abx"):
        assert parts.actions[action_id].isEnabled(), action_id
    assert not parts.actions["loop_selection"].isEnabled()


def test_a_version_that_is_gone_is_shown_as_the_original_and_comes_back(
    qtbot, behind, window, parts, explained
):
    press(qtbot, window, Key.Key_2)
    behind.session.set_result(None)
    assert parts.transport.versions[Variant.ORIGINAL].isChecked()
    behind.session.set_result(explained.result)
    assert parts.transport.versions[Variant.EXPLANATION].isChecked()
    assert parts.actions["explanation"].isChecked()


def test_while_a_take_is_recorded_nothing_is_played(playback, parts, explained):
    playback.block("A take is being recorded.")
    assert parts.transport.play.toolTip() == "A take is being recorded."
    assert not parts.transport.abx.isEnabled()
    playback.block(None)
    assert parts.transport.play.isEnabled()
    assert parts.transport.abx.isEnabled()


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────


def test_space_plays_and_stops_where_listening_began_and_p_holds(
    qtbot, window, parts, playback, explained
):
    playback.seek(2.0)
    press(qtbot, window, Key.Key_Space)
    assert playback.is_playing
    assert parts.transport.play.accessibleName() == "Stop"
    qtbot.waitUntil(lambda: playback._player.device is not None)
    stream = playback._devices._backend.stream
    stream.pull(48_000)
    press(qtbot, window, Key.Key_P)
    assert not playback.is_playing
    assert playback.position == pytest.approx(3.0, abs=0.01)
    press(qtbot, window, Key.Key_P)
    assert playback.is_playing
    press(qtbot, window, Key.Key_Space)
    assert not playback.is_playing
    assert playback.position == pytest.approx(3.0, abs=0.01)  # where P went on


def test_keys_move_the_playhead(qtbot, window, parts, playback, explained):
    shift = Modifier.ShiftModifier
    for key, modifier, place in (
        (Key.Key_End, Modifier.NoModifier, 10.0),
        (Key.Key_Left, Modifier.NoModifier, 9.9),
        (Key.Key_Left, shift, 8.9),
        (Key.Key_Right, Modifier.NoModifier, 9.0),
        (Key.Key_Right, shift, 10.0),
        (Key.Key_Home, Modifier.NoModifier, 0.0),
        (Key.Key_Left, shift, 0.0),
    ):
        press(qtbot, window, key, modifier)
        assert playback.position == pytest.approx(place, abs=1e-3)
        assert parts.spectrogram.canvas.plots[0].marks.position == playback.position


def test_keys_one_to_four_switch_sound_and_picture(qtbot, behind, window, parts, explained):
    for key, variant in (
        (Key.Key_2, Variant.EXPLANATION),
        (Key.Key_3, Variant.REMOVED),
        (Key.Key_4, Variant.RECONSTRUCTION),
        (Key.Key_1, Variant.ORIGINAL),
    ):
        press(qtbot, window, key)
        assert behind.session.state.active is variant
        assert behind.playback._player.active is variant
        assert parts.transport.versions[variant].isChecked()
        assert parts.actions[variant.value].isChecked()


def test_l_loops_and_shift_l_the_selection(qtbot, behind, window, parts, explained):
    def loop():
        assert parts.transport.loop.isChecked() is parts.actions["loop"].isChecked()
        assert parts.spectrogram.canvas.plots[0].marks.loop == behind.session.state.loop
        assert parts.waveform.plot.marks.loop == behind.session.state.loop
        assert (behind.playback._player.loop is None) is (behind.session.state.loop is None)
        return behind.session.state.loop

    press(qtbot, window, Key.Key_L)
    assert loop() == (0.0, 10.0)
    press(qtbot, window, Key.Key_L)
    assert loop() is None
    assert not parts.actions["loop_selection"].isEnabled()
    canvas = parts.spectrogram.canvas
    plot = canvas.shown_plots[0]
    drag(canvas, point_in(plot, 0.2, 0.5), point_in(plot, 0.4, 0.5))
    press(qtbot, window, Key.Key_L, Modifier.ShiftModifier)
    assert loop() == pytest.approx((2.0, 4.0), abs=0.1)
    drag(canvas, point_in(plot, 0.6, 0.5), point_in(plot, 0.8, 0.5))
    assert loop() == pytest.approx((6.0, 8.0), abs=0.1)  # follows the selection
    qtbot.mouseClick(parts.transport.loop, Qt.MouseButton.LeftButton)
    assert loop() is None


def test_brackets_put_the_ends_of_the_loop_at_the_playhead(
    qtbot, behind, window, playback, explained
):
    playback.seek(3.0)
    press(qtbot, window, Key.Key_BracketLeft)
    playback.seek(6.0)
    press(qtbot, window, Key.Key_BracketRight)
    assert behind.session.state.loop == pytest.approx((3.0, 6.0), abs=1e-3)
    assert playback.position == pytest.approx(3.0, abs=1e-3)  # 6 s is outside it


def test_m_matches_levels_and_that_is_remembered(qtbot, behind, window, parts, explained):
    press(qtbot, window, Key.Key_2)
    assert parts.transport.level_match.text() == "matched +20.0\N{NO-BREAK SPACE}dB"
    press(qtbot, window, Key.Key_M)
    assert parts.transport.level_match.text() == "not matched"
    assert not parts.transport.level_match.isChecked()
    assert not behind.settings.settings.level_match
    qtbot.mouseClick(parts.transport.level_match, Qt.MouseButton.LeftButton)
    assert parts.actions["level_match"].isChecked()
    assert behind.settings.settings.level_match


def test_level_match_is_as_it_was_left(qtbot, store, window, behind, parts):
    assert parts.actions["level_match"].isChecked()
    store.change(level_match=False)
    assert not parts.actions["level_match"].isChecked()
    assert parts.transport.level_match.text() == "not matched"


def test_a_click_while_it_plays_keeps_playing(qtbot, window, parts, playback, explained):
    press(qtbot, window, Key.Key_Space)
    canvas = parts.spectrogram.canvas
    place = point_in(canvas.shown_plots[0], 0.7, 0.5)
    qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert playback.is_playing
    assert playback.position == pytest.approx(7.0, abs=0.1)
    press(qtbot, window, Key.Key_Space)


def test_the_bar_shows_position_and_length_of_the_whole_clip(playback, parts, explained):
    playback.seek(4.5)
    assert parts.transport._clock.text() == "0:04.50 / 0:10.00"
