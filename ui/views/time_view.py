"""What views of sounds over time share: playhead, selection, loop, and their gestures."""

from __future__ import annotations

from typing import Generic, TypeVar

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QWidget

from ui.views.plot_canvas import PlotCanvas

Canvas = TypeVar("Canvas", bound=PlotCanvas)


class TimeView(QWidget, Generic[Canvas]):
    """Signals: position_chosen(seconds); selection_changed((start, end) or None);
    range_changed(start, end), when the user zooms or pans; menu_requested(global QPoint).

    canvas: from `use` on; what is done on it is passed on.
    """

    position_chosen = Signal(float)
    selection_changed = Signal(object)
    range_changed = Signal(float, float)
    menu_requested = Signal(QPoint)

    canvas: Canvas

    def use(self, canvas: Canvas, name: str) -> None:
        """Show time on this canvas. name: what screen readers call it."""
        self.canvas = canvas
        canvas.setAccessibleName(name)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu_requested)
        canvas.position_chosen.connect(self._on_position_chosen)
        canvas.selection_changed.connect(self._on_selected)
        canvas.range_changed.connect(self.range_changed)

    def show_seconds(self, seconds: float) -> None:
        """Where time ends, as the other views have it."""
        self.canvas.show_seconds(seconds)

    def show_position(self, seconds: float | None) -> None:
        """Move the playhead; None hides it."""
        self.canvas.show_position(seconds)

    def show_selection(self, start: float | None, end: float | None = None) -> None:
        """Seconds; None shows none."""
        self.canvas.show_selection(None if start is None or end is None else (start, end))

    def show_loop(self, start: float | None, end: float | None = None) -> None:
        """Mark what is played again and again, in seconds; None marks nothing."""
        self.canvas.show_loop(None if start is None or end is None else (start, end))

    def show_range(self, start: float, end: float) -> None:
        """Show this stretch, in seconds."""
        self.canvas.show_range(start, end)

    def _on_position_chosen(self, seconds: float) -> None:
        self.position_chosen.emit(seconds)

    def _on_selected(self, selection: tuple[float, float] | None) -> None:
        self.selection_changed.emit(selection)

    def _on_menu_requested(self, point: QPoint) -> None:
        self.menu_requested.emit(self.mapToGlobal(point))
