"""F1: the guide, in a window beside the main one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, QUrl, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSplitter,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ui.dialogs.guide_text import GuideText
from ui.icons import icon

ANCHOR = Qt.ItemDataRole.UserRole
ZOOMS = (0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)
Standard = QKeySequence.StandardKey
CONTENTS = """
QTreeWidget { background: transparent; border: none; padding: 4px 6px; }
QTreeWidget::item { padding: 4px 2px; }
"""


class GuideDialog(QDialog):
    """Signals: link_opened(QUrl) for a link that leads out of the guide."""

    link_opened = Signal(object)

    def __init__(self, file: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Guide"))
        self.setModal(False)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.resize(1060, 760)
        self._found = 0
        self._build_contents()
        self._build_search()
        self._build_zoom()
        self._lay_out()
        self._add_keys()
        try:
            self.text.show_file(file)
        except (OSError, UnicodeDecodeError):
            self.text.show_sentence(
                self.tr("The guide “{file}” is missing; install HearWhy again.").format(file=file)
            )
        self._fill()
        self._show_zoom()
        self.text.setFocus()

    def show_heading(self, anchor: str) -> None:
        """Go to a chapter."""
        self.text.show_heading(anchor)
        self._show_place()

    def _build_contents(self) -> None:
        self.text = GuideText()
        self.text.setAccessibleName(self.tr("Guide"))
        self.text.anchorClicked.connect(self._follow)
        self.text.verticalScrollBar().valueChanged.connect(self._show_place)
        self.contents = QTreeWidget()
        self.contents.setAccessibleName(self.tr("Contents"))
        self.contents.setHeaderHidden(True)
        self.contents.setFrameShape(QFrame.Shape.NoFrame)
        self.contents.setIndentation(14)
        self.contents.setRootIsDecorated(False)
        self.contents.setStyleSheet(CONTENTS)
        self.contents.currentItemChanged.connect(self._go_to_item)

    def _build_search(self) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search the guide"))
        self.search.setAccessibleName(self.tr("Search the guide"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(280)
        self.search.textChanged.connect(lambda _: self._search(0))
        self.search.returnPressed.connect(lambda: self._search(self._found + 1))
        self.count = QLabel()
        self.count.setObjectName("muted")

    def _build_zoom(self) -> None:
        self.smaller, self.larger = QToolButton(), QToolButton()
        for button, name, drawing, step in (
            (self.smaller, self.tr("Smaller letters"), "zoom_out", -1),
            (self.larger, self.tr("Larger letters"), "zoom_in", 1),
        ):
            button.setIcon(icon(drawing))
            button.setAccessibleName(name)
            button.setToolTip(name)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, step=step: self._zoom(step))

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(10, 8, 10, 8)
        bar.addWidget(self.search, 1)
        bar.addWidget(self.count)
        bar.addStretch(1)
        bar.addWidget(self.smaller)
        bar.addWidget(self.larger)
        middle = QSplitter(Qt.Orientation.Horizontal)
        middle.setChildrenCollapsible(False)
        middle.addWidget(self.contents)
        middle.addWidget(self.text)
        middle.setStretchFactor(1, 1)
        middle.setSizes([230, 830])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(middle, 1)

    def _add_keys(self) -> None:
        for key, do in (
            (Standard.Find, self._start_search),
            (Standard.FindNext, lambda: self._search(self._found + 1)),
            (Standard.FindPrevious, lambda: self._search(self._found - 1)),
            (Standard.ZoomIn, lambda: self._zoom(1)),
            (Standard.ZoomOut, lambda: self._zoom(-1)),
            ("Ctrl+=", lambda: self._zoom(1)),
        ):
            keys = QKeySequence.keyBindings(key) if not isinstance(key, str) else [key]
            for binding in keys:
                QShortcut(QKeySequence(binding), self, do)

    def _fill(self) -> None:
        above: QTreeWidgetItem | None = None
        for heading in self.text.headings:
            if heading.level == 1:
                continue
            item = QTreeWidgetItem([heading.text])
            item.setData(0, ANCHOR, heading.anchor)
            if heading.level == 2 or above is None:
                self.contents.addTopLevelItem(item)
                above = item
            else:
                above.addChild(item)
        self.contents.expandAll()

    def _items(self) -> list[QTreeWidgetItem]:
        tops = [self.contents.topLevelItem(n) for n in range(self.contents.topLevelItemCount())]
        return [each for top in tops for each in (top, *(top.child(n) for n in _children(top)))]

    def _go_to_item(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            with QSignalBlocker(self.text.verticalScrollBar()):
                self.text.show_heading(item.data(0, ANCHOR))
            self.text.viewport().update()

    def _show_place(self) -> None:
        heading = self.text.current_heading()
        for item in self._items():
            if heading is not None and item.data(0, ANCHOR) == heading.anchor:
                with QSignalBlocker(self.contents):
                    self.contents.setCurrentItem(item)

    def _follow(self, url: QUrl) -> None:
        if url.isRelative() and url.hasFragment():
            self.show_heading(url.fragment())
        else:
            self.link_opened.emit(url)

    def _start_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _search(self, wanted: int) -> None:
        """Show one of the matches, those behind the last begin again."""
        text = self.search.text().strip()
        matches = self.text.matches(text)
        self._found = wanted % len(matches) if matches else 0
        self.text.show_matches(matches, self._found)
        if not text:
            self.count.setText("")
        elif matches:
            self.count.setText(
                self.tr("{number} of {count}").format(number=self._found + 1, count=len(matches))
            )
        else:
            self.count.setText(self.tr("not found"))

    def _zoom(self, step: int) -> None:
        number = ZOOMS.index(self.text.zoom) + step
        if 0 <= number < len(ZOOMS):
            self.text.set_zoom(ZOOMS[number])
            self._show_zoom()
            self._search(self._found)

    def _show_zoom(self) -> None:
        self.smaller.setEnabled(self.text.zoom > ZOOMS[0])
        self.larger.setEnabled(self.text.zoom < ZOOMS[-1])


def _children(item: QTreeWidgetItem) -> range:
    return range(item.childCount())
