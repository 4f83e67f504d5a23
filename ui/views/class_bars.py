"""Class probabilities of the four versions side by side, as small bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from core.types import ExplanationResult, Prediction, RandomControls, Variant
from ui.formatting import plus_minus, probability
from ui.theme import Theme, current_theme
from ui.views.variant_names import variant_name

SHOWN_CLASSES = 5
COLUMNS = (Variant.ORIGINAL, Variant.RECONSTRUCTION, Variant.EXPLANATION, Variant.REMOVED)


@dataclass(frozen=True, slots=True)
class BarCell:
    """One class in one version.

    probability: by round trip where there are two. latent: that of the latents, for explanation and
    removed. random: mean and spread by round trip with random masks, for the class explained; one
    mask has no spread.
    """

    probability: float
    latent: float | None = None
    random: tuple[float, float | None] | None = None


@dataclass(frozen=True, slots=True)
class BarRow:
    """One class, or the rest of them (label None). cells: in the order of `COLUMNS`."""

    label: str | None
    explained: bool
    cells: tuple[BarCell, ...]


def bar_rows(result: ExplanationResult) -> list[BarRow]:
    """The classes that matter in any version, by their probability in the original; then the rest.

    The class explained and each version's most probable one are always among them.
    """
    predictions = _predictions(result)
    labels = result.original.labels
    highest = {
        label: max(prediction.probability_of(label) for prediction in predictions)
        for label in labels
    }
    musts = {result.target, *(prediction.label for prediction in predictions)}
    chosen = sorted(labels, key=lambda label: (label not in musts, -highest[label]))
    chosen = chosen[: max(SHOWN_CLASSES, len(musts))]
    chosen.sort(key=result.original.probability_of, reverse=True)
    rows = [_row(result, label) for label in chosen]
    if len(chosen) < len(labels):
        rest = (
            BarCell(max(0.0, 1.0 - sum(row.cells[column].probability for row in rows)))
            for column in range(len(COLUMNS))
        )
        rows.append(BarRow(None, explained=False, cells=tuple(rest)))
    return rows


def _predictions(result: ExplanationResult) -> tuple[Prediction, ...]:
    """In the order of `COLUMNS`; by round trip where there are two."""
    return (
        result.original,
        result.reconstruction,
        result.explanation.round_trip,
        result.removed.round_trip,
    )


def _row(result: ExplanationResult, label: str) -> BarRow:
    explained = label == result.target
    latents = (None, None, result.explanation.latent, result.removed.latent)
    controls = (None, None, result.random_explanation, result.random_removed)
    cells = tuple(
        BarCell(
            prediction.probability_of(label),
            latent.probability_of(label) if latent is not None else None,
            _spread(control) if explained else None,
        )
        for prediction, latent, control in zip(_predictions(result), latents, controls, strict=True)
    )
    return BarRow(label, explained, cells)


def _spread(controls: RandomControls | None) -> tuple[float, float | None] | None:
    if controls is None:
        return None
    return controls.round_trip.probability, controls.round_trip.std


HEADER, ROW, BAR, GAP, EDGE = 18, 26, 6, 8, 1
SMALL, SMALLEST = 0.88, 0.75  # of the font
LABEL_SHARE = 0.22  # of the width


class ClassBars(QWidget):
    """A row a class, a column a version; hovering reads the numbers.

    A bar is the probability by round trip, the thin mark on it that of the latents, the whisker
    below it random masks of the same size: mean and spread.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[BarRow] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Class probabilities of the four versions"))

    def show_rows(self, rows: Sequence[BarRow]) -> None:
        self._rows = list(rows)
        self.setAccessibleDescription(self.text())
        self.setFixedHeight(self.sizeHint().height())
        self.update()

    def text(self) -> str:
        """The bars in words, a line a class."""
        return "\n".join(
            self.tr("{label}: {cells}").format(
                label=self._name(row),
                cells=", ".join(self._words(row, column) for column in range(len(COLUMNS))),
            )
            for row in self._rows
        )

    def sizeHint(self) -> QSize:
        return QSize(300, HEADER + ROW * max(len(self._rows), 1))

    def minimumSizeHint(self) -> QSize:
        return QSize(220, self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            words = self._words_at(event.pos())
            if words:
                QToolTip.showText(event.globalPos(), words, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._header_font())
        for column, variant in enumerate(COLUMNS):
            painter.setPen(QColor(theme.variants[variant]))
            _write(
                painter, self._cell(-1, column).adjusted(0, 0, GAP - 3, 0), variant_name(variant)
            )
        small = _scaled(self.font(), SMALL)
        for number, row in enumerate(self._rows):
            font = QFont(self.font())
            font.setBold(row.explained)
            painter.setFont(font)
            painter.setPen(QColor(theme.muted if row.label is None else theme.text))
            name = QRectF(0, HEADER + ROW * number, self._label_width() - GAP, ROW)
            _write(painter, name, self._name(row))
            painter.setFont(small)
            for column, cell in enumerate(row.cells):
                self._paint_cell(painter, self._cell(number, column), cell, COLUMNS[column], theme)

    def _paint_cell(
        self, painter: QPainter, place: QRectF, cell: BarCell, variant: Variant, theme: Theme
    ) -> None:
        painter.setPen(QColor(theme.text if cell.probability >= 0.005 else theme.muted))
        number = QRectF(place.left(), place.top(), place.width(), ROW - BAR - 7)
        painter.drawText(
            number,
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom,
            probability(cell.probability),
        )
        track = QRectF(place.left(), place.bottom() - BAR - 6, place.width(), BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.grid))
        painter.drawRoundedRect(track, 2, 2)
        bar = QRectF(track)
        bar.setWidth(track.width() * cell.probability)
        painter.setBrush(QColor(theme.variants[variant]))
        painter.drawRoundedRect(bar, 2, 2)
        if cell.latent is not None:
            x = track.left() + (track.width() - 2) * cell.latent
            painter.setBrush(QColor(theme.text))
            painter.drawRect(QRectF(x, track.top() - 2, 2, BAR + 4))
        if cell.random is not None:
            mean, spread = cell.random
            y = track.bottom() + 3
            painter.setBrush(QColor(theme.muted))
            if spread is not None:
                left, right = (
                    track.left() + track.width() * min(max(value, 0.0), 1.0)
                    for value in (mean - spread, mean + spread)
                )
                painter.drawRect(QRectF(left, y - 0.5, right - left, 1))
                for x in (left, right):
                    painter.drawRect(QRectF(x - 0.5, y - 2, 1, 4))
            painter.drawEllipse(QPointF(track.left() + track.width() * mean, y), 2, 2)

    def _header_font(self) -> QFont:
        """As small as the longest name of a version needs it, within reason."""
        names = [variant_name(variant) for variant in COLUMNS]
        font = _scaled(self.font(), SMALL)
        widest = max(QFontMetricsF(font).horizontalAdvance(name) for name in names)
        room = self._cell(-1, 0).width() + GAP - 3
        return _scaled(self.font(), max(SMALLEST, SMALL * min(1.0, 0.98 * room / widest)))

    def _label_width(self) -> float:
        return self.width() * LABEL_SHARE

    def _cell(self, row: int, column: int) -> QRectF:
        """Where a cell is; row −1 is the header."""
        width = (self.width() - EDGE - self._label_width() + GAP) / len(COLUMNS)
        left = self._label_width() + column * width
        top, height = (0, HEADER) if row < 0 else (HEADER + ROW * row, ROW)
        return QRectF(left, top, width - GAP, height)

    def _words_at(self, place: QPoint) -> str:
        for number, row in enumerate(self._rows):
            for column in range(len(COLUMNS)):
                if self._cell(number, column).contains(QPointF(place)):
                    return f"{self._name(row)}, {self._words(row, column)}"
        return ""

    def _name(self, row: BarRow) -> str:
        return self.tr("others") if row.label is None else row.label

    def _words(self, row: BarRow, column: int) -> str:
        cell = row.cells[column]
        words = f"{variant_name(COLUMNS[column]).lower()} {probability(cell.probability)}"
        if cell.latent is not None:
            words += self.tr(" (latents {p})").format(p=probability(cell.latent))
        if cell.random is not None:
            words += self.tr(", random masks {p}").format(p=plus_minus(*cell.random))
        return words


def _scaled(font: QFont, factor: float) -> QFont:
    font = QFont(font)
    font.setPointSizeF(font.pointSizeF() * factor)
    return font


def _write(painter: QPainter, place: QRectF, text: str) -> None:
    metrics = QFontMetricsF(painter.font())
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
