"""The name of a version with a dot in its colour."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from core.types import Variant
from ui.theme import current_theme
from ui.views.variant_names import variant_meaning, variant_name

DOT, INDENT = 3.5, 14


class VariantLabel(QLabel):
    def __init__(self, variant: Variant, parent: QWidget | None = None) -> None:
        super().__init__(variant_name(variant), parent)
        self._variant = variant
        self.setIndent(INDENT)
        self.setToolTip(variant_meaning(variant))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(current_theme().variants[self._variant]))
        painter.drawEllipse(QPointF(DOT + 0.5, self.height() / 2), DOT, DOT)
