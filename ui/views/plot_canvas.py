"""What the mouse does in plots over time.

Wheel: zoom time at the pointer. Shift+wheel: pan. Alt+wheel: zoom values (frequencies) at the
pointer. Over an axis: that axis. Drag: select. Middle drag: pan. Click: choose a moment. Double
click on an axis: show all of it.

The mouse is handled here and never reaches pyqtgraph's scene: no context menu, no hidden modes, and
errors are not swallowed on the way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from ui.views.plot_rows import PlotRows
from ui.views.time_plot import TimePlot

STEP = 1.25  # zoom of one notch of the wheel
NOTCH = 120.0  # Qt's eighths of a degree
PAN_SHARE = 0.12  # of the view, one notch
DRAG_PIXELS = 4
GRIP_PIXELS = 4  # how near the edge of a selection is taken hold of


class Pointer(NamedTuple):
    """Where the mouse is: over which plot, at which moment and value."""

    plot: TimePlot
    seconds: float
    value: float


class _Place(NamedTuple):
    """part: "box", "axis" (of the values), "time" (axis)."""

    part: str
    plot: TimePlot
    point: QPointF  # in the plot's box


@dataclass(frozen=True, slots=True)
class _Drag:
    """A pressed button. anchor: the moment from which a selection is drawn.

    time_range, value_range: as they were when it began, for panning.
    """

    button: Qt.MouseButton
    place: _Place
    begin: QPointF
    anchor: float
    time_range: tuple[float, float]
    value_range: tuple[float, float]
    moving: bool = False


class PlotCanvas(PlotRows):
    """Signals: position_chosen(seconds); selection_changed((start, end) or None), when a drag
    ends, or, where nothing can be selected, dragged_to(seconds) all along; pointer_moved(Pointer or
    None); and those of `PlotRows`.
    """

    position_chosen = Signal(float)
    selection_changed = Signal(object)
    dragged_to = Signal(float)
    pointer_moved = Signal(object)

    def __init__(
        self, parent: QWidget | None = None, *, zooms: bool = True, selects: bool = True
    ) -> None:
        """zooms, selects: whether the mouse can."""
        super().__init__(parent)
        self._zooms = zooms
        self._selects = selects
        self._drag: _Drag | None = None
        self.viewport().setMouseTracking(True)

    def seconds_under(self, point: QPoint) -> float | None:
        """The moment at a point of the screen, within what there is; None beside the plots."""
        place = self._place(QPointF(self.mapFromGlobal(point)))
        if place is None or place.part == "axis":
            return None
        return min(max(place.plot.seconds_at(place.point.x()), 0.0), self.seconds)

    def wheelEvent(self, event: QWheelEvent) -> None:
        place = self._place(event.position())
        turned = event.angleDelta()
        sideways = abs(turned.x()) > abs(turned.y())
        notches = (turned.x() if sideways else turned.y()) / NOTCH
        if place is None or not self._zooms or not notches:
            event.ignore()
            return
        event.accept()
        held = event.modifiers()
        alt = bool(held & Qt.KeyboardModifier.AltModifier)
        start, end = place.plot.time_range
        if place.part == "axis" or (place.part == "box" and alt):
            if place.plot.zooms_values:
                value = place.plot.value_at(place.point.y())
                self.zoom_values(place.plot, STEP**-notches, value)
        elif held & Qt.KeyboardModifier.ShiftModifier or (sideways and not alt):
            self.pan(-notches * PAN_SHARE * (end - start))
        else:
            self.zoom(STEP**-notches, place.plot.seconds_at(place.point.x()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        place = self._place(event.position())
        buttons = (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton)
        if place is None or self._drag is not None or event.button() not in buttons:
            return
        self._drag = _Drag(
            event.button(),
            place,
            event.position(),
            self._anchor(place),
            place.plot.time_range,
            place.plot.value_range,
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.accept()
        self._tell_pointer(event.position())
        drag = self._drag
        if drag is None:
            self._show_grip(event.position())
            return
        if not drag.moving:
            way = event.position() - drag.begin
            if max(abs(way.x()), abs(way.y())) < DRAG_PIXELS:
                return
            drag = self._drag = replace(drag, moving=True)
        if drag.button == Qt.MouseButton.LeftButton and drag.place.part == "box":
            if self._selects:
                self.show_selection(self._dragged(drag, event.position()))
            else:
                self.dragged_to.emit(self._moment(drag.place.plot, event.position()))
        elif self._zooms:
            self._pan_along(drag, event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()
        drag = self._drag
        if drag is None or event.button() != drag.button:
            return
        self._drag = None
        if drag.button != Qt.MouseButton.LeftButton or drag.place.part == "axis":
            return
        if not drag.moving:
            self.position_chosen.emit(self._moment(drag.place.plot, drag.begin))
        elif drag.place.part == "box" and self._selects:
            start, end = self._dragged(drag, event.position())
            selection = (start, end) if start < end else None
            self.show_selection(selection)
            self.selection_changed.emit(selection)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
        place = self._place(event.position())
        if place is None or event.button() != Qt.MouseButton.LeftButton or not self._zooms:
            return
        if place.part == "time":
            self.move_to(0.0, self.seconds)
        elif place.part == "axis":
            self.show_values(place.plot, *place.plot.full_height)

    def leaveEvent(self, event: QEvent) -> None:
        self.pointer_moved.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()  # keys belong to the window; pyqtgraph would give them to the scene

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def _place(self, point: QPointF) -> _Place | None:
        scene = self.mapToScene(point.toPoint())
        for plot in self.shown_plots:
            box = plot.box.geometry()
            if box.contains(scene):
                return _Place("box", plot, plot.box.mapFromScene(scene))
            if box.top() <= scene.y() < box.bottom() and scene.x() < box.left():
                return _Place("axis", plot, plot.box.mapFromScene(scene))
        if self.time_axis is not None and self.time_axis.geometry().contains(scene):
            plot = self.shown_plots[0]
            return _Place("time", plot, plot.box.mapFromScene(scene))
        return None

    def _moment(self, plot: TimePlot, point: QPointF) -> float:
        """Seconds under a point of this widget, within what is seen and what there is."""
        start, end = plot.time_range
        seconds = plot.seconds_at(plot.box.mapFromScene(self.mapToScene(point.toPoint())).x())
        return min(max(seconds, start), end)

    def _anchor(self, place: _Place) -> float:
        """Where a selection is drawn from: the other edge, when one edge is taken hold of."""
        grip = self._grip(place)
        if grip is not None and place.plot.marks.selection is not None:
            start, end = place.plot.marks.selection
            return end if grip == start else start
        return min(max(place.plot.seconds_at(place.point.x()), 0.0), self.seconds)

    def _grip(self, place: _Place) -> float | None:
        """The edge of the selection under the pointer."""
        selection = place.plot.marks.selection
        if selection is None or place.part != "box" or not self._selects:
            return None
        near = min(selection, key=lambda edge: abs(place.plot.x_of(edge) - place.point.x()))
        return near if abs(place.plot.x_of(near) - place.point.x()) <= GRIP_PIXELS else None

    def _show_grip(self, point: QPointF) -> None:
        place = self._place(point)
        gripped = place is not None and self._grip(place) is not None
        shape = Qt.CursorShape.SizeHorCursor if gripped else Qt.CursorShape.ArrowCursor
        if self.viewport().cursor().shape() != shape:
            self.viewport().setCursor(shape)

    def _dragged(self, drag: _Drag, point: QPointF) -> tuple[float, float]:
        start, end = sorted((drag.anchor, self._moment(drag.place.plot, point)))
        return start, end

    def _pan_along(self, drag: _Drag, point: QPointF) -> None:
        plot, way = drag.place.plot, point - drag.begin
        width, height = plot.size
        if drag.place.part != "axis":
            start, end = drag.time_range
            seconds = way.x() / max(width, 1.0) * (end - start)
            self.move_to(start - seconds, end - seconds)
        if drag.place.part != "time" and plot.zooms_values:
            low, high = drag.value_range
            values = way.y() / max(height, 1.0) * (high - low)
            self.show_values(plot, low + values, high + values)

    def _tell_pointer(self, point: QPointF) -> None:
        place = self._place(point)
        if place is None or place.part != "box":
            self.pointer_moved.emit(None)
            return
        x, y = place.point.x(), place.point.y()
        self.pointer_moved.emit(
            Pointer(place.plot, place.plot.seconds_at(x), place.plot.value_at(y))
        )
