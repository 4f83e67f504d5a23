"""The guide's text as a document: headings to jump to, pictures that fit, colours of the theme."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QImageReader,
    QResizeEvent,
    QShowEvent,
    QTextCursor,
    QTextDocument,
    QTextImageFormat,
)
from PySide6.QtWidgets import QTextBrowser, QTextEdit, QWidget

from ui.dialogs.guide_dress import dress, pieces
from ui.theme import current_theme
from ui.timers import timer

WIDEST = 820  # points of text in a line; longer ones are hard to follow
MARGIN = 22
LIGHT_NAME, DARK_NAME = "-light.png", "-dark.png"  # the text names the first
SHARP = "@2x"
PAUSE_MS = 80  # without another change of size, after which the pictures follow


@dataclass(frozen=True, slots=True)
class Heading:
    """level: 1 for the title. anchor: what a link to it says behind the #."""

    level: int
    text: str
    anchor: str
    position: int


def anchor_of(heading: str) -> str:
    """The anchor of a heading, as the places that show Markdown make it."""
    return re.sub(r"[^\w\- ]", "", heading.casefold()).strip().replace(" ", "-")


class GuideText(QTextBrowser):
    """Shows a Markdown file; pictures lie relative to it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self.setFrameShape(QTextEdit.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._markdown = ""
        self._folder = Path()
        self._size = self.font().pointSizeF()
        self._zoom = 1.0
        self._width = 0.0
        self._pause = timer(self, PAUSE_MS, once=True)
        self._pause.timeout.connect(self._fit_pictures)
        self._undrawn: list[tuple[int, str, float]] = []  # position, name, width
        self._drawing = timer(self, 0)
        self._drawing.timeout.connect(self._draw_picture)
        self.headings: tuple[Heading, ...] = ()

    @property
    def zoom(self) -> float:
        """How large the letters are, 1 as in the rest of the window."""
        return self._zoom

    def show_file(self, file: Path) -> None:
        """Raises: OSError, UnicodeDecodeError."""
        self._markdown = file.read_text(encoding="utf-8")
        self._folder = file.parent
        self._render()

    def show_sentence(self, sentence: str) -> None:
        """Instead of a file."""
        self._markdown, self._folder = sentence, Path()
        self._render()

    def set_zoom(self, zoom: float) -> None:
        self._zoom = zoom
        self._render()

    def show_heading(self, anchor: str) -> bool:
        """Scroll so that the heading is on top. Returns whether there is such a heading."""
        for heading in self.headings:
            if heading.anchor == anchor:
                block = self.document().findBlock(heading.position)
                top = self.document().documentLayout().blockBoundingRect(block).top()
                self.verticalScrollBar().setValue(round(top) - MARGIN // 2)
                return True
        return False

    def current_heading(self) -> Heading | None:
        """The last one above the middle of what is seen."""
        middle = self.cursorForPosition(self.viewport().rect().center()).position()
        above = [heading for heading in self.headings if heading.position <= middle]
        return above[-1] if above else None

    def matches(self, wanted: str) -> list[QTextCursor]:
        """Where the words stand, in order."""
        found: list[QTextCursor] = []
        cursor = self.document().find(wanted) if wanted else QTextCursor()
        while not cursor.isNull():
            found.append(cursor)
            cursor = self.document().find(wanted, cursor)
        return found

    def show_matches(self, cursors: list[QTextCursor], current: int) -> None:
        """Mark them all, and scroll to one of them."""
        theme = current_theme()
        marks = []
        for number, cursor in enumerate(cursors):
            mark = QTextEdit.ExtraSelection()
            mark.cursor = cursor
            here = number == current
            mark.format.setBackground(QColor(theme.accent if here else theme.border))
            mark.format.setForeground(QColor(theme.accent_text if here else theme.text))
            marks.append(mark)
        self.setExtraSelections(marks)
        if cursors:
            place = QTextCursor(cursors[current])
            place.clearSelection()
            self.setTextCursor(place)
            self.ensureCursorVisible()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._markdown:
            self._render()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fit_text():
            self._pause.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit_text()
        self._fit_pictures()

    def _render(self) -> None:
        place = self.verticalScrollBar().value() / max(1, self.verticalScrollBar().maximum())
        document = QTextDocument(self)
        font = QFont(self.font())
        font.setPointSizeF(self._size * self._zoom)
        document.setDefaultFont(font)
        document.setMarkdown(self._markdown)
        dress(document)
        self.headings = _headings(document)
        self._width = 0.0
        self.setDocument(document)  # which deletes the one before
        self._fit()
        self.verticalScrollBar().setValue(round(place * self.verticalScrollBar().maximum()))

    def _fit(self) -> None:
        if self.isVisible() and self._fit_text():
            self._fit_pictures()

    def _fit_text(self) -> bool:
        """Lay the text out in the middle, at most `WIDEST` wide. → whether that changed it."""
        room = self.viewport().width()
        width = min(WIDEST * self._zoom, room - 2 * MARGIN)
        if width < MARGIN:
            return False
        changed, self._width = width != self._width, width
        shape = self.document().rootFrame().frameFormat()
        shape.setLeftMargin((room - width) / 2)
        shape.setRightMargin((room - width) / 2)
        shape.setTopMargin(MARGIN)
        shape.setBottomMargin(2 * MARGIN)
        self.document().rootFrame().setFrameFormat(shape)
        return changed

    def _fit_pictures(self) -> None:
        """Give the pictures the text's width; they are drawn one by one, so that nothing waits."""
        cursor = QTextCursor(self.document())
        self._undrawn = []
        block = self.document().begin()
        while block.isValid():
            for start, length, found in pieces(block):
                if found.isImageFormat():
                    picture = QTextImageFormat(found.toImageFormat())
                    size = QImageReader(str(self._folder / picture.name())).size()
                    width = min(self._width, size.width())
                    picture.setWidth(width)
                    picture.setHeight(width * size.height() / max(1, size.width()))
                    cursor.setPosition(start)
                    cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
                    cursor.setCharFormat(picture)
                    self._undrawn.append((start, picture.name(), width))
            block = block.next()
        self._drawing.start()

    def _draw_picture(self) -> None:
        """The next one that is due."""
        if not self._undrawn or not self.isVisible():
            self._drawing.stop()
            return
        start, name, width = self._undrawn.pop(0)
        kind = QTextDocument.ResourceType.ImageResource
        self.document().addResource(kind, QUrl(name), self._picture(name, width))
        self.document().markContentsDirty(start, 1)

    def _picture(self, name: str, width: float) -> QImage:
        """The picture in the theme's colours, `width` points wide."""
        if current_theme().is_dark and name.endswith(LIGHT_NAME):
            name = name.removesuffix(LIGHT_NAME) + DARK_NAME
        ratio = self.devicePixelRatioF()
        sharp = self._folder / name.replace(".png", f"{SHARP}.png")
        file = sharp if ratio > 1 and sharp.is_file() else self._folder / name
        image = QImage(str(file))
        if image.isNull():
            return image
        pixels = round(width * ratio)
        image = image.scaledToWidth(pixels, Qt.TransformationMode.SmoothTransformation)
        image.setDevicePixelRatio(pixels / width)
        return image


def _headings(document: QTextDocument) -> tuple[Heading, ...]:
    found = []
    block = document.begin()
    while block.isValid():
        level = block.blockFormat().headingLevel()
        if level:
            text = block.text()
            found.append(Heading(level, text, anchor_of(text), block.position()))
        block = block.next()
    return tuple(found)
