"""Mouse, keys and words of the spectrogram view."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.types import Variant
from tests.ui.views.sounds import NONE, drag, point_in, turn_wheel
from ui.views.spectrogram_header import Overlay, SpectrogramLayout


def test_the_cursor_reads_hz_seconds_db_and_relevance(tones):
    tones.show_relevance(np.array([0.1, -0.25]), 0.0, 1.0)
    texts = []
    tones.cursor_moved.connect(texts.append)
    place = float(tones.keeper.scale.place(500.0))
    at = point_in(tones.canvas.main, 0.75, 1.0 - place)
    QTest.mouseMove(tones.canvas.viewport(), at)
    seconds, hertz, level, relevance = texts[-1].split(" · ")
    assert seconds in ("0:00.749", "0:00.750")  # the pixel nearest to the moment
    assert float(hertz.removesuffix("\N{NO-BREAK SPACE}Hz")) == pytest.approx(500, abs=8)
    assert level == "0.0\N{NO-BREAK SPACE}dB"
    assert relevance == "relevance −0.2500"
    assert tones.canvas.main.readout.text == texts[-1]
    QTest.mouseMove(tones.canvas.viewport(), QPoint(5, 100))
    assert texts[-1] == ""


def test_the_cursor_reads_the_difference(tones):
    tones.show_layout(SpectrogramLayout.DIFFERENCE)
    texts = []
    tones.cursor_moved.connect(texts.append)
    place = float(tones.keeper.scale.place(500.0))
    QTest.mouseMove(tones.canvas.viewport(), point_in(tones.canvas.main, 0.5, 1.0 - place))
    assert texts[-1].split(" · ")[2] == "−80.0\N{NO-BREAK SPACE}dB"


def test_mouse_events_become_signals(tones):
    plot = tones.canvas.main
    QTest.mouseClick(
        tones.canvas.viewport(), Qt.MouseButton.LeftButton, NONE, point_in(plot, 0.25, 0.5)
    )
    drag(tones.canvas, point_in(plot, 0.5, 0.5), point_in(plot, 0.75, 0.5))
    turn_wheel(tones.canvas, point_in(plot, 0.5, 0.5), 1)
    kinds = [kind for kind, _ in tones.told]
    assert kinds == ["position", "selection", "range"]
    assert tones.told[0][1] == pytest.approx(0.25, abs=0.002)
    assert tones.told[1][1] == pytest.approx((0.5, 0.75), abs=0.002)
    assert "Selected: 0:00.50–0:00.7" in tones.text_twin


def test_showing_says_nothing(tones):
    tones.show_layout(SpectrogramLayout.DIFFERENCE)
    tones.show_difference(Variant.REMOVED, Variant.ORIGINAL)
    tones.show_scale("log")
    tones.show_overlay(Overlay.RELEVANCE)
    tones.show_colors("grey")
    tones.show_range(0.2, 0.4)
    tones.show_position(0.3)
    tones.show_selection(0.1, 0.2)
    tones.show_active(Variant.REMOVED)
    assert tones.told == []


def test_what_is_chosen_above_the_picture_is_shown_and_told(qtbot, tones):
    header = tones.header
    qtbot.mouseClick(header.layout_button(SpectrogramLayout.DIFFERENCE), Qt.MouseButton.LeftButton)
    assert header.subtrahend.isVisible()
    header.subtrahend.setFocus()
    qtbot.keyClick(header.subtrahend, Qt.Key.Key_Down)
    qtbot.keyClick(header.scale, Qt.Key.Key_Down)
    qtbot.keyClick(header.overlay, Qt.Key.Key_Down)
    assert tones.told == [
        ("layout", SpectrogramLayout.DIFFERENCE),
        ("pair", (Variant.EXPLANATION, Variant.EXPLANATION)),
        ("scale", "linear"),
        ("overlay", Overlay.RELEVANCE),
    ]
    assert tones.layout_kind is SpectrogramLayout.DIFFERENCE
    assert tones.keeper.scale.kind == "linear"


def test_zooming_by_command_goes_to_the_playhead(tones):
    tones.show_position(0.25)
    tones.zoom_in()
    assert tones.canvas.time_range == pytest.approx((0.125, 0.625))
    tones.zoom_out()
    assert tones.canvas.time_range == pytest.approx((0.0, 1.0))
    tones.show_selection(0.3, 0.6)
    tones.zoom_to_selection()
    assert tones.canvas.time_range == pytest.approx((0.3, 0.6))
    tones.zoom_to_fit()
    assert tones.canvas.time_range == (0.0, 1.0)
    assert [kind for kind, _ in tones.told] == ["range"] * 4


def test_the_page_turns_when_the_playhead_runs_out_of_view(tones):
    tones.show_range(0.0, 0.4)
    tones.show_position(0.39, follow=True)
    assert tones.canvas.time_range == (0.0, 0.4)
    tones.show_position(0.41, follow=True)
    start, end = tones.canvas.time_range
    assert (start, end) == pytest.approx((0.39, 0.79))
    assert tones.told == [("range", (start, end))]
    tones.show_position(0.1)  # looked at something else meanwhile: nothing follows
    assert tones.canvas.time_range == (start, end)


def test_our_own_menu_is_asked_for(tones):
    asked = []
    tones.menu_requested.connect(asked.append)
    at = point_in(tones.canvas.main, 0.5, 0.5)
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, at, tones.canvas.viewport().mapToGlobal(at)
    )
    QApplication.sendEvent(tones.canvas.viewport(), event)
    assert asked == [tones.canvas.viewport().mapToGlobal(at)]


def test_the_picture_has_a_twin_in_words(qtbot, tones):
    def described(text):
        """Once the view has come to rest."""
        qtbot.waitUntil(lambda: text in tones.canvas.accessibleDescription())

    assert tones.text_twin == (
        "Spectrogram of version Original, 0:00.00–0:01.00, 0–8,000\N{NO-BREAK SPACE}Hz. "
        "Loudest at 0:00.00, 500\N{NO-BREAK SPACE}Hz."
    ) or tones.text_twin.startswith("Spectrogram of version Original, 0:00.00–0:01.00, 0–8,000")
    described(tones.text_twin)
    assert tones.canvas.accessibleName() == "Spectrogram"
    tones.show_layout(SpectrogramLayout.DIFFERENCE)
    described("the difference Explanation − Original")
    tones.show_spectrograms({})
    described("No spectrogram: no sound is open.")


def test_every_control_has_a_name(view):
    header = view.header
    controls = [header.minuend, header.subtrahend, header.overlay, header.scale]
    controls += [header.layout_button(layout) for layout in SpectrogramLayout]
    assert all(control.accessibleName() for control in controls)
