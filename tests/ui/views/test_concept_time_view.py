"""Concepts over time as rows of cells."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from core.types import Variant
from tests.ui.views.sounds import NONE, color_at, pixels, point_in
from ui.theme import DARK, LIGHT, apply_theme
from ui.views.color_maps import picture
from ui.views.concept_rows import ConceptTimes, columns_of
from ui.views.concept_time_view import MOST_ROWS, ConceptTimeView

WORDS = ("speech", "rain", "dog")


def times_of(weights, words=WORDS, *, hop=0.5, seconds=4.0, own=(), variant=Variant.ORIGINAL):
    cells = np.array(weights, np.float32)
    peaks = tuple(map(int, cells.argmax(axis=0)))
    return ConceptTimes(words, cells, peaks, frozenset(own), hop, 2 * hop, seconds, variant)


# A column each concept: speech early, rain late, a dog at once.
SOUND = np.zeros((8, 3))
SOUND[:4, 0] = 0.4
SOUND[4:, 1] = 0.2
SOUND[6, 2] = 0.1


@pytest.fixture
def view(qtbot, qapp, themes):
    apply_theme(qapp, "light")
    view = ConceptTimeView()
    qtbot.addWidget(view)
    view.resize(660, 200)
    view.show()
    view.show_seconds(4.0)
    view.show_times(times_of(SOUND))
    return view


def place(view, row, seconds):
    """A point of the canvas."""
    y = (row + 0.5) * view.heat.row_height / view.plot.size[1]
    return point_in(view.plot, seconds / view.canvas.seconds, y)


def distance(view, row, seconds, theme):
    """How far a cell's colour is from the plot's ground, 0…1 of the way to the version's."""
    x = place(view, row, seconds)
    shown = pixels(view.canvas)[x.y(), x.x()]
    ground, own = (
        np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)], float)
        for color in (theme.plot, theme.variants[Variant.ORIGINAL])
    )
    return float((shown - ground) @ (own - ground) / ((own - ground) @ (own - ground)))


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_more_there_is_the_stronger_the_colour(view, qapp, theme):
    apply_theme(qapp, theme.name)
    full, half, none = (
        distance(view, row, seconds, theme) for row, seconds in ((0, 1.7), (1, 3.7), (0, 3.7))
    )
    assert full > 0.9
    assert 0.4 < half < 0.7
    assert none < 0.2
    (bar,) = view.legend.bars
    own = theme.variants[Variant.ORIGINAL]
    assert picture(np.array([[255]], np.uint8), bar.table).pixelColor(0, 0).name() == own
    assert [text for _, text in bar.ticks] == [".40", ".00", ".20"]


def test_rows_stand_in_the_order_of_their_strength(view):
    assert view.rows == WORDS
    assert view.canvas.accessibleDescription() == view.text_twin
    assert "Original, 8 windows of 1.00" in view.text_twin
    assert "“dog” is strongest at 0:02.75–0:03.75 with .10." in view.text_twin


def test_hovering_reads_concept_time_and_weight(view):
    point = place(view, 1, 3.1)
    QTest.mouseMove(view.canvas.viewport(), point)
    assert view._cursor.text().startswith("rain · 0:03.")
    assert view._cursor.text().endswith(" · .20")
    event = QHelpEvent(QEvent.Type.ToolTip, point, view.canvas.mapToGlobal(point))
    QApplication.sendEvent(view.canvas.viewport(), event)
    assert QToolTip.text() == view._cursor.text()
    QToolTip.hideText()
    QTest.mouseMove(view.canvas.viewport(), place(view, 0, 1.0))
    assert view._cursor.text().startswith("speech")


def test_a_click_on_a_cell_goes_to_its_moment_and_chooses_its_concept(qtbot, view):
    with (
        qtbot.waitSignal(view.word_chosen) as chosen,
        qtbot.waitSignal(view.position_chosen) as moved,
    ):
        QTest.mouseClick(
            view.canvas.viewport(), Qt.MouseButton.LeftButton, NONE, place(view, 2, 3.0)
        )
    assert chosen.args == ["dog"]
    assert moved.args[0] == pytest.approx(3.0, abs=0.02)


