"""Plots below one another over one shared time axis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from PySide6.QtCore import QEvent, QRectF, Qt, Signal, SignalInstance
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.plotting import pg
from ui.theme import current_theme
from ui.views.time_axis import TimeAxis
from ui.views.time_plot import TimePlot, style_axis

LEFT_WIDTH = 52  # of the axes; one for all views, so that their times stand above one another
RIGHT_WIDTH = 62  # for legends, likewise
TIME_HEIGHT = 24
SHORTEST = 0.02  # seconds that can be shown
KEYBOARD = {
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
}
NARROWEST = 0.02  # share of the values that can be shown


@dataclass(frozen=True, slots=True)
class _Row:
    """How a plot stands in its canvas: its share of the height, and pixels of air below it."""

    stretch: float
    gap: float
    visible: bool = True


class PlotRows(pg.GraphicsView):
    """Signals: range_changed(start, end), after a zoom or a pan; themed().

    `show_…` methods emit neither.
    """

    range_changed = Signal(float, float)
    themed = Signal()
    _is_built = False  # pyqtgraph changes its palette while it is being built
    _focus_seen = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plots: list[TimePlot] = []
        self.time_axis: TimeAxis | None = None
        self.seconds = 1.0
        self._rows: dict[TimePlot, _Row] = {}
        self._legend: pg.GraphicsWidget | None = None
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        self._is_built = True
        self._restyle()

    def add_plot(self, plot: TimePlot, stretch: float = 1.0, gap: float = 0.0) -> None:
        """Put a plot below those that are there. gap: pixels of air below it."""
        self.plots.append(plot)
        self._rows[plot] = _Row(stretch, gap)
        plot.axis.setWidth(LEFT_WIDTH)
        self.addItem(plot.axis)
        self.addItem(plot.box)
        plot.restyle(current_theme())

    def show_row(self, plot: TimePlot, visible: bool) -> None:
        """Fold a plot away, or bring it back."""
        self._rows[plot] = replace(self._rows[plot], visible=visible)
        plot.box.setVisible(visible)
        plot.axis.setVisible(visible)
        self._arrange()

    def add_time_axis(self) -> None:
        """Below all plots."""
        self.time_axis = TimeAxis()
        self.time_axis.setHeight(TIME_HEIGHT)
        self.addItem(self.time_axis)
        self.time_axis.linkToView(self.plots[0].box)
        style_axis(self.time_axis, current_theme())

    def add_legend(self, legend: pg.GraphicsWidget) -> None:
        """At the right of all plots."""
        self._legend = legend
        self.addItem(legend)

    def _arrange(self) -> None:
        """Give every item its place: a row each, heights in proportion to their stretch."""
        rows = [(plot, row) for plot, row in self._rows.items() if row.visible]
        width = max(self.width() - LEFT_WIDTH - RIGHT_WIDTH, 1.0)
        axis = TIME_HEIGHT if self.time_axis is not None else 0.0
        room = max(self.height() - axis - sum(row.gap for _, row in rows), 0.0)
        a_stretch = room / max(sum(row.stretch for _, row in rows), 1e-9)
        top = exact = 0.0
        for plot, row in rows:
            exact += row.stretch * a_stretch
            # Whole pixels, so that rows of a picture and pixels of the screen fall together.
            bottom = round(exact)
            plot.axis.setGeometry(QRectF(0.0, top, LEFT_WIDTH, bottom - top))
            plot.box.setGeometry(QRectF(LEFT_WIDTH, top, width, bottom - top))
            exact += row.gap
            top = bottom + row.gap
        if self.time_axis is not None:
            self.time_axis.setGeometry(QRectF(LEFT_WIDTH, top, width, TIME_HEIGHT))
        if self._legend is not None:
            self._legend.setGeometry(QRectF(LEFT_WIDTH + width, 0.0, RIGHT_WIDTH, top))

    @property
    def shown_plots(self) -> list[TimePlot]:
        return [plot for plot, row in self._rows.items() if row.visible]

    @property
    def time_range(self) -> tuple[float, float]:
        return self.plots[0].time_range

    def show_seconds(self, seconds: float) -> None:
        """Where time ends. A range of the same length stays, another is shown from end to end."""
        if seconds != self.seconds:
            self.seconds = seconds
            self.show_range(0.0, seconds)

    def show_range(self, start: float, end: float) -> None:
        """Show [start, end], as far as there is something and no less than `SHORTEST`."""
        start, end = self._allowed(start, end)
        for plot in self.plots:
            plot.box.setXRange(start, end, padding=0.0)

    def show_values(self, plot: TimePlot, low: float, high: float) -> None:
        """Show these values, in all plots of its group."""
        bottom, top = plot.full_height
        span = min(max(high - low, NARROWEST * (top - bottom)), top - bottom)
        low = min(max((low + high - span) / 2, bottom), top - span)
        for other in self.plots:
            if other is plot or (plot.group and other.group == plot.group):
                other.box.setYRange(low, low + span, padding=0.0)

    def show_position(self, seconds: float | None) -> None:
        for plot in self.plots:
            plot.marks.show_position(seconds)

    def show_selection(self, selection: tuple[float, float] | None) -> None:
        for plot in self.plots:
            plot.marks.show_selection(selection)

    def show_loop(self, loop: tuple[float, float] | None) -> None:
        for plot in self.plots:
            plot.marks.show_loop(loop)

    def zoom(self, factor: float, at: float | None = None) -> None:
        """Show `factor` times as long a stretch; `at` (the middle, unless given) stays in place."""
        start, end = self.time_range
        at = (start + end) / 2 if at is None else at
        share = (at - start) / (end - start)
        span = min(max((end - start) * factor, min(SHORTEST, self.seconds)), self.seconds)
        self.move_to(at - share * span, at + (1 - share) * span)

    def pan(self, seconds: float) -> None:
        start, end = self.time_range
        self.move_to(start + seconds, end + seconds)

    def move_to(self, start: float, end: float) -> None:
        before = self.time_range
        self.show_range(start, end)
        if self.time_range != before:
            self.range_changed.emit(*self.time_range)

    def _allowed(self, start: float, end: float) -> tuple[float, float]:
        span = min(max(end - start, min(SHORTEST, self.seconds)), self.seconds)
        if span > end - start:
            start -= (span - (end - start)) / 2
        start = min(max(start, 0.0), self.seconds - span)
        return start, start + span

    def zoom_values(self, plot: TimePlot, factor: float, at: float) -> None:
        low, high = plot.value_range
        bottom, top = plot.full_height
        span = min(max((high - low) * factor, NARROWEST * (top - bottom)), top - bottom)
        share = (at - low) / (high - low)
        low = min(max(at - share * span, bottom), top - span)
        self.show_values(plot, low, low + span)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if self._is_built:
            self._arrange()

    def close(self) -> bool:
        """Hide it, as any widget. pyqtgraph would delete items that Python still holds: a crash."""
        return QWidget.close(self)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._is_built:
            self._restyle()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_focus(event.reason() in KEYBOARD)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_focus(False)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._focus_seen:
            painter = QPainter(self.viewport())
            painter.setPen(QPen(QColor(current_theme().accent), 2.0))
            painter.drawRect(QRectF(self.viewport().rect()).adjusted(1, 1, -1, -1))
            painter.end()

    def _show_focus(self, seen: bool) -> None:
        """A frame says where the keyboard is; who clicks knows it."""
        if seen != self._focus_seen:
            self._focus_seen = seen
            self.viewport().update()

    def _restyle(self) -> None:
        """pyqtgraph paints in colours of its own, which know nothing of palettes."""
        theme = current_theme()
        self.setBackground(theme.plot)
        for plot in self.plots:
            plot.restyle(theme)
        if self.time_axis is not None:
            style_axis(self.time_axis, theme)
        self.themed.emit()


class RangeView(Protocol):
    """A view over time. range_changed is emitted when its user zooms or pans, show_range never."""

    range_changed: SignalInstance
    show_range: Callable[[float, float], None]


def link_ranges(*views: RangeView) -> None:
    """Have all views always show the same stretch of time."""
    for view in views:
        for other in views:
            if other is not view:
                view.range_changed.connect(other.show_range)
