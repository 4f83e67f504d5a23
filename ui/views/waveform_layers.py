"""What the waveform views paint: outlines of sounds, and probabilities over time."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem

from core.timeline import Timeline
from core.types import FloatArray
from ui.formatting import decibels, number
from ui.plotting import pg
from ui.theme import current_theme
from ui.views.envelope import Envelope
from ui.views.time_plot import Layer, TimePlot

ROW_GAP = 3.0  # pixels between the curves of two classes
LEVELS = (0, -6, -12, -18, -24, -36, -48)  # dB that the axis can name


class WaveformLayer(Layer):
    """The outline of one sound. start: seconds at which it begins."""

    def __init__(self, plot: TimePlot, z: float) -> None:
        super().__init__(plot, z)
        self.envelope: Envelope | None = None
        self.color = "#888888"
        self.start = 0.0
        self._outline: tuple[tuple[object, ...], list[QPolygonF]] | None = None

    def show_envelope(self, envelope: Envelope | None, color: str, start: float = 0.0) -> None:
        self.envelope, self.color, self.start = envelope, color, start
        self.discard()

    def discard(self) -> None:
        """The envelope has grown."""
        self._outline = None
        self.update()

    def paint_into(self, painter: QPainter, width: float, height: float) -> None:
        if self.envelope is None:
            return
        painter.setPen(pg.mkPen(current_theme().grid))
        middle = self.plot.y_of(0.0)
        painter.drawLine(QPointF(0, middle), QPointF(width, middle))
        color = QColor(self.color)
        painter.setPen(QPen(color, 1.0))
        painter.setBrush(color)
        for outline in self._outlines(self.envelope, width, height):
            painter.drawPolygon(outline)

    def _outlines(self, envelope: Envelope, width: float, height: float) -> list[QPolygonF]:
        """One polygon for each stretch of sound that is known, kept while the view stands still."""
        key = (width, height, self.plot.time_range, self.plot.value_range)
        if self._outline is not None and self._outline[0] == key:
            return self._outline[1]
        columns = max(int(width), 1)
        begin, end = (moment - self.start for moment in self.plot.time_range)
        low, high = envelope.extremes(begin, end, columns)
        known = np.flatnonzero(~np.isnan(low))
        polygons = []
        for run in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1):
            if len(run):
                x = (run + 0.5) * (width / columns)
                upper = np.array([self.plot.y_of(0.0)]) - high[run] * self._scale(height)
                lower = np.array([self.plot.y_of(0.0)]) - low[run] * self._scale(height)
                polygons.append(
                    pg.functions.arrayToQPolygonF(
                        np.concatenate([x, x[::-1]]), np.concatenate([upper, lower[::-1]])
                    )
                )
        self._outline = (key, polygons)
        return polygons

    def _scale(self, height: float) -> float:
        low, high = self.plot.value_range
        return height / (high - low)


class LevelAxis(pg.AxisItem):
    """Left of a waveform: the height of a sample as dB below full scale."""

    def __init__(self) -> None:
        super().__init__("left", maxTickLength=4)
        self.setStyle(maxTextLevel=0, tickTextOffset=4, hideOverlappingLabels=2)

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list]]:
        distance = 16.0 / max(size, 1.0) * (maxVal - minVal)
        chosen = [0.0]
        for height in (10.0 ** (level / 20.0) for level in LEVELS):
            if height <= maxVal and all(abs(height - other) >= distance for other in chosen):
                chosen.append(height)
        return [(1.0, [*chosen, *(-height for height in chosen[1:])])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return ["−∞" if not value else number(20 * np.log10(abs(value)), 0) for value in values]


class ProbabilityLayer(Layer):
    """Probabilities of a few classes over time, each a curve of its own, one below the other."""

    def __init__(self, plot: TimePlot, z: float) -> None:
        super().__init__(plot, z)
        # An hour takes long to draw, and the playhead passes over it many times a second.
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.timeline: Timeline | None = None
        self.classes: tuple[int, ...] = ()
        self.target: str | None = None

    def show_timeline(
        self, timeline: Timeline | None, classes: tuple[int, ...], target: str | None
    ) -> None:
        """classes: columns of the probabilities, the uppermost first. target: drawn in accent."""
        self.timeline, self.classes, self.target = timeline, classes, target
        self.update()

    def paint_into(self, painter: QPainter, width: float, height: float) -> None:
        if self.timeline is None or not self.classes:
            return
        theme = current_theme()
        room = height / len(self.classes)
        for place, index in enumerate(self.classes):
            label = self.timeline.labels[index]
            color = QColor(theme.accent if label == self.target else theme.muted)
            base = (place + 1) * room - 1
            curve = self.timeline.probabilities[:, index]
            self._paint_curve(painter, curve, base, room - ROW_GAP, width, color)
            painter.setPen(pg.mkPen(theme.grid))
            painter.drawLine(QPointF(0, base), QPointF(width, base))

    def _paint_curve(
        self,
        painter: QPainter,
        values: FloatArray,
        base: float,
        room: float,
        width: float,
        color: QColor,
    ) -> None:
        timeline = self.timeline
        if timeline is None:
            return
        # Each answer is drawn around the middle of its window, as wide as a hop.
        middles = timeline.starts + timeline.window / 2
        left = (middles - timeline.hop / 2).astype(np.float64)
        group = max(1, int(len(values) / max(width, 1.0)))
        firsts = np.arange(0, len(values), group)
        values = np.maximum.reduceat(values, firsts)
        start, end = self.plot.time_range
        edges = np.append(left[firsts], left[-1] + timeline.hop)
        edges[0], edges[-1] = timeline.starts[0], timeline.starts[-1] + timeline.window
        x = np.repeat((edges - start) / (end - start) * width, 2)[1:-1]
        y = base - np.repeat(values.astype(np.float64), 2) * room
        wash = QColor(color)
        wash.setAlpha(90)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(wash)
        area = np.concatenate([x[:1], x, x[-1:]]), np.concatenate([[base], y, [base]])
        painter.drawPolygon(pg.functions.arrayToQPolygonF(*area))
        painter.setPen(QPen(color, 1.0))
        painter.drawPolyline(pg.functions.arrayToQPolygonF(x, y))


class ClassLabels(Layer):
    """The names of a `ProbabilityLayer`'s classes, each at the left of its curve."""

    def __init__(self, plot: TimePlot, curves: ProbabilityLayer) -> None:
        super().__init__(plot, 40.0)  # above the veil, which would dim them
        self._curves = curves

    def paint_into(self, painter: QPainter, width: float, height: float) -> None:
        timeline, classes = self._curves.timeline, self._curves.classes
        metrics = QFontMetricsF(painter.font())
        room = height / max(len(classes), 1)
        if timeline is None or room < 0.9 * metrics.height():
            return
        theme = current_theme()
        ground = QColor(theme.plot)
        ground.setAlpha(200)
        for place, index in enumerate(classes):
            text = timeline.labels[index]
            chip = QRectF(6, place * room, metrics.horizontalAdvance(text) + 8, room - 2)
            painter.fillRect(chip, ground)
            painter.setPen(QColor(theme.text if text == self._curves.target else theme.muted))
            left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(chip.adjusted(4, 0, 0, 0), left, text)


class Veil(Layer):
    """Dims what lies outside a stretch of time."""

    def __init__(self, plot: TimePlot) -> None:
        super().__init__(plot, 30.0)
        self.stretch: tuple[float, float] | None = None

    def show_stretch(self, stretch: tuple[float, float] | None) -> None:
        self.stretch = stretch
        self.update()

    def paint_into(self, painter: QPainter, width: float, height: float) -> None:
        if self.stretch is None:
            return
        shade = QColor(current_theme().plot)
        shade.setAlpha(150)
        left, right = (self.plot.x_of(moment) for moment in self.stretch)
        painter.fillRect(QRectF(0, 0, left, height), shade)
        painter.fillRect(QRectF(right, 0, width - right, height), shade)


def peak_text(peak: float) -> str:
    """ "−3.2 dB", or a dash for silence."""
    return decibels(20.0 * np.log10(peak)) if peak > 0.0 else "−∞ dB"
