"""Room and colours for a document that was read from Markdown."""

from __future__ import annotations

from PySide6.QtGui import (
    QColor,
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)

from ui.theme import Theme, current_theme

LINE_HEIGHT = 128.0  # per cent


def dress(document: QTextDocument) -> None:
    """Give the text room, and the theme's colours."""
    theme = current_theme()
    cursor = QTextCursor(document)
    cursor.beginEditBlock()
    block = document.begin()
    while block.isValid():
        _give_room(cursor, block)
        _color(cursor, block, theme)
        block = block.next()
    cursor.endEditBlock()
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _dress_table(frame, theme)


def pieces(block: QTextBlock) -> list[tuple[int, int, QTextCharFormat]]:
    """Start, length and format of the stretches of one format."""
    pieces = []
    walk = block.begin()
    while not walk.atEnd():
        fragment = walk.fragment()
        pieces.append((fragment.position(), fragment.length(), fragment.charFormat()))
        walk += 1
    return pieces


def _give_room(cursor: QTextCursor, block: QTextBlock) -> None:
    room = QTextBlockFormat()
    room.setLineHeight(LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    level = block.blockFormat().headingLevel()
    if level:
        room.setTopMargin(0 if level == 1 else 30 - 4 * level)
        room.setBottomMargin(6)
    elif QTextCursor(block).currentTable() is not None:
        room.setTopMargin(0)
        room.setBottomMargin(0)
    elif not block.textList():
        room.setTopMargin(5)
        room.setBottomMargin(5)
    if any(found.isImageFormat() for _, _, found in pieces(block)):
        room.setLineHeight(100, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    cursor.setPosition(block.position())
    cursor.mergeBlockFormat(room)


def _color(cursor: QTextCursor, block: QTextBlock, theme: Theme) -> None:
    """Links, and what is to be typed."""
    for start, length, found in pieces(block):
        style = QTextCharFormat()
        if found.isAnchor():
            style.setForeground(QColor(theme.accent))
        elif found.fontFixedPitch():
            style.setFontStyleHint(QFont.StyleHint.Monospace)
            style.setBackground(QColor(theme.hover))
        else:
            continue
        cursor.setPosition(start)
        cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(style)


def _dress_table(table: QTextTable, theme: Theme) -> None:
    style = table.format()
    style.setBorder(1)
    style.setBorderBrush(QColor(theme.border))
    style.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    style.setBorderCollapse(True)
    style.setCellPadding(5)
    style.setTopMargin(6)
    style.setBottomMargin(10)
    style.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    table.setFormat(style)
    for column in range(table.columns()):
        cell = table.cellAt(0, column)
        head = cell.format()
        head.setBackground(QColor(theme.hover))
        cell.setFormat(head)
