"""F2: every shortcut and gesture in one list that can be searched."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ui.actions import KeyRow

KEYS = Qt.ItemDataRole.UserRole


class KeyListDialog(QDialog):
    """Shows the rows of `ui.actions.key_rows`."""

    def __init__(self, rows: Sequence[KeyRow], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        self.resize(620, 640)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search commands and keys"))
        self.search.setAccessibleName(self.tr("Search commands and keys"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.tree = QTreeWidget()
        self.tree.setAccessibleName(self.tr("Keys"))
        self.tree.setHeaderHidden(True)
        self.tree.setColumnCount(2)
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(12)
        self.tree.setFrameShape(QFrame.Shape.NoFrame)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.tree.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.tree.setItemDelegateForColumn(1, _KeyCaps(self.tree))
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self._fill(rows)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.search)
        layout.addWidget(self.tree, 1)
        layout.addWidget(buttons)

    def visible_rows(self) -> list[str]:
        """The commands that match the search, in order."""
        return [
            item.text(0)
            for header in self._headers()
            for item in _children(header)
            if not item.isHidden()
        ]

    def _fill(self, rows: Sequence[KeyRow]) -> None:
        header: QTreeWidgetItem | None = None
        for row in rows:
            if header is None or header.text(0) != row.section:
                header = QTreeWidgetItem([row.section])
                font = QFont()
                font.setBold(True)
                header.setFont(0, font)
                self.tree.addTopLevelItem(header)
                header.setExpanded(True)
            item = QTreeWidgetItem([row.text, "  ".join(row.keys)])
            item.setData(1, KEYS, row.keys)
            item.setToolTip(0, row.tip)
            header.addChild(item)

    def _filter(self, wanted: str) -> None:
        words = wanted.casefold().split()
        for header in self._headers():
            for item in _children(header):
                text = f"{item.text(0)} {item.toolTip(0)} {item.text(1)}".casefold()
                item.setHidden(not all(word in text for word in words))
            header.setHidden(all(item.isHidden() for item in _children(header)))

    def _headers(self) -> list[QTreeWidgetItem]:
        return [self.tree.topLevelItem(number) for number in range(self.tree.topLevelItemCount())]


def _children(header: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    return [header.child(number) for number in range(header.childCount())]


class _KeyCaps(QStyledItemDelegate):
    """Draws each shortcut as a key of its own."""

    GAP, PADDING = 6, 6

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: object) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text_color = option.palette.color(QPalette.ColorRole.Text)
        edge = QColor(text_color)
        edge.setAlphaF(0.35)
        x = float(option.rect.left())
        for key in index.data(KEYS) or ():
            width = option.fontMetrics.horizontalAdvance(key) + 2 * self.PADDING
            height = option.fontMetrics.height() + 3
            top = option.rect.center().y() - height / 2 + 0.5
            path = QPainterPath()
            path.addRoundedRect(x + 0.5, top, width, height, 4, 4)
            painter.setPen(edge)
            painter.drawPath(path)
            painter.setPen(text_color)
            painter.drawText(path.boundingRect(), Qt.AlignmentFlag.AlignCenter, key)
            x += width + self.GAP
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: object) -> QSize:
        metrics = option.fontMetrics
        widths = (
            metrics.horizontalAdvance(key) + 2 * self.PADDING + self.GAP
            for key in index.data(KEYS) or ()
        )
        return QSize(sum(widths) + 2, metrics.height() + 9)
