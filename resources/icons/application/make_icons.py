"""Draws the application's icon in every size that desktops ask for, from its one drawing.

    python resources/icons/application/make_icons.py

The pictures lie beside this file and are part of the project, so that installing the desktop entry
needs no drawing.
"""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)


def main() -> None:
    application = QGuiApplication([])
    folder = Path(__file__).parent
    renderer = QSvgRenderer(str(folder.parent / "hearwhy.svg"))
    for size in SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        renderer.render(painter)
        painter.end()
        image.save(str(folder / f"{size}.png"))
    del application


if __name__ == "__main__":
    main()
