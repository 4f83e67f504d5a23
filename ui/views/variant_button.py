"""A button that switches to one version of the sound, in that version's colour."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from core.types import Variant
from ui.theme import Theme, current_theme
from ui.views.variant_names import VARIANT_KEYS, variant_meaning, variant_name

PADDING, GAP, HEIGHT = 9, 6, 28


class VariantButton(QAbstractButton):
    """Checkable; shows its key and its name. Filled with the version's colour while checked."""

    def __init__(self, variant: Variant, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.variant = variant
        self.setCheckable(True)
        self.setText(variant_name(variant))
        self.setAccessibleName(self.tr("Version: {name}").format(name=self.text()))
        self.setAccessibleDescription(variant_meaning(variant))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.show_unable(None)

    def show_unable(self, reason: str | None) -> None:
        """Say why this version cannot be heard, or that it can (None)."""
        self.setEnabled(reason is None)
        key = VARIANT_KEYS[self.variant]
        self.setToolTip(reason or f"{variant_meaning(self.variant)} ({key})")

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        key = metrics.horizontalAdvance(VARIANT_KEYS[self.variant])
        width = key + GAP + metrics.horizontalAdvance(self.text()) + 2 * PADDING + 2
        return QSize(width, max(HEIGHT, metrics.height() + 10))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill, edge, key_color, name_color = self._colors(theme)
        painter.setBrush(QColor(fill))
        painter.setPen(QColor(edge))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        metrics = self.fontMetrics()
        key = VARIANT_KEYS[self.variant]
        place = QRectF(self.rect()).adjusted(PADDING, 0, -PADDING, 0)
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(key_color))
        painter.drawText(place, side, key)
        painter.setPen(QColor(name_color))
        painter.drawText(
            place.adjusted(metrics.horizontalAdvance(key) + GAP, 0, 2, 0), side, self.text()
        )

    def _colors(self, theme: Theme) -> tuple[str, str, str, str]:
        """Fill, edge, key and name."""
        own = theme.variants[self.variant]
        if not self.isEnabled():
            return theme.background, theme.grid, theme.disabled, theme.disabled
        edge = theme.accent if self.hasFocus() else own if self.isChecked() else theme.border
        if self.isChecked():
            return own, theme.text if self.hasFocus() else own, theme.accent_text, theme.accent_text
        return theme.hover if self.underMouse() else theme.panel, edge, own, theme.text
