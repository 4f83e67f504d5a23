"""What live listening can be told while it runs: microphone, gain, threshold, what is heard."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QSizePolicy, QSlider, QWidget

from core.types import Variant
from ui.formatting import number, probability
from ui.views.variant_names import variant_name

LEAST_GAIN, MOST_GAIN = -20, 40  # dB
MONITORED = (Variant.EXPLANATION, Variant.REMOVED)


class LiveControls(QWidget):
    """Signals: microphone_chosen(key of a device, None for the system's choice);
    gain_changed(dB); threshold_changed(probability); threshold_shown(probability), also when it was
    not the user who changed it; monitored_chosen(Variant, None for nothing).
    """

    microphone_chosen = Signal(object)
    gain_changed = Signal(float)
    threshold_changed = Signal(float)
    threshold_shown = Signal(float)
    monitored_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.microphone = QComboBox()
        self.microphone.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.microphone.setAccessibleName(self.tr("Microphone for live listening"))
        self.microphone.activated.connect(self._on_microphone)
        self.gain, self._gain_text = self._slider(LEAST_GAIN, MOST_GAIN)
        self.gain.setAccessibleName(self.tr("Gain of live listening"))
        self.gain.setToolTip(
            self.tr("Makes what the classifier hears louder or softer; the meter shows the result")
        )
        self.gain.valueChanged.connect(self._on_gain)
        self.threshold, self._threshold_text = self._slider(30, 99)
        self.threshold.setAccessibleName(self.tr("Threshold of events"))
        self.threshold.setToolTip(
            self.tr(
                "A class that stands alone and becomes more probable than this is captured as an "
                "event. At first it is what the classifier states"
            )
        )
        self.threshold.valueChanged.connect(self._on_threshold)
        self.monitored = QComboBox()
        self.monitored.setAccessibleName(self.tr("Hear while listening"))
        self.monitored.setToolTip(
            self.tr(
                "Hear on headphones what explains the decision, or what is left without it, a "
                "second and a half late. A loudspeaker would feed back into the microphone"
            )
        )
        self.monitored.addItem(self.tr("Off"), None)
        for variant in MONITORED:
            self.monitored.addItem(variant_name(variant), variant)
        self.monitored.activated.connect(self._on_monitored)
        self._lay_out()
        self.show_microphones([], None)
        self.show_gain(0.0)

    def show_microphones(self, choices: Sequence[tuple[str, str]], chosen: str | None) -> None:
        """choices: key and label of each device. chosen: a key, None for the system's choice."""
        self.microphone.clear()
        self.microphone.addItem(self.tr("System default"), None)
        for key, label in choices:
            self.microphone.addItem(label, key)
        if chosen is not None and chosen not in dict(choices):
            self.microphone.addItem(self.tr("{device} (not connected)").format(device=chosen))
            self.microphone.setItemData(self.microphone.count() - 1, chosen)
        self.microphone.setCurrentIndex(max(0, self.microphone.findData(chosen)))
        self.microphone.setToolTip(self.microphone.currentText())

    def show_gain(self, gain_db: float) -> None:
        with QSignalBlocker(self.gain):
            self.gain.setValue(round(gain_db))
        self._write_gain()

    def show_threshold(self, threshold: float) -> None:
        with QSignalBlocker(self.threshold):
            self.threshold.setValue(round(100 * threshold))
        self._threshold_text.setText(probability(threshold))

    def show_monitored(self, variant: Variant | None) -> None:
        place = 0 if variant is None else 1 + MONITORED.index(variant)
        self.monitored.setCurrentIndex(place)

    def _slider(self, least: int, most: int) -> tuple[QSlider, QLabel]:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(least, most)
        text = QLabel()
        text.setMinimumWidth(self.fontMetrics().horizontalAdvance("+40 dB"))
        text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return slider, text

    def _lay_out(self) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setVerticalSpacing(3)
        layout.setColumnStretch(1, 1)
        for row, (text, control, value) in enumerate(
            (
                (self.tr("Microphone"), self.microphone, None),
                (self.tr("Gain"), self.gain, self._gain_text),
                (self.tr("Threshold"), self.threshold, self._threshold_text),
                (self.tr("Hear"), self.monitored, None),
            )
        ):
            label = QLabel(text)
            label.setBuddy(control)
            layout.addWidget(label, row, 0)
            layout.addWidget(control, row, 1, 1, 2 if value is None else 1)
            if value is not None:
                layout.addWidget(value, row, 2)

    def _on_microphone(self, place: int) -> None:
        self.microphone_chosen.emit(self.microphone.itemData(place))

    def _write_gain(self) -> None:
        gain = number(self.gain.value(), 0, signed=True)
        self._gain_text.setText(self.tr("{gain} dB").format(gain=gain))

    def _on_gain(self, gain_db: int) -> None:
        self._write_gain()
        self.gain_changed.emit(float(gain_db))

    def _on_threshold(self, percent: int) -> None:
        self._threshold_text.setText(probability(percent / 100))
        self.threshold_shown.emit(percent / 100)
        self.threshold_changed.emit(percent / 100)

    def _on_monitored(self, place: int) -> None:
        chosen = self.monitored.itemData(place)
        self.monitored_chosen.emit(None if chosen is None else Variant(chosen))
