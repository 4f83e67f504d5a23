"""The live panel: what is heard now, how old the answer is, and what was captured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.types import Variant
from ui.formatting import clock, number, probability
from ui.icons import icon
from ui.keys import FocusKeys, WheelGuard
from ui.views.level_meter import LevelMeter
from ui.views.live_canvas import LiveCanvas
from ui.views.variant_names import variant_name

NUMBER = Qt.ItemDataRole.UserRole
LARGE = 2.2  # times the usual font, for the decision
PLAYED = (Variant.ORIGINAL, Variant.EXPLANATION, Variant.REMOVED)
SIDE_WIDTH = 330


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


class LiveView(QFrame):
    """Signals: live_requested(bool); threshold_changed(float); play_requested(number, Variant);
    open_requested(number); export_requested(); list_requested(), to put all events into the list of
    clips; clear_requested().
    """

    live_requested = Signal(bool)
    threshold_changed = Signal(float)
    play_requested = Signal(int, object)
    open_requested = Signal(int)
    export_requested = Signal()
    list_requested = Signal()
    clear_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[int, QTreeWidgetItem] = {}
        self.canvas = LiveCanvas()
        self._build_controls()
        self._build_events()
        side = QWidget()
        side.setFixedWidth(SIDE_WIDTH)
        column = QVBoxLayout(side)
        column.setContentsMargins(8, 4, 4, 4)
        column.setSpacing(4)
        top = QHBoxLayout()
        top.addWidget(self.live)
        top.addWidget(self.meter, 1)
        column.addLayout(top)
        decision = QHBoxLayout()
        decision.addWidget(self._label, 1)
        decision.addWidget(self._probability)
        column.addLayout(decision)
        column.addWidget(self._clock)
        row = QHBoxLayout()
        row.addWidget(QLabel(self.tr("Threshold")))
        row.addWidget(self.threshold, 1)
        row.addWidget(self._threshold_text)
        column.addLayout(row)
        column.addWidget(self.events, 1)
        buttons = QHBoxLayout()
        for button in (self.to_list, self.export, self.clear):
            buttons.addWidget(button)
        column.addLayout(buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(side)
        FocusKeys(self)
        WheelGuard(self)
        self.show_running(False)
        self.show_events([])

    def show_running(self, running: bool) -> None:
        with QSignalBlocker(self.live):
            self.live.setChecked(running)
        self.live.setText(self.tr("Stop") if running else self.tr("Live"))
        self.live.setAccessibleName(
            self.tr("End live listening") if running else self.tr("Start live listening")
        )
        if running:
            self.canvas.show_nothing()
            self.show_decision("", None)
            self._clock.setText(self.tr("Opening the models"))
        else:
            self.meter.show_idle()
            self._clock.setText(self.tr("Not listening"))

    def show_decision(self, label: str, p: float | None, hearing: bool = False) -> None:
        """The newest decision. hearing: whether an event is under way."""
        self._label.setText(label or "–")
        self._probability.setText("" if p is None else probability(p))
        self._label.setEnabled(hearing or p is None)
        if p is not None:
            sentence = self.tr("Now “{label}”, p {p}.").format(label=label, p=probability(p))
            self.canvas.describe(sentence)

    def show_clock(self, age: float | None, skipped: int, sentence: str | None) -> None:
        """How old the decision is that is shown, in s, and how many windows were left out.

        sentence: what is wrong, in place of that.
        """
        if sentence is not None:
            self._clock.setText(sentence)
        elif age is not None:
            self._clock.setText(
                self.tr("analysing {age} s ago, {skipped} skipped").format(
                    age=number(age, 1), skipped=skipped
                )
            )

    def show_level(self, rms_db: float | None, peak_db: float | None) -> None:
        """In dBFS; None for digital silence."""
        self.meter.show_level(rms_db, peak_db)

    def show_threshold(self, threshold: float) -> None:
        with QSignalBlocker(self.threshold):
            self.threshold.setValue(round(100 * threshold))
        self._threshold_text.setText(probability(threshold))
        self.canvas.show_threshold(threshold)

    def show_unable(self, reason: str | None) -> None:
        """Say why there is no live listening ("No microphone was found."), or that it can be."""
        self.live.setEnabled(reason is None)
        self.live.setToolTip(reason or self.tr("Explain what the microphone hears (Shift+R)"))

    def show_events(self, events: Sequence[ShownEvent]) -> None:
        """All events, the oldest first; the list shows the newest on top."""
        known = {event.number for event in events}
        for gone in [each for each in self._rows if each not in known]:
            row = self._rows.pop(gone)
            self.events.takeTopLevelItem(self.events.indexOfTopLevelItem(row))
        for event in events:
            if event.number not in self._rows:
                self._rows[event.number] = self._added(event)
            self._show_row(self._rows[event.number], event)
        for button in (self.to_list, self.export, self.clear):
            button.setEnabled(bool(events))

    def _build_controls(self) -> None:
        self.live = QToolButton()
        self.live.setCheckable(True)
        self.live.setIcon(icon("live", "error", "error"))
        self.live.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.live.clicked.connect(self.live_requested)
        self.show_unable(None)
        self.meter = LevelMeter()
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setAccessibleName(self.tr("Current decision"))
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * LARGE)
        font.setBold(True)
        self._label.setFont(font)
        self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._probability = QLabel()
        large = QFont(self.font())
        large.setPointSizeF(large.pointSizeF() * LARGE * 0.75)
        self._probability.setFont(large)
        self._clock = QLabel()
        self._clock.setObjectName("muted")
        self._clock.setWordWrap(True)
        self.threshold = QSlider(Qt.Orientation.Horizontal)
        self.threshold.setRange(30, 99)
        self.threshold.setAccessibleName(self.tr("Threshold of events"))
        self.threshold.setToolTip(
            self.tr("A class that becomes more probable than this is captured as an event")
        )
        self._threshold_text = QLabel()
        self.threshold.valueChanged.connect(self._on_threshold)

    def _build_events(self) -> None:
        self.events = QTreeWidget()
        self.events.setAccessibleName(self.tr("Captured events"))
        self.events.setHeaderLabels(
            [self.tr("Time"), self.tr("Class"), self.tr("p"), self.tr("Listen")]
        )
        self.events.setRootIsDecorated(False)
        self.events.setUniformRowHeights(True)
        self.events.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = self.events.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        for column in (0, 2, 3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.events.itemActivated.connect(lambda row: self.open_requested.emit(row.data(0, NUMBER)))
        self.to_list = QPushButton(self.tr("Add to clips"))
        self.to_list.setToolTip(
            self.tr("Put all events into the list of clips, to save them as a session")
        )
        self.to_list.clicked.connect(self.list_requested)
        self.export = QPushButton(self.tr("Export all…"))
        self.export.clicked.connect(self.export_requested)
        self.clear = QPushButton(self.tr("Clear"))
        self.clear.setToolTip(self.tr("Empty the list; the recordings of the events stay"))
        self.clear.clicked.connect(self.clear_requested)

    def _added(self, event: ShownEvent) -> QTreeWidgetItem:
        row = QTreeWidgetItem([clock(event.time, 1), event.label, probability(event.probability)])
        row.setData(0, NUMBER, event.number)
        row.setToolTip(1, self.tr("Enter or a double click opens it in the main view"))
        self.events.insertTopLevelItem(0, row)
        self.events.setItemWidget(row, 3, self._players(event.number))
        return row

    def _show_row(self, row: QTreeWidgetItem, event: ShownEvent) -> None:
        players = self.events.itemWidget(row, 3)
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

    def _on_threshold(self, percent: int) -> None:
        self._threshold_text.setText(probability(percent / 100))
        self.canvas.show_threshold(percent / 100)
        self.threshold_changed.emit(percent / 100)
