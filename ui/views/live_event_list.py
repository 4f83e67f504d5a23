"""The list of events that live listening captured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.types import Variant
from ui.formatting import clock, probability
from ui.icons import icon
from ui.keys import FocusKeys
from ui.views.variant_names import variant_name

NUMBER = Qt.ItemDataRole.UserRole
PLAYED = (Variant.ORIGINAL, Variant.EXPLANATION, Variant.REMOVED)


class ShownEvent(Protocol):
    """What the list needs to know of a captured event."""

    @property
    def number(self) -> int: ...
    @property
    def label(self) -> str: ...
    @property
    def probability(self) -> float: ...
    @property
    def time(self) -> float: ...
    @property
    def explained(self) -> bool: ...
    @property
    def problem(self) -> str | None: ...


class LiveEventList(QWidget):
    """Signals: play_requested(number, Variant); open_requested(number); list_requested(), to put
    all into the list of clips; save_requested(), as a session; export_requested();
    clear_requested().
    """

    play_requested = Signal(int, object)
    open_requested = Signal(int)
    list_requested = Signal()
    save_requested = Signal()
    export_requested = Signal()
    clear_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[int, QTreeWidgetItem] = {}
        self._build_list()
        self.to_list = self._button(
            self.tr("Add to clips"), self.tr("Put all events into the list of clips")
        )
        self.to_list.clicked.connect(self.list_requested)
        self.save = self._button(
            self.tr("Save session…"),
            self.tr("Save all events with their sounds as a .hearwhy file"),
        )
        self.save.clicked.connect(self.save_requested)
        self.export = self._button(
            self.tr("Export all…"), self.tr("Write the versions of all events as files, in one go")
        )
        self.export.clicked.connect(self.export_requested)
        self.clear = self._button(
            self.tr("Clear"), self.tr("Empty the list; the recordings of the events stay")
        )
        self.clear.clicked.connect(self.clear_requested)
        self._buttons = (self.to_list, self.save, self.export, self.clear)
        pairs = QGridLayout()
        pairs.setSpacing(4)
        for place, button in enumerate(self._buttons):
            pairs.addWidget(button, place // 2, place % 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.list, 1)
        layout.addLayout(pairs)

    def show_events(self, events: Sequence[ShownEvent]) -> None:
        """All events, the oldest first; the list shows the newest on top."""
        known = {event.number for event in events}
        for gone in [each for each in self._rows if each not in known]:
            row = self._rows.pop(gone)
            self.list.takeTopLevelItem(self.list.indexOfTopLevelItem(row))
        for event in events:
            if event.number not in self._rows:
                self._rows[event.number] = self._added(event)
            self._show_row(self._rows[event.number], event)
        for button in self._buttons:
            button.setEnabled(bool(events))

    def _build_list(self) -> None:
        self.list = QTreeWidget()
        self.list.setAccessibleName(self.tr("Captured events"))
        self.list.setHeaderLabels(
            [self.tr("Time"), self.tr("Class"), self.tr("p"), self.tr("Listen")]
        )
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        for column in (0, 2, 3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.list.itemActivated.connect(lambda row: self.open_requested.emit(row.data(0, NUMBER)))

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.setAccessibleDescription(tip)
        button.setMinimumWidth(0)
        return button

    def _added(self, event: ShownEvent) -> QTreeWidgetItem:
        row = QTreeWidgetItem([clock(event.time, 1), event.label, probability(event.probability)])
        row.setData(0, NUMBER, event.number)
        row.setToolTip(1, self.tr("Enter or a double click opens it in the main view"))
        self.list.insertTopLevelItem(0, row)
        self.list.setItemWidget(row, 3, self._players(event.number))
        return row

    def _show_row(self, row: QTreeWidgetItem, event: ShownEvent) -> None:
        players = self.list.itemWidget(row, 3)
        for button in players.findChildren(QToolButton):
            button.setEnabled(event.explained)
        if event.problem is not None:
            row.setToolTip(1, event.problem)
            row.setIcon(1, icon("warning", "warning"))

    def _players(self, event_number: int) -> QWidget:
        players = QWidget()
        layout = QHBoxLayout(players)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for key, variant in enumerate(PLAYED, start=1):
            button = QToolButton()
            button.setText(str(key))
            name = self.tr("Play version {name}").format(name=variant_name(variant))
            button.setAccessibleName(name)
            button.setToolTip(name)
            button.clicked.connect(
                lambda _checked, variant=variant: self.play_requested.emit(event_number, variant)
            )
            layout.addWidget(button)
        FocusKeys(players)
        return players
