"""The list of clips: samples, takes and files; files can be dropped on it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QMimeData, QPoint, QSignalBlocker, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFont,
    QKeyEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLabel,
    QMenu,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.file_names import plain
from ui.icons import icon
from ui.keys import FocusKeys

KEY = Qt.ItemDataRole.UserRole
ROW_HEIGHT = 24
DROP_TARGET = """
QFrame#clips { border: 2px solid transparent; }
QFrame#clips[target="true"] { border-color: palette(highlight); }
"""
ICONS = {"samples": "sample", "takes": "take", "events": "live", "files": "file"}


class ListedClip(Protocol):
    """What the list needs to know of a clip. group: "samples", "takes", "events" or "files"."""

    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def group(self) -> str: ...
    @property
    def missing(self) -> bool: ...


class ClipsView(QFrame):
    """Signals: clip_chosen(key); files_dropped(list of Path); remove_requested(key).

    Samples belong to HearWhy and cannot be removed. A missing file is greyed and cannot be chosen.
    """

    clip_chosen = Signal(str)
    files_dropped = Signal(list)
    remove_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clips")
        self.setStyleSheet(DROP_TARGET)
        self.setAcceptDrops(True)
        self._rows: dict[str, QTreeWidgetItem] = {}
        self._current: str | None = None
        self.tree = _Tree()
        self.tree.setAccessibleName(self.tr("Clips"))
        self.tree.currentItemChanged.connect(self._on_current_changed)
        self.tree.itemActivated.connect(self._on_activated)
        self.tree.customContextMenuRequested.connect(self._open_menu)
        self.tree.remove_pressed.connect(self._remove_current)
        self._hint = QLabel(self.tr("Drop sound files anywhere in the window."))
        self._hint.setObjectName("muted")
        self._hint.setWordWrap(True)
        self._hint.setMargin(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self._hint)
        FocusKeys(self)

    def show_clips(self, clips: Sequence[ListedClip]) -> None:
        """Show these, grouped, in their order. Folded groups stay folded."""
        folded = {header.data(0, KEY) for header in self._headers() if not header.isExpanded()}
        titles = {
            "samples": self.tr("Samples"),
            "takes": self.tr("Takes"),
            "events": self.tr("Live events"),
            "files": self.tr("Files"),
        }
        with QSignalBlocker(self.tree):
            self.tree.clear()
            self._rows.clear()
            for group, title in titles.items():
                members = [clip for clip in clips if clip.group == group]
                if members:
                    header = _header(title, group)
                    self.tree.addTopLevelItem(header)
                    for clip in members:
                        self._rows[clip.key] = self._row(clip)
                        header.addChild(self._rows[clip.key])
                    header.setExpanded(group not in folded)
        self._hint.setVisible(not any(clip.group == "files" for clip in clips))
        self.show_current(self._current)

    def show_current(self, key: str | None) -> None:
        """Mark the clip that is open."""
        self._current = key
        for row_key, row in self._rows.items():
            font = row.font(0)
            font.setBold(row_key == key)
            row.setFont(0, font)
        row = self._rows.get(key) if key is not None else None
        with QSignalBlocker(self.tree):
            self.tree.setCurrentItem(row)
        if row is not None:
            self.tree.scrollToItem(row)

    def choose_next(self) -> None:
        """Go to the clip below, across groups; stays at the last."""
        self._step(1)

    def choose_previous(self) -> None:
        """Go to the clip above, across groups; stays at the first."""
        self._step(-1)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_files(event.mimeData()):
            event.acceptProposedAction()
            self._show_as_target(True)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._show_as_target(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._show_as_target(False)
        event.acceptProposedAction()
        self.files_dropped.emit(dropped_files(event.mimeData()))

    def _row(self, clip: ListedClip) -> QTreeWidgetItem:
        row = QTreeWidgetItem([clip.name])
        row.setData(0, KEY, clip.key)
        row.setIcon(0, icon(ICONS[clip.group], "muted"))
        row.setSizeHint(0, QSize(0, ROW_HEIGHT))
        row.setToolTip(0, plain(clip.key))
        if clip.missing:
            row.setFlags(Qt.ItemFlag.ItemIsSelectable)
            row.setToolTip(
                0, self.tr("The file is no longer there: {file}").format(file=plain(clip.key))
            )
        return row

    def _headers(self) -> list[QTreeWidgetItem]:
        return [self.tree.topLevelItem(number) for number in range(self.tree.topLevelItemCount())]

    def _step(self, by: int) -> None:
        keys = [key for key, row in self._rows.items() if row.flags() & Qt.ItemFlag.ItemIsEnabled]
        if not keys:
            return
        position = keys.index(self._current) + by if self._current in keys else 0
        if 0 <= position < len(keys) and keys[position] != self._current:
            self.clip_chosen.emit(keys[position])

    def _on_current_changed(self, row: QTreeWidgetItem | None) -> None:
        key = row.data(0, KEY) if row is not None else None
        if key in self._rows and key != self._current:
            self.clip_chosen.emit(key)

    def _on_activated(self, row: QTreeWidgetItem) -> None:
        if row.parent() is None:
            row.setExpanded(not row.isExpanded())

    def _open_menu(self, place: QPoint) -> None:
        row = self.tree.itemAt(place)
        if row is not None and _is_removable(row):
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            key = row.data(0, KEY)
            action = menu.addAction(icon("close"), self.tr("Take off the list"))
            action.triggered.connect(lambda: self.remove_requested.emit(key))
            menu.popup(self.tree.viewport().mapToGlobal(place))

    def _remove_current(self) -> None:
        row = self.tree.currentItem()
        if row is not None and _is_removable(row):
            self.remove_requested.emit(row.data(0, KEY))

    def _show_as_target(self, target: bool) -> None:
        self.setProperty("target", target)
        self.style().polish(self)
        self.update()


def dropped_files(data: QMimeData) -> list[Path]:
    """The local files that are dragged; empty when something else is."""
    return [_path(url) for url in data.urls() if url.isLocalFile()]


def _path(url: QUrl) -> Path:
    """The path of a local file, whose name need not be valid text."""
    if os.name == "nt":
        return Path(url.toLocalFile())
    encoded = url.path(QUrl.ComponentFormattingOption.FullyEncoded)
    return Path(os.fsdecode(unquote_to_bytes(encoded)))


class _Tree(QTreeWidget):
    """Signals: remove_pressed(), on the Delete key."""

    remove_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(10)
        self.setIconSize(QSize(16, 16))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformRowHeights(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setExpandsOnDoubleClick(True)
        self.setAcceptDrops(False)
        self.viewport().setAcceptDrops(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.remove_pressed.emit()
        else:
            super().keyPressEvent(event)


def _header(title: str, group: str) -> QTreeWidgetItem:
    header = QTreeWidgetItem([title])
    header.setData(0, KEY, group)
    header.setSizeHint(0, QSize(0, ROW_HEIGHT))
    header.setFlags(Qt.ItemFlag.ItemIsEnabled)
    font = QFont()
    font.setPointSizeF(font.pointSizeF() * 0.9)
    font.setBold(True)
    header.setFont(0, font)
    return header


def _is_removable(row: QTreeWidgetItem) -> bool:
    return row.parent() is not None and row.parent().data(0, KEY) != "samples"
