"""How loud the microphone is: effective value, peak, held peak, and a light for clipping."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.formatting import decibels
from ui.theme import current_theme

FLOOR_DB = -60.0
HOT_DB = -6.0  # louder peaks are drawn in the colour of warnings
CLIP_DB = -0.1  # a peak this near to full scale was most likely cut off
HOLD_S = 1.5
LIGHT_WIDTH = 9


class LevelMeter(QWidget):
    """Shows what it is told and forgets the held peak by the clock; it has no timer of its own.

    clock: seconds that only grow; a test gives its own.
    """

    def __init__(
        self, parent: QWidget | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._rms: float | None = None
        self._peak: float | None = None
        self._held: float | None = None
        self._held_until = 0.0
        self._clipped = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Recording level"))
        self.show_idle()

    @property
    def held_db(self) -> float | None:
        """The peak that is held, in dBFS."""
        return self._held

    @property
    def is_clipped(self) -> bool:
        """Whether the light is on; a click puts it out."""
        return self._clipped

    def show_level(self, rms_db: float | None, peak_db: float | None) -> None:
        """The level since the last call in dBFS; None for digital silence."""
        now = self._clock()
        self._rms, self._peak = rms_db, peak_db
        if peak_db is not None and peak_db >= CLIP_DB:
            self._clipped = True
        loudest = peak_db if peak_db is not None else FLOOR_DB
        if self._held is None or loudest >= self._held or now >= self._held_until:
            self._held, self._held_until = loudest, now + HOLD_S
        self._describe()

    def show_idle(self) -> None:
        """Nothing is recorded. The clip light stays as it is until the next take."""
        self._rms = self._peak = self._held = None
        self._describe()

    def clear_clip(self) -> None:
        self._clipped = False
        self._describe()

    def sizeHint(self) -> QSize:
        return QSize(120, 16)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 12)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clear_clip()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        scale = QRectF(0.0, 0.0, self.width() - LIGHT_WIDTH - 3, self.height()).adjusted(
            0, 3, 0, -3
        )
        painter.setBrush(QColor(theme.border))
        painter.drawRoundedRect(scale, 2, 2)
        if self._peak is not None:
            for level, opacity in ((self._peak, 0.45), (self._rms, 1.0)):
                painter.setOpacity(opacity)
                for start, end, color in (
                    (FLOOR_DB, HOT_DB, theme.accent),
                    (HOT_DB, 0.0, theme.warning),
                ):
                    self._paint_bar(painter, scale, (start, level, end), color)
            painter.setOpacity(1.0)
        if self._held is not None and self._held > FLOOR_DB:
            painter.setBrush(QColor(theme.warning if self._held > HOT_DB else theme.text))
            x = scale.left() + scale.width() * _share(self._held)
            painter.drawRect(QRectF(x - 2, scale.top() - 1, 2, scale.height() + 2))
        painter.setBrush(QColor(theme.error if self._clipped else theme.border))
        light = QRectF(self.width() - LIGHT_WIDTH, scale.top(), LIGHT_WIDTH, scale.height())
        painter.drawRoundedRect(light, 2, 2)

    def _paint_bar(
        self,
        painter: QPainter,
        scale: QRectF,
        levels: tuple[float, float | None, float],
        color: str,
    ) -> None:
        """Of a level the part from `start` to `end`, given as (start, level, end)."""
        start, level, end = levels
        left, right = _share(start), min(_share(level), _share(end))
        if right > left:
            painter.setBrush(QColor(color))
            part = QRectF(scale)
            part.setLeft(scale.left() + scale.width() * left)
            part.setRight(scale.left() + scale.width() * right)
            painter.drawRoundedRect(part, 1, 1)

    def _describe(self) -> None:
        if self._peak is None:
            text = self.tr("no level")
        else:
            text = self.tr("peak {peak}").format(peak=decibels(self._peak))
        if self._clipped:
            text = self.tr("{level}, clipped").format(level=text)
        self.setToolTip(
            self.tr("Recording level: {level}. Click to put out the clip light.").format(level=text)
        )
        self.setAccessibleDescription(text)
        self.update()


def _share(level_db: float | None) -> float:
    """Of the scale from `FLOOR_DB` to 0 dBFS."""
    return 0.0 if level_db is None else min(max(1.0 - level_db / FLOOR_DB, 0.0), 1.0)
