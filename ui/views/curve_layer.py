"""A signed curve over time, filled towards zero: what speaks for above it, against below."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ui.plotting import pg
from ui.theme import current_theme
from ui.views.color_maps import OVERLAY_OPACITY, diverging_ends
from ui.views.time_plot import Layer, TimePlot

HEADROOM = 1.08  # of the largest value, that the room above zero is high
HEADROOM = 1.08  # of the largest value, that the room above zero is high
Floats = npt.NDArray[np.float64]


class CurveLayer(Layer):
    """Values that each hold for a frame of the same length."""

    def __init__(self, plot: TimePlot, z: float, *, share: float = 1.0) -> None:
        """share: of the plot's height that it takes, at the bottom; on a veil, if it is not all."""
        super().__init__(plot, z)
        self.values: Floats = np.zeros(0)
        self.span = (0.0, 0.0)
        self.limit = 1.0
        self._share = share

    def show_curve(
        self, values: npt.ArrayLike | None, start: float = 0.0, end: float = 0.0
    ) -> None:
        """values: (F,) over [start, end] seconds. None shows nothing."""
        self.values = np.asarray([] if values is None else values, dtype=np.float64)
        self.span = (start, end)
        self.limit = float(np.abs(self.values).max(initial=0.0)) or 1.0
        self.update()

    def paint_into(self, painter: QPainter, width: float, height: float) -> None:
        if not len(self.values):
            return
        x, low, high = self._steps(width)
        if not len(x):  # all of it lies before what is seen
            return
        room = height * self._share
        middle = height - room / 2
        scale = room / 2 / (self.limit * HEADROOM)
        theme = current_theme()
        if self._share < 1.0:
            veil = QColor(theme.plot)
            veil.setAlphaF(OVERLAY_OPACITY)
            painter.fillRect(QRectF(0, height - room, width, room), veil)
        negative, positive = diverging_ends()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for values, color in ((high, positive), (low, negative)):
            outline = middle - values * scale
            painter.setPen(Qt.PenStyle.NoPen)
            wash = QColor(color)
            wash.setAlpha(150)
            painter.setBrush(wash)
            painter.drawPolygon(_polygon(x, outline, middle))
            painter.setPen(QPen(color, 1.2))
            painter.drawPolyline(pg.functions.arrayToQPolygonF(x, outline))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(pg.mkPen(theme.muted))
        painter.drawLine(QPointF(0, middle), QPointF(width, middle))

    def _steps(self, width: float) -> tuple[Floats, Floats, Floats]:
        """x in pixels, and the most negative and positive value there (0 if of the other sign)."""
        edges = np.linspace(*self.span, len(self.values) + 1)
        start, end = self.plot.time_range
        first = max(int(np.searchsorted(edges, start)) - 1, 0)
        last = max(int(np.searchsorted(edges, end)) + 1, first + 1)
        values, edges = self.values[first:last], edges[first : last + 1]
        group = max(1, int(len(values) / max(width, 1.0)))
        if group > 1:  # more frames than pixels: the extremes of each group
            firsts = np.arange(0, len(values), group)
            low = np.minimum.reduceat(values, firsts)
            high = np.maximum.reduceat(values, firsts)
            edges = np.append(edges[firsts], edges[-1])
        else:
            low = high = values
        pixels = (edges - start) / (end - start) * width
        x = np.repeat(pixels, 2)[1:-1]
        return x, np.repeat(np.minimum(low, 0.0), 2), np.repeat(np.maximum(high, 0.0), 2)


def _polygon(x: Floats, y: Floats, base: float) -> object:
    """The area between a line and a level."""
    return pg.functions.arrayToQPolygonF(
        np.concatenate([x[:1], x, x[-1:]]), np.concatenate([[base], y, [base]])
    )
