"""The live panel: what is heard now, how old the answer is, and what was captured."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.formatting import number, probability
from ui.icons import icon
from ui.keys import FocusKeys, WheelGuard
from ui.views.level_meter import LevelMeter
from ui.views.live_canvas import LiveCanvas
from ui.views.live_controls import LiveControls
from ui.views.live_event_list import LiveEventList, ShownEvent

LARGE = 2.8  # times the usual font, for the decision
SIDE_WIDTH = 262
METER_WIDTH = 150


class LiveView(QFrame):
    """Signals: live_requested(bool). Those of the parts are their own: `canvas`, `controls`,
    `events`.
    """

    live_requested = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = LiveCanvas()
        self.controls = LiveControls()
        self.events = LiveEventList()
        self._build_top()
        top = QHBoxLayout()
        top.setContentsMargins(6, 4, 6, 0)
        top.setSpacing(10)
        top.addWidget(self.live)
        top.addWidget(self._label, 3)
        top.addWidget(self._probability)
        top.addWidget(self._clock, 4)
        top.addWidget(self.meter)
        side = QWidget()
        side.setFixedWidth(SIDE_WIDTH)
        column = QVBoxLayout(side)
        column.setContentsMargins(8, 0, 4, 4)
        column.setSpacing(6)
        column.addWidget(self.controls)
        column.addWidget(self.events, 1)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(top, 0, 0, 1, 2)
        layout.addWidget(self.canvas, 1, 0)
        layout.addWidget(side, 1, 1)
        layout.setRowStretch(1, 1)
        self.controls.threshold_shown.connect(self.canvas.show_threshold)
        FocusKeys(self)
        WheelGuard(self)
        self.show_running(False)
        self.show_events([])

    def show_running(self, running: bool) -> None:
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

    def show_clock(
        self, age: float | None, skipped: int, sentence: str | None, delay: float | None = None
    ) -> None:
        """How old the decision is that is shown, in s, and how many windows were left out.

        sentence: what is wrong, in place of that. delay: s that what is monitored is late.
        """
        if sentence is not None:
            self._clock.setText(sentence)
        elif age is not None:
            text = self.tr("analysing {age} s ago, {skipped} skipped").format(
                age=number(age, 1), skipped=skipped
            )
            if delay is not None:
                text += self.tr("\nheard {delay} s late").format(delay=number(delay, 1))
            self._clock.setText(text)

    def show_level(self, rms_db: float | None, peak_db: float | None) -> None:
        """In dBFS; None for digital silence."""
        self.meter.show_level(rms_db, peak_db)

    def show_threshold(self, threshold: float) -> None:
        self.controls.show_threshold(threshold)
        self.canvas.show_threshold(threshold)

    def show_unable(self, reason: str | None) -> None:
        """Say why there is no live listening ("No microphone was found."), or that it can be."""
        self.live.setEnabled(reason is None)
        self.live.setToolTip(reason or self.tr("Explain what the microphone hears (Shift+R)"))

    def show_events(self, events: Sequence[ShownEvent]) -> None:
        """All events, the oldest first; the list shows the newest on top."""
        self.events.show_events(events)

    def _build_top(self) -> None:
        self.live = QToolButton()
        self.live.setCheckable(True)
        self.live.setIcon(icon("live", "error", "accent_text"))
        self.live.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.live.clicked.connect(self.live_requested)
        self.show_unable(None)
        self.meter = LevelMeter()
        self.meter.setFixedWidth(METER_WIDTH)
        self.meter.setAccessibleName(self.tr("Level as the classifier hears it"))
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setAccessibleName(self.tr("Current decision"))
        self._label.setFont(_larger(self.font(), LARGE, bold=True))
        self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._probability = QLabel()
        self._probability.setFont(_larger(self.font(), 0.6 * LARGE))
        self._clock = QLabel()
        self._clock.setObjectName("muted")
        self._clock.setWordWrap(True)
        self._clock.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)


def _larger(font: QFont, times: float, *, bold: bool = False) -> QFont:
    larger = QFont(font)
    larger.setPointSizeF(larger.pointSizeF() * times)
    larger.setBold(bold)
    return larger
