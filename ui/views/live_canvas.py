"""The last seconds of a stream, the newest at the right: spectrogram, relevance, probabilities."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.types import FloatArray
from ui.formatting import clock, hertz_tick, probability
from ui.theme import current_theme
from ui.views.color_maps import diverging_table, indices_of, level_table, picture
from ui.views.frequency_axis import FrequencyScale, RowMap
from ui.views.live_relevance import StreamRelevance
from ui.views.plot_rows import LEFT_WIDTH, RIGHT_WIDTH

SECONDS = 10.0  # that are seen
ROWS = 128  # of the picture
TICKS = (250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)  # Hz
CLASSES = 4  # curves
CURVE_HEIGHT, AXIS_HEIGHT = 22, 18
GREY_DIMMED = 0.6  # so that the colours of relevance outshine the loudest sound
STRONGEST = 0.97  # the quantile of relevance that gets the strongest colour
RELEVANCE_OPACITY = 1.0
MARK_HEIGHT = 24  # pixels of the line that marks an event; below, it is faint
SHOWN = 0.1  # a class that was never more probable has no curve


@dataclass(frozen=True, slots=True)
class _Mark:
    seconds: float
    text: str


class LiveCanvas(QWidget):
    """Shows what it is told; moves on with `show_now`. Times are seconds of the stream."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 170)
        self.setAccessibleName(self.tr("Live spectrogram and probabilities"))
        self.threshold = 1.0
        self.show_nothing()

    def show_nothing(self) -> None:
        """As before anything came in."""
        self._now = 0.0
        self._labels: tuple[str, ...] = ()
        self._background: tuple[str, ...] = ()
        self._rows: RowMap | None = None
        self._indices = np.zeros((ROWS, 0), dtype=np.uint8)
        self._indices_end = 0.0
        self._hop = 1.0
        self._points: deque[tuple[float, FloatArray]] = deque()
        self._relevance = StreamRelevance(1.2 * SECONDS)
        self._image: QImage | None = None  # of the relevance
        self._marks: deque[_Mark] = deque()
        self.setAccessibleDescription(self.tr("Nothing has been heard yet."))
        self.update()

    def show_classes(self, labels: tuple[str, ...], background: tuple[str, ...]) -> None:
        """Of the probabilities to come. background: those that are no event, drawn muted."""
        self._background = background
        if labels != self._labels:
            self._labels = labels
            self._points.clear()

    def show_columns(
        self, columns: FloatArray, frequencies: FloatArray, end: float, floor_db: float
    ) -> None:
        """More of the spectrogram: dB (bins, n), not below the floor, the last ending at `end`."""
        if not columns.shape[1]:
            return
        if self._rows is None:
            scale = self._scale = FrequencyScale("mel", float(frequencies[-1]))
            self._rows = RowMap(frequencies, scale, ROWS)
            self._hop = 256.0 / (2.0 * float(frequencies[-1]))
        fresh = indices_of(self._rows.apply(columns), floor_db, 0.0)
        most = int(1.2 * SECONDS / self._hop)
        self._indices = np.concatenate([self._indices, fresh], axis=1)[:, -most:]
        self._indices_end = end
        self.update()

    def show_decision(self, seconds: float, probabilities: FloatArray) -> None:
        """probabilities (K,) of the window whose middle is at `seconds`."""
        self._points.append((seconds, probabilities))
        while self._points and self._points[0][0] < seconds - 1.2 * SECONDS:
            self._points.popleft()
        self.update()

    def show_relevance(
        self, values: npt.ArrayLike, edges: npt.ArrayLike, start: float, end: float, step: float
    ) -> None:
        """Relevance (bands, F) of the window [start, end] s, between `edges` in Hz. step: seconds
        of a frame."""
        self._relevance.add(values, edges, start, end, step)
        self._image = None
        self.update()

    def show_explained(self, end: float) -> None:
        """The stream was explained up to `end` s, for a class that is not worth showing."""
        self._relevance.pass_over(end)
        self.update()

    def show_event(self, seconds: float, text: str) -> None:
        self._marks.append(_Mark(seconds, text))
        while len(self._marks) > 50:
            self._marks.popleft()
        self.update()

    def show_threshold(self, threshold: float) -> None:
        self.threshold = threshold
        self.update()

    def show_now(self, seconds: float) -> None:
        """The stream has come this far."""
        self._now = max(seconds, self._now)
        self.update()

    def describe(self, sentence: str) -> None:
        """What is shown, in words, for those who do not see it."""
        if sentence != self.accessibleDescription():
            self.setAccessibleDescription(sentence)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = current_theme()
        painter.fillRect(self.rect(), QColor(theme.plot))
        width = self.width() - LEFT_WIDTH - RIGHT_WIDTH
        chosen = self._chosen_classes()
        room = CURVE_HEIGHT * len(chosen)
        height = self.height() - room - AXIS_HEIGHT
        if width <= 0 or height <= 0:
            return
        above = QRectF(LEFT_WIDTH, 0, width, height)
        below = QRectF(LEFT_WIDTH, height + 2, width, room - 2)
        painter.fillRect(above, level_color())
        painter.setClipRect(above)
        self._paint_spectrogram(painter, above)
        self._paint_relevance(painter, above)
        painter.setClipping(False)
        self._paint_frequencies(painter, above)
        for place, index in enumerate(chosen):
            top = below.top() + place * CURVE_HEIGHT
            self._paint_curve(painter, QRectF(LEFT_WIDTH, top, width, CURVE_HEIGHT - 3), index)
        painter.setClipRect(QRectF(LEFT_WIDTH, 0, width, height + room))
        self._paint_marks(painter, above, height + room)
        painter.setClipping(False)
        self._paint_times(painter, QRectF(LEFT_WIDTH, height + room, width, AXIS_HEIGHT))

    def _x(self, seconds: float, area: QRectF) -> float:
        return area.right() - (self._now - seconds) / SECONDS * area.width()

    def _paint_spectrogram(self, painter: QPainter, area: QRectF) -> None:
        """In grey where it is explained, so that the colours of relevance stand alone there."""
        if not self._indices.shape[1]:
            return
        end = self._x(self._indices_end, area)
        start = end - self._indices.shape[1] * self._hop / SECONDS * area.width()
        target = QRectF(start, area.top(), end - start, area.height())
        border = min(max(self._x(self._relevance.end, area), area.left()), area.right())
        dimmed = (GREY_DIMMED * self._indices).astype(np.uint8)
        for indices, table, left, right in (
            (dimmed, level_table("grey"), area.left(), border),
            (self._indices, level_table("magma"), border, area.right()),
        ):
            image: QImage = picture(indices, table)
            painter.setClipRect(QRectF(left, area.top(), right - left, area.height()))
            painter.drawImage(target, image, QRectF(image.rect()))
        painter.setClipRect(area)

    def _paint_relevance(self, painter: QPainter, area: QRectF) -> None:
        image = self._relevance_image()
        if image is None:
            return
        start = self._relevance.start
        left = self._x(start, area)
        right = self._x(start + image.width() * self._relevance.step, area)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        target = QRectF(left, area.top(), right - left, area.height())
        painter.drawImage(target, image, QRectF(image.rect()))
        painter.setPen(QColor(255, 255, 255, 150))
        border = self._x(self._relevance.end, area)
        painter.drawLine(QPointF(border, area.top()), QPointF(border, area.bottom()))

    def _relevance_image(self) -> QImage | None:
        """Of all that is remembered, as colours; made anew when there is more of it."""
        if self._image is None and self._rows is not None and len(self._relevance.edges):
            values = self._relevance.mean()
            if not values.size:
                return None
            hertz = self._scale.hertz((np.arange(ROWS) + 0.5) / ROWS)
            bands = np.searchsorted(self._relevance.edges, hertz, side="right") - 1
            rows = values[np.clip(bands, 0, len(values) - 1)]
            limit = float(np.quantile(np.abs(values), STRONGEST)) or 1.0
            table = diverging_table(RELEVANCE_OPACITY)
            self._image = picture(indices_of(rows, -limit, limit), table)
        return self._image

    def _paint_curve(self, painter: QPainter, area: QRectF, index: int) -> None:
        theme = current_theme()
        background = self._labels[index] in self._background
        color = QColor(theme.muted if background else theme.accent)
        points = [
            QPointF(self._x(seconds, area), area.bottom() - float(row[index]) * area.height())
            for seconds, row in self._points
            if seconds >= self._now - 1.1 * SECONDS
        ]
        painter.setPen(QColor(theme.grid))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        dashes = QColor(theme.muted)
        dashes.setAlpha(90)
        level = area.bottom() - self.threshold * area.height()
        painter.setPen(dashes)
        painter.drawLine(QPointF(area.left(), level), QPointF(area.right(), level))
        painter.save()
        painter.setClipRect(area.adjusted(0, -1, 0, 1))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(color)
        painter.drawPolyline(QPolygonF(points))
        painter.restore()
        painter.setPen(QColor(theme.text))
        margin = QRectF(0, area.top(), LEFT_WIDTH - 6, area.height())
        label = QFontMetricsF(painter.font()).elidedText(
            self._labels[index], Qt.TextElideMode.ElideRight, margin.width()
        )
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(margin, flags, label)
        painter.setPen(QColor(theme.muted))
        right = QRectF(area.right() + 6, area.top(), RIGHT_WIDTH - 6, area.height())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(right, flags, probability(float(self._points[-1][1][index])))

    def _paint_marks(self, painter: QPainter, area: QRectF, height: float) -> None:
        theme = current_theme()
        metrics = QFontMetricsF(painter.font())
        for mark in self._marks:
            x = self._x(mark.seconds, area)
            if x < area.left() - 80:
                continue
            painter.fillRect(QRectF(x, 0, 1, MARK_HEIGHT), QColor(255, 255, 255, 200))
            painter.fillRect(QRectF(x, MARK_HEIGHT, 1, height), QColor(255, 255, 255, 45))
            chip = QRectF(x + 3, 4, metrics.horizontalAdvance(mark.text) + 10, metrics.height() + 2)
            ground = QColor(theme.accent)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(chip, 3, 3)
            painter.setPen(QColor(theme.accent_text))
            painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, mark.text)

    def _paint_frequencies(self, painter: QPainter, area: QRectF) -> None:
        if self._rows is None:
            return
        painter.setPen(QColor(current_theme().muted))
        last = area.bottom() + 20
        for hertz in TICKS:
            y = area.bottom() - float(self._scale.place(hertz)) * area.height()
            if area.top() + 6 <= y <= last - 18:
                place = QRectF(0, y - 8, LEFT_WIDTH - 6, 16)
                flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                painter.drawText(place, flags, hertz_tick(hertz))
                last = y

    def _paint_times(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(QColor(current_theme().muted))
        first = int(np.ceil(max(self._now - SECONDS, 0.0) / 2.0))
        for number in range(first, int(self._now / 2.0) + 1):
            x = self._x(2.0 * number, area)
            place = QRectF(x - 30, area.top(), 60, area.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, clock(2.0 * number, 0))

    def _chosen_classes(self) -> list[int]:
        """Those that were most probable in what is seen, in the order of the labels."""
        if not self._points:
            return []
        highest = np.max([row for _, row in self._points], axis=0)
        order = [int(index) for index in np.argsort(-highest)[:CLASSES] if highest[index] >= SHOWN]
        return sorted(order)


def level_color() -> QColor:
    """Of silence in the spectrogram."""
    return QColor.fromRgba(int(level_table("magma")[0]))
