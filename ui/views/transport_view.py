"""The bar on top: record, play, loop, position, versions, level match, blind test, meter."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from core.types import Variant
from ui.formatting import clock, decibels
from ui.icons import icon
from ui.keys import FocusKeys
from ui.theme import current_theme
from ui.views.level_meter import LevelMeter
from ui.views.microphone_button import MicrophoneButton
from ui.views.variant_button import VariantButton
from ui.views.variant_names import VARIANT_KEYS

ICON = QSize(18, 18)
RECORDING = """
QToolButton:checked { background: palette(bright-text); color: palette(highlighted-text); }
"""
SWITCH = "QToolButton:checked { background: palette(light); color: palette(highlight); }"


class TransportBar(QFrame):
    """Signals: play_requested(); stop_requested(); record_requested(bool), to start or to end a
    take; microphone_chosen(key or None); check_requested(bool), to show the level of the microphone
    without recording; loop_requested(bool); variant_chosen(Variant); level_match_requested(bool);
    abx_requested().

    What cannot be done is greyed, and its tool tip says why.
    """

    play_requested = Signal()
    stop_requested = Signal()
    record_requested = Signal(bool)
    microphone_chosen = Signal(object)
    check_requested = Signal(bool)
    loop_requested = Signal(bool)
    variant_chosen = Signal(object)
    level_match_requested = Signal(bool)
    abx_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transport")
        self._playing = False
        self._seconds = 0.0
        self._length: float | None = None
        self._recorded: float | None = None  # seconds of the take under way
        self._unable_to_play: str | None = None
        self._unable_to_record: str | None = None
        self._microphone_label = ""
        self._build_transport()
        self._build_versions()
        self._build_listening()
        self.meter = LevelMeter()
        self.meter.setFixedWidth(120)
        self._lay_out()
        FocusKeys(self)
        self.show_recording(False)
        self.show_unable_to_record(None)
        self.show_unable_to_play(None)
        self.show_unable_to_compare(None)
        self.show_loop(False)
        self.show_level_match(True, None)
        self.show_length(None)

    def show_playing(self, playing: bool) -> None:
        self._playing = playing
        self._show_play_button()

    def show_unable_to_play(self, reason: str | None) -> None:
        """Say why nothing can be played ("No clip is open."), or that it can (None)."""
        self._unable_to_play = reason
        self.loop.setEnabled(reason is None)
        self.loop.setToolTip(reason or self.tr("Play the loop again and again (L)"))
        self._show_play_button()

    def show_recording(self, recording: bool) -> None:
        with QSignalBlocker(self.record):
            self.record.setChecked(recording)
        self.record.setText(self.tr("Stop") if recording else self.tr("Record"))
        self.record.setAccessibleName(
            self.tr("End the recording") if recording else self.tr("Record")
        )
        self.microphone.show_recording(recording)
        if recording:
            self.meter.clear_clip()
        else:
            self.meter.show_idle()
        self._recorded = 0.0 if recording else None
        self._clock.setAccessibleName(self.tr("Recorded") if recording else self.tr("Position"))
        self._clock.setObjectName("error" if recording else "")  # the theme's red
        self._clock.style().polish(self._clock)
        self._show_clock()

    def show_recorded(self, seconds: float) -> None:
        """Of the take under way; stands in the place of the position until the take is over."""
        self._recorded = seconds
        self._show_clock()

    def show_unable_to_record(self, reason: str | None) -> None:
        """Say why nothing can be recorded ("No microphone was found."), or that it can (None)."""
        self._unable_to_record = reason
        self.record.setEnabled(reason is None)
        self.meter.setVisible(reason is None)
        self._show_record_tip()

    def show_microphone(self, label: str) -> None:
        """What a take is recorded from; empty where that is not known."""
        self._microphone_label = label
        self._show_record_tip()

    def show_recording_level(self, rms_db: float | None, peak_db: float | None) -> None:
        """In dBFS since the last call; None for digital silence."""
        self.meter.show_level(rms_db, peak_db)

    def show_no_recording_level(self) -> None:
        """The microphone is closed."""
        self.meter.show_idle()

    def show_loop(self, looping: bool) -> None:
        with QSignalBlocker(self.loop):
            self.loop.setChecked(looping)

    def show_position(self, seconds: float) -> None:
        self._seconds = seconds
        self._show_clock()

    def show_length(self, seconds: float | None) -> None:
        """Of the clip; None while none is open or its end is not known, as in a recording."""
        self._length = seconds
        self._show_clock()

    def show_variant(self, variant: Variant) -> None:
        self.versions[variant].setChecked(True)

    def show_unable_to_hear(self, variants: Collection[Variant], reason: str) -> None:
        """Grey these versions, for one reason ("Nothing has been explained yet."), no others."""
        for variant, button in self.versions.items():
            button.show_unable(reason if variant in variants else None)

    def show_level_match(self, matching: bool, gain_db: float | None) -> None:
        """gain_db: what the version heard is turned up by; None when that is not known."""
        with QSignalBlocker(self.level_match):
            self.level_match.setChecked(matching)
        gain = decibels(gain_db, signed=True) if gain_db is not None else ""
        text = self.tr("matched {gain}") if matching else self.tr("not matched")
        self.level_match.setText(text.format(gain=gain).strip())

    def show_unable_to_compare(self, reason: str | None) -> None:
        """Say why there is no blind test now, or that there is one (None)."""
        self.abx.setEnabled(reason is None)
        self.abx.setToolTip(reason or self.tr("Can you tell two versions apart, blind? (X)"))

    def _build_transport(self) -> None:
        self.record = _tool(self.tr("Record"), checkable=True)
        self.record.setIcon(icon("record", "error", "accent_text"))
        self.record.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.record.setStyleSheet(RECORDING)
        self.record.clicked.connect(self.record_requested)
        self.microphone = MicrophoneButton()
        self.microphone.microphone_chosen.connect(self.microphone_chosen)
        self.microphone.check_requested.connect(self.check_requested)
        self.play = _tool(self.tr("Play"))
        self.play.clicked.connect(self._on_play_clicked)
        self.loop = _tool(self.tr("Loop"), checkable=True)
        self.loop.setIcon(icon("loop", "text", "accent"))
        self.loop.setStyleSheet(SWITCH)
        self.loop.clicked.connect(self.loop_requested)
        self._clock = QLabel()
        self._clock.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def _build_versions(self) -> None:
        self.versions = {variant: VariantButton(variant) for variant in VARIANT_KEYS}
        self._group = QButtonGroup(self)
        for button in self.versions.values():
            self._group.addButton(button)
            button.clicked.connect(
                lambda _checked, variant=button.variant: self.variant_chosen.emit(variant)
            )
        self.versions[Variant.ORIGINAL].setChecked(True)

    def _build_listening(self) -> None:
        self.level_match = _tool(self.tr("Match levels"), checkable=True)
        self.level_match.setIcon(icon("level_match", "text", "accent"))
        self.level_match.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.level_match.setToolTip(
            self.tr(
                "Play every version as loud as the original; exported files keep their level (M)"
            )
        )
        self.level_match.setStyleSheet(SWITCH)
        widest = self.tr("matched {gain}").format(gain=decibels(-88.8, signed=True))
        room = self.fontMetrics().horizontalAdvance(widest) + ICON.width() + 24
        self.level_match.setMinimumWidth(room)
        self.level_match.clicked.connect(self.level_match_requested)
        self.abx = _tool(self.tr("Blind test"))
        self.abx.setText(self.tr("ABX"))
        self.abx.setIcon(icon("abx"))
        self.abx.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.abx.clicked.connect(self.abx_requested)

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.setSpacing(4)
        for widget in (
            self.record,
            self.microphone,
            self.play,
            self.loop,
            _Line(),
            self._clock,
            _Line(),
        ):
            layout.addWidget(widget)
        for button in self.versions.values():
            layout.addWidget(button)
        for widget in (_Line(), self.level_match, self.abx):
            layout.addWidget(widget)
        layout.addStretch(1)
        layout.addWidget(self.meter)

    def _on_play_clicked(self) -> None:
        (self.stop_requested if self._playing else self.play_requested).emit()

    def _show_play_button(self) -> None:
        self.play.setIcon(icon("stop" if self._playing else "play"))
        name = self.tr("Stop") if self._playing else self.tr("Play")
        space = QKeySequence(Qt.Key.Key_Space).toString(QKeySequence.SequenceFormat.NativeText)
        self.play.setAccessibleName(name)
        self.play.setEnabled(self._unable_to_play is None)
        self.play.setToolTip(self._unable_to_play or f"{name} ({space})")

    def _show_record_tip(self) -> None:
        tip = self.tr("Record a take, or end it (R)")
        if self._microphone_label:
            tip = self.tr("Record a take from “{device}”, or end it (R)").format(
                device=self._microphone_label
            )
        self.record.setToolTip(self._unable_to_record or tip)

    def _show_clock(self) -> None:
        if self._recorded is not None:
            self._clock.setText(clock(self._recorded))
            return
        whole = clock(self._length) if self._length is not None else self.tr("–:––")
        self._clock.setText(f"{clock(self._seconds)} / {whole}")
        # The field grows with the clip's length and not with each figure.
        widest = f"{clock(self._length or 0.0)} / {clock(self._length or 0.0)}"
        digits = self.fontMetrics().horizontalAdvance(widest) + 10
        self._clock.setMinimumWidth(max(digits, self._clock.minimumWidth()))


def _tool(name: str, checkable: bool = False) -> QToolButton:
    button = QToolButton()
    button.setAccessibleName(name)
    button.setCheckable(checkable)
    button.setIconSize(ICON)
    button.setMinimumSize(30, 28)
    return button


class _Line(QWidget):
    """Parts the groups of the bar."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(13)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(6, 4, 1, self.height() - 8, QColor(current_theme().border))
