"""What the colours of a picture mean: bars with numbers beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui.formatting import number, ticks_unit
from ui.plotting import pg
from ui.theme import current_theme
from ui.views.color_maps import ColorTable, LevelColors, diverging_table, level_table, picture

BAR_WIDTH = 9
TALLEST = 150.0  # pixels of one bar
LEFT = 8
GAP = 18.0  # between two bars
TICK_GAP = 1.15  # lines of text from number to number


@dataclass(frozen=True, slots=True, eq=False)
class ColorBar:
    """One bar. unit: written above it. ticks: (place 0…1 from the bottom, number) each."""

    table: ColorTable
    unit: str
    ticks: tuple[tuple[float, str], ...]


class ColorLegend(pg.GraphicsWidget):
    """Bars one below the other, from the top of the room it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.bars: tuple[ColorBar, ...] = ()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def show_bars(self, bars: Sequence[ColorBar]) -> None:
        self.bars = tuple(bars)
        self.update()

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        if not self.bars:
            return
        line = QFontMetricsF(painter.font()).height()
        room = (self.size().height() - GAP) / len(self.bars) - line - GAP
        height = min(room, TALLEST)
        if height < 2 * line:
            return
        top = 4.0
        for bar in self.bars:
            self._paint_bar(painter, bar, top, height, line)
            top += line + height + GAP

    def _paint_bar(
        self, painter: QPainter, bar: ColorBar, top: float, height: float, line: float
    ) -> None:
        theme = current_theme()
        width = self.size().width()
        painter.setPen(QColor(theme.muted))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(LEFT, top, width - LEFT, line), left, bar.unit)
        frame = QRectF(LEFT, top + 1.5 * line, BAR_WIDTH, height - line)
        colors = picture(np.arange(256, dtype=np.uint8)[:, None], bar.table)
        painter.fillRect(frame, QColor(theme.plot))
        painter.drawImage(frame, colors)
        painter.setPen(pg.mkPen(theme.border))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(frame)
        taken: list[float] = []
        for place, text in bar.ticks:
            y = frame.bottom() - place * frame.height()
            if any(abs(y - other) < TICK_GAP * line for other in taken):
                continue
            taken.append(y)
            painter.setPen(QColor(theme.text))
            room = QRectF(frame.right() + 5, y - line / 2, width - frame.right() - 5, line)
            painter.drawText(room, left, text)


def level_bar(floor_db: float, colors: LevelColors, unit: str) -> ColorBar:
    """Of levels, from the floor to 0 dB."""
    steps = np.arange(0.0, floor_db - 1e-6, -20.0)
    ticks = tuple((1.0 - step / floor_db, number(step, 0)) for step in steps)
    return ColorBar(level_table(colors), unit, ticks)


def signed_bar(limit: float, unit: str = "", opacity: float = 1.0) -> ColorBar:
    """Of signed values from −limit to +limit; a power of ten goes before the unit."""
    factor, digits, power = ticks_unit(limit)
    ticks = tuple(
        (place, number((2.0 * place - 1.0) * limit * factor, digits, signed=True))
        for place in (1.0, 0.0, 0.5, 0.75, 0.25)
    )
    return ColorBar(diverging_table(opacity), f"{power} {unit}".strip(), ticks)
