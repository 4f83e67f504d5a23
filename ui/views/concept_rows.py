"""Rows of cells over time, one a concept, with its name at the left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from core.types import FloatArray, Variant
from ui.plotting import pg
from ui.theme import current_theme
from ui.views.color_maps import ColorTable, indices_of, picture, tint_table
from ui.views.time_plot import Layer, TimePlot

LARGEST_ROW, ROW_GAP = 30.0, 2.0  # pixels
OVER = 130.0  # pixels that a name may reach into the plot
EDGE = 8.0  # left of the names


@dataclass(frozen=True, slots=True, eq=False)
class ConceptTimes:
    """Concepts of the cells heard so far.

    words: the strongest first. weights: (n, words). peaks: the cell where each is strongest.
    own: words that the user has added, which are always shown. hop, window: of a cell and of what
    was heard for it, in seconds. seconds: length of the sound. variant: which version it is.
    """

    words: tuple[str, ...]
    weights: FloatArray
    peaks: tuple[int, ...]
    own: frozenset[str]
    hop: float
    window: float
    seconds: float
    variant: Variant = Variant.ORIGINAL

    def weights_of(self, word: str) -> FloatArray:
        column: FloatArray = self.weights[:, self.words.index(word)]
        return column

    def strongest(self, word: str) -> int:
        """The cell that has most of it."""
        return self.peaks[self.words.index(word)]

    def window_of(self, cell: int) -> tuple[float, float]:
        """What was heard for a cell, in seconds."""
        middle = min((cell + 0.5) * self.hop, self.seconds)
        return max(middle - self.window / 2, 0.0), min(middle + self.window / 2, self.seconds)


class HeatLayer(Layer):
    """The rows, from the top; of cells that share a pixel the strongest is seen."""

    def __init__(self, plot: TimePlot) -> None:
        super().__init__(plot, 0.0)
        self.rows: tuple[str, ...] = ()
        self.limit = 1.0  # weight of the strongest colour
        self._times: ConceptTimes | None = None
        self._cells: npt.NDArray[np.float32] = np.zeros((0, 0), np.float32)  # (rows, n)

    def show_rows(self, times: ConceptTimes | None, rows: Sequence[str]) -> None:
        self.rows, self._times = tuple(rows), times
        if times is None or not rows:
            self.rows, self._cells = (), np.zeros((0, 0), np.float32)
        else:
            self._cells = np.stack([times.weights_of(word) for word in rows])
        self.limit = float(self._cells.max()) if self._cells.any() else 1.0
        self.update()

    @property
    def row_height(self) -> float:
        """Pixels from one row to the next."""
        return min(self.plot.size[1] / max(len(self.rows), 1), LARGEST_ROW)

    def paint_into(self, painter: QPainter, width: float, height: float) -> None:
        times = self._times
        if times is None or not self._cells.size:
            return
        scale = painter.deviceTransform().m11()
        start, end = self.plot.time_range
        shown = columns_of(self._cells, times.hop, start, end, max(round(width * scale), 1))
        first = max(self.plot.x_of(0.0), 0.0)
        last = min(self.plot.x_of(min(self._cells.shape[1] * times.hop, times.seconds)), width)
        if shown is None or last <= first:
            return
        table = weight_table(times.variant)
        ground = QColor(current_theme().grid)
        ground.setAlpha(90)
        for row, values in enumerate(shown):
            top = row * self.row_height
            place = QRectF(0, top, width, self.row_height - ROW_GAP)
            painter.fillRect(QRectF(first, top, last - first, place.height()), ground)
            image = picture(indices_of(values[None], 0.0, self.limit), table)
            painter.drawImage(place, image, QRectF(image.rect()))


class NameAxis(pg.AxisItem):
    """Left of the rows: their names. A long one reaches into the plot, with a seam around it."""

    def __init__(self) -> None:
        super().__init__("left", maxTickLength=0)
        self.setZValue(10.0)  # above the plot
        self._names: tuple[str, ...] = ()
        self._chosen, self._height = "", LARGEST_ROW

    def show_names(self, names: Sequence[str], chosen: str, height: float) -> None:
        """height: of a row in pixels."""
        self._names, self._chosen, self._height = tuple(names), chosen, height
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(0.0, 0.0, self.size().width() + OVER, self.size().height())

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        theme = current_theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plain = QFont(painter.font())
        strong = QFont(plain)
        strong.setBold(True)
        for row, name in enumerate(self._names):
            chosen = name == self._chosen
            font = strong if chosen else plain
            metrics = QFontMetricsF(font)
            text = metrics.elidedText(
                name, Qt.TextElideMode.ElideRight, self.size().width() + OVER - EDGE - 4
            )
            middle = (row + 0.5) * self._height - ROW_GAP / 2
            path = QPainterPath()
            baseline = middle + (metrics.ascent() - metrics.descent()) / 2
            path.addText(QPointF(EDGE, baseline), font, text)
            seam = QPen(QColor(theme.plot), 3.5)
            seam.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.strokePath(path, seam)
            painter.fillPath(path, QColor(theme.accent if chosen else theme.text))
            if chosen:
                top = row * self._height
                mark = QRectF(0.0, top, 3.0, self._height - ROW_GAP)
                painter.fillRect(mark, QColor(theme.accent))


def columns_of(
    cells: npt.NDArray[np.float32], hop: float, start: float, end: float, pixels: int
) -> npt.NDArray[np.float32] | None:
    """What each pixel of [start, end] shows, (rows, pixels): the largest of its cells."""
    edges = start + (end - start) * np.arange(pixels) / pixels
    count = cells.shape[1]
    begin = np.floor(edges / hop + 1e-9).astype(np.intp)
    inside = (begin >= 0) & (begin < count)
    if not inside.any():
        return None
    last = min(max(int(np.ceil(end / hop)), int(begin.max()) + 1), count)
    shown = np.zeros((len(cells), pixels), np.float32)
    shown[:, inside] = np.maximum.reduceat(cells[:, :last], begin[inside], axis=1)
    return shown


def weight_table(variant: Variant) -> ColorTable:
    """No weight to the most, in the colour of the version."""
    return tint_table(current_theme().variants[variant], 1.0)