def test_a_click_on_a_name_plays_it(qtbot, view):
    point = QPoint(20, place(view, 1, 0.0).y())
    with (
        qtbot.assertNotEmitted(view.position_chosen),
        qtbot.waitSignal(view.word_chosen) as chosen,
        qtbot.waitSignal(view.play_requested) as played,
    ):
        QTest.mouseClick(view.canvas.viewport(), Qt.MouseButton.LeftButton, NONE, point)
    assert chosen.args == played.args == ["rain"]


def test_beside_the_rows_there_is_nothing_to_hear(qtbot, view):
    view.show_times(times_of(SOUND[:, :1], WORDS[:1]))
    below = QPoint(20, place(view, 0, 0.0).y() + 60)
    with qtbot.assertNotEmitted(view.play_requested):
        QTest.mouseClick(view.canvas.viewport(), Qt.MouseButton.LeftButton, NONE, below)


def test_a_drag_selects_as_in_every_view(qtbot, view):
    viewport = view.canvas.viewport()
    with qtbot.waitSignal(view.selection_changed) as told:
        QTest.mousePress(viewport, Qt.MouseButton.LeftButton, NONE, place(view, 0, 1.0))
        QTest.mouseMove(viewport, place(view, 0, 1.5))
        QTest.mouseMove(viewport, place(view, 0, 2.0))
        QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, NONE, place(view, 0, 2.0))
    assert told.args[0] == pytest.approx((1.0, 2.0), abs=0.02)


def test_there_are_as_many_rows_as_there_is_room_for(qtbot, view):
    words = tuple(f"word {number}" for number in range(30))
    weights = np.linspace(0.9, 0.1, 30)[None].repeat(8, axis=0)
    view.show_times(times_of(weights, words))
    few = len(view.rows)
    assert 4 <= few < MOST_ROWS
    view.resize(660, 500)
    qtbot.waitUntil(lambda: len(view.rows) == MOST_ROWS)
    assert view.rows == words[:MOST_ROWS]


def test_own_words_and_the_chosen_one_are_always_among_the_rows(view):
    words = tuple(f"word {number}" for number in range(30))
    weights = np.linspace(0.9, 0.1, 30)[None].repeat(8, axis=0)
    view.show_times(times_of(weights, words, own=("word 25",)))
    count = len(view.rows)
    assert view.rows[-1] == "word 25"
    view.show_chosen("word 28")
    assert view.rows[-2:] == ("word 25", "word 28")
    assert len(view.rows) == count
    view.show_chosen("no such word")
    assert view.rows[0] == "word 0"


def test_a_short_peak_of_an_hour_is_still_seen():
    cells = np.zeros((1, 3_600), np.float32)
    cells[0, 1_234] = 0.5
    shown = columns_of(cells, 1.0, 0.0, 3_600.0, 500)
    assert shown.shape == (1, 500)
    assert np.flatnonzero(shown[0]).tolist() == [1_234 * 500 // 3_600]
    zoomed = columns_of(cells, 1.0, 1_234.0, 1_236.0, 500)
    assert np.flatnonzero(zoomed[0]).tolist() == list(range(250))
    assert columns_of(cells, 1.0, 4_000.0, 4_010.0, 500) is None


def test_what_has_not_been_heard_yet_is_empty(view):
    view.show_times(times_of(SOUND[:4]))
    assert distance(view, 0, 1.7, LIGHT) > 0.9
    assert distance(view, 0, 3.0, LIGHT) < 0.02
    assert "4 windows" in view.text_twin


def test_without_anything_it_says_why(view):
    view.show_times(None, "The tower is missing.")
    assert view.rows == ()
    assert view.text_twin == "The tower is missing."
    view.show_times(None)
    assert "0 windows" in view.text_twin
    assert not view.canvas.grab().isNull()


def test_the_version_is_named_and_colours_it(view):
    view.show_times(times_of(SOUND, variant=Variant.REMOVED))
    assert view.text_twin.startswith("Removed")
    assert color_at(view.canvas, place(view, 0, 1.7)) == LIGHT.variants[Variant.REMOVED]
