"""The mouse in plots over time, with real events."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from tests.ui.views.sounds import NONE, color_at, drag, point_in, turn_wheel
from ui.theme import DARK, LIGHT, apply_theme
from ui.views.frequency_axis import FrequencyAxis
from ui.views.plot_canvas import PlotCanvas
from ui.views.plot_rows import LEFT_WIDTH, RIGHT_WIDTH, SHORTEST, link_ranges
from ui.views.time_plot import TimePlot
from ui.views.waveform_layers import LevelAxis

SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def canvas(qtbot):
    """Ten seconds: two plots of frequencies, which go together, and one of levels."""
    canvas = PlotCanvas()
    canvas.add_plot(TimePlot(FrequencyAxis(), zooms_values=True, group="frequencies"))
    canvas.add_plot(TimePlot(FrequencyAxis(), zooms_values=True, group="frequencies"), gap=2)
    canvas.add_plot(TimePlot(LevelAxis(), full_height=(-1.0, 1.0)))
    canvas.add_time_axis()
    canvas.show_seconds(10.0)
    canvas.resize(LEFT_WIDTH + 500 + RIGHT_WIDTH, 324)
    qtbot.addWidget(canvas)
    canvas.show()
    canvas.told = []
    canvas.position_chosen.connect(lambda seconds: canvas.told.append(("position", seconds)))
    canvas.selection_changed.connect(lambda stretch: canvas.told.append(("selection", stretch)))
    canvas.range_changed.connect(lambda *stretch: canvas.told.append(("range", stretch)))
    return canvas


def test_plots_stand_below_one_another_with_their_times_above_one_another(canvas):
    boxes = [plot.box.geometry() for plot in canvas.plots]
    assert [(box.left(), box.width()) for box in boxes] == [(LEFT_WIDTH, 500)] * 3
    assert [box.height() for box in boxes] == [99, 100, 99]
    assert boxes[2].top() == boxes[1].bottom() + 2


def test_the_wheel_zooms_time_in_all_plots_and_leaves_the_pointer_in_place(canvas):
    plot = canvas.plots[1]
    at = point_in(plot, 0.3, 0.5)
    turn_wheel(canvas, at, 2)
    assert {other.time_range for other in canvas.plots} == {plot.time_range}
    start, end = plot.time_range
    assert end - start == pytest.approx(10 / 1.25**2)
    assert start + 0.3 * (end - start) == pytest.approx(3.0)
    assert plot.value_range == (0.0, 1.0)
    assert canvas.told == [("range", (start, end))]


def test_zoom_stops_at_the_file_and_at_20_ms(canvas):
    at = point_in(canvas.plots[0], 0.5, 0.5)
    for _ in range(60):
        turn_wheel(canvas, at, 1)
    start, end = canvas.time_range
    assert end - start == pytest.approx(SHORTEST)
    told = len(canvas.told)
    turn_wheel(canvas, at, 1)
    assert len(canvas.told) == told  # nothing changed, nothing is said
    for _ in range(60):
        turn_wheel(canvas, point_in(canvas.plots[0], 0.9, 0.5), -1)
    assert canvas.time_range == (0.0, 10.0)


def test_shift_and_wheel_pans_up_to_the_ends(canvas):
    canvas.show_range(4.0, 5.0)
    at = point_in(canvas.plots[0], 0.5, 0.5)
    turn_wheel(canvas, at, -1, SHIFT)
    assert canvas.time_range == pytest.approx((4.12, 5.12))
    for _ in range(60):
        turn_wheel(canvas, at, 1, SHIFT)
    assert canvas.time_range == pytest.approx((0.0, 1.0))


def test_alt_and_wheel_zooms_frequencies_in_their_group_only(canvas):
    turn_wheel(canvas, point_in(canvas.plots[0], 0.5, 0.25), 3, ALT)
    low, high = canvas.plots[0].value_range
    assert high - low == pytest.approx(1 / 1.25**3)
    assert low + 0.75 * (high - low) == pytest.approx(0.75, abs=0.01)
    assert canvas.plots[1].value_range == (low, high)
    assert canvas.plots[2].value_range == (-1.0, 1.0)
    assert canvas.time_range == (0.0, 10.0)
    turn_wheel(canvas, point_in(canvas.plots[2], 0.5, 0.5), 3, ALT)  # levels do not zoom
    assert canvas.plots[2].value_range == (-1.0, 1.0)


def test_over_an_axis_the_wheel_zooms_that_axis(canvas):
    box = canvas.plots[0].box.geometry()
    turn_wheel(canvas, QPoint(10, round(box.center().y())), 1)
    assert canvas.plots[1].value_range == pytest.approx((0.1, 0.9), abs=0.005)
    assert canvas.time_range == (0.0, 10.0)
    turn_wheel(canvas, QPoint(LEFT_WIDTH + 250, canvas.height() - 5), 1)
    assert canvas.time_range == pytest.approx((1.0, 9.0))
    assert canvas.plots[1].value_range == pytest.approx((0.1, 0.9), abs=0.005)


def test_a_sideways_turn_pans(canvas):
    canvas.show_range(4.0, 5.0)
    at = point_in(canvas.plots[0], 0.5, 0.5)
    turn_wheel(canvas, at, -1, ALT)  # zooms values out, where there is nothing more
    assert canvas.time_range == (4.0, 5.0)


def test_a_drag_selects_in_either_direction_and_shows_it_everywhere(canvas):
    plot = canvas.plots[1]
    drag(canvas, point_in(plot, 0.6, 0.5), point_in(plot, 0.2, 0.9))
    (kind, selection), *rest = canvas.told
    assert (kind, rest) == ("selection", [])
    assert selection == pytest.approx((2.0, 6.0))
    assert {other.marks.selection for other in canvas.plots} == {selection}


def test_a_drag_over_the_edge_ends_at_what_is_seen(canvas):
    canvas.show_range(4.0, 6.0)
    drag(canvas, point_in(canvas.plots[0], 0.5, 0.5), QPoint(canvas.width() + 50, 40))
    assert canvas.told[-1] == ("selection", pytest.approx((5.0, 6.0)))


def test_the_edge_of_a_selection_can_be_taken_hold_of(canvas):
    plot = canvas.plots[0]
    canvas.show_selection((2.0, 6.0))
    begin = point_in(plot, 0.2, 0.5) + QPoint(3, 0)
    QTest.mouseMove(canvas.viewport(), begin)
    assert canvas.viewport().cursor().shape() == Qt.CursorShape.SizeHorCursor
    drag(canvas, begin, point_in(plot, 0.4, 0.5))
    assert canvas.told == [("selection", pytest.approx((4.0, 6.0)))]


def test_a_drag_that_comes_back_clears_the_selection(canvas):
    plot = canvas.plots[0]
    viewport, begin = canvas.viewport(), point_in(plot, 0.5, 0.5)
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, NONE, begin)
    QTest.mouseMove(viewport, begin + QPoint(40, 0))
    QTest.mouseMove(viewport, begin)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, NONE, begin)
    assert canvas.told == [("selection", None)]


def test_a_click_chooses_a_moment_and_selects_nothing(canvas):
    QTest.mouseClick(
        canvas.viewport(), Qt.MouseButton.LeftButton, NONE, point_in(canvas.plots[2], 0.25, 0.5)
    )
    assert canvas.told == [("position", pytest.approx(2.5))]
    assert canvas.plots[0].marks.selection is None


def test_a_hand_that_shakes_still_clicks(canvas):
    begin = point_in(canvas.plots[0], 0.25, 0.5)
    drag(canvas, begin, begin + QPoint(3, 2))
    assert [kind for kind, _ in canvas.told] == ["position"]


def test_a_middle_drag_pans_both_ways(canvas):
    canvas.show_range(4.0, 5.0)
    plot = canvas.plots[0]
    canvas.show_values(plot, 0.25, 0.75)
    drag(canvas, point_in(plot, 0.5, 0.5), point_in(plot, 0.7, 0.3), Qt.MouseButton.MiddleButton)
    assert canvas.time_range == pytest.approx((3.8, 4.8))
    low, high = plot.value_range
    assert (low, high) == pytest.approx((0.15, 0.65), abs=0.01)
    assert canvas.plots[1].value_range == (low, high)
    assert {kind for kind, _ in canvas.told} == {"range"}


def test_dragging_an_axis_pans_it_alone(canvas):
    canvas.show_range(4.0, 5.0)
    bottom = canvas.height() - 5
    drag(canvas, QPoint(LEFT_WIDTH + 250, bottom), QPoint(LEFT_WIDTH + 350, bottom - 60))
    assert canvas.time_range == pytest.approx((3.8, 4.8))
    assert canvas.plots[0].value_range == (0.0, 1.0)


def test_a_double_click_on_an_axis_shows_all_of_it(canvas):
    canvas.show_range(4.0, 5.0)
    canvas.show_values(canvas.plots[0], 0.25, 0.75)
    left = Qt.MouseButton.LeftButton
    middle = round(canvas.plots[1].box.geometry().center().y())
    QTest.mouseDClick(canvas.viewport(), left, NONE, QPoint(10, middle))
    assert canvas.plots[0].value_range == (0.0, 1.0)
    assert canvas.time_range == (4.0, 5.0)
    QTest.mouseDClick(canvas.viewport(), left, NONE, QPoint(LEFT_WIDTH + 250, canvas.height() - 5))
    assert canvas.time_range == (0.0, 10.0)


def test_there_is_no_menu_of_pyqtgraph(canvas):
    at = point_in(canvas.plots[0], 0.5, 0.5)
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.RightButton, NONE, at)
    reason = QContextMenuEvent.Reason.Mouse
    event = QContextMenuEvent(reason, at, canvas.mapToGlobal(at))
    QApplication.sendEvent(canvas.viewport(), event)
    assert not [w for w in QApplication.topLevelWidgets() if isinstance(w, QMenu)]
    assert canvas.told == []


def test_showing_says_nothing(canvas):
    canvas.show_range(1.0, 2.0)
    canvas.show_selection((1.0, 1.5))
    canvas.show_position(1.2)
    canvas.show_seconds(20.0)
    assert canvas.time_range == (0.0, 20.0)
    assert canvas.told == []


def test_what_is_zoomed_to_stays_while_the_length_stays(canvas):
    canvas.show_range(1.0, 2.0)
    canvas.show_seconds(10.0)
    assert canvas.time_range == (1.0, 2.0)


def test_a_range_beyond_the_clip_is_moved_inside(canvas):
    canvas.show_range(9.5, 10.5)
    assert canvas.time_range == pytest.approx((9.0, 10.0))
    canvas.show_range(5.0, 5.001)
    assert canvas.time_range == pytest.approx((4.9905, 5.0105))


def test_a_folded_plot_leaves_its_room_to_the_others(canvas):
    heights = [plot.size[1] for plot in canvas.plots]
    canvas.show_row(canvas.plots[1], False)
    assert [plot.size[1] for plot in (canvas.plots[0], canvas.plots[2])] == [150, 150]
    canvas.show_row(canvas.plots[1], True)
    assert [plot.size[1] for plot in canvas.plots] == heights


def test_colours_follow_the_theme(qapp, themes, canvas):
    corner = QPoint(canvas.width() - 5, 5)
    for name, theme in (("dark", DARK), ("light", LIGHT), ("dark", DARK)):
        apply_theme(qapp, name)
        assert color_at(canvas, corner) == theme.plot
        assert canvas.plots[0].axis.textPen().color().name() == theme.muted
        assert canvas.time_axis.textPen().color().name() == theme.muted


def test_linked_views_share_their_range(qtbot, canvas):
    other = PlotCanvas()
    qtbot.addWidget(other)
    other.add_plot(TimePlot(LevelAxis()))
    other.show_seconds(10.0)
    link_ranges(canvas, other)
    turn_wheel(canvas, point_in(canvas.plots[0], 0.5, 0.5), 1)
    assert other.time_range == canvas.time_range == pytest.approx((1.0, 9.0))


def test_the_playhead_is_where_it_should_be(canvas):
    canvas.show_position(2.5)
    x = LEFT_WIDTH + 125
    y = round(canvas.plots[0].box.geometry().center().y())
    beside = color_at(canvas, QPoint(x + 6, y))
    assert color_at(canvas, QPoint(x, y)) != beside
    canvas.show_position(5.0)
    assert color_at(canvas, QPoint(x, y)) == beside
    canvas.show_position(None)
    assert color_at(canvas, QPoint(LEFT_WIDTH + 250, y)) == beside
