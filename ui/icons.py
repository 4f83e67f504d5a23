"""The icons: our own SVG drawings in one colour, painted in a colour of the theme.

A drawing is rendered at the size and scale at which it is needed and in the theme's colour of that
moment, so icons are crisp on every screen and follow a change of theme by themselves.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from core.resources import resources_folder
from ui.theme import current_theme

APPLICATION = "hearwhy"  # the one drawing that has colours of its own
PLACEHOLDER = "currentColor"


def icons_folder() -> Path:
    """Folder of the drawings."""
    return resources_folder() / "icons"


def icon_names() -> list[str]:
    """Names of the drawings, without the application's."""
    return sorted(path.stem for path in icons_folder().glob("*.svg") if path.stem != APPLICATION)


def icon(name: str, role: str = "text", checked_role: str | None = None) -> QIcon:
    """The drawing `name` as an icon.

    role, checked_role: the colour of the theme (a field of `Theme`), while it is checked the other.
    Raises: FileNotFoundError for a name that is not drawn, which is a defect.
    """
    return QIcon(_Engine(_drawing(name), role, checked_role or role))


def application_icon() -> QIcon:
    """HearWhy's own icon."""
    return icon(APPLICATION)


@cache
def _drawing(name: str) -> str:
    return (icons_folder() / f"{name}.svg").read_text(encoding="utf-8")


class _Engine(QIconEngine):
    def __init__(self, drawing: str, role: str, checked_role: str) -> None:
        super().__init__()
        self._text = drawing
        self._roles = {QIcon.State.Off: role, QIcon.State.On: checked_role}

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        text = self._text.replace(PLACEHOLDER, self._color(mode, state))
        QSvgRenderer(QByteArray(text.encode())).render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _Engine(self._text, self._roles[QIcon.State.Off], self._roles[QIcon.State.On])

    def _color(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        theme = current_theme()
        if mode is QIcon.Mode.Disabled:
            return theme.disabled
        if mode is QIcon.Mode.Selected:
            return theme.accent_text
        return str(getattr(theme, self._roles[state]))
