"""The controls above the spectrogram: which versions, which axis, what lies over it."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QWidget,
)

from core.types import Variant
from ui.views.frequency_axis import SCALES, ScaleKind
from ui.views.variant_names import VARIANT_KEYS, variant_name


class SpectrogramLayout(StrEnum):
    """What the view shows."""

    SINGLE = "single"  # the version that is heard
    ALL = "all"  # the four above one another
    DIFFERENCE = "difference"  # one minus another, in dB


class Overlay(StrEnum):
    """What lies over the spectrogram."""

    NONE = "none"
    RELEVANCE = "relevance"
    KEPT = "kept"
    REMOVED = "removed"


class SpectrogramHeader(QWidget):
    """Signals: layout_chosen(SpectrogramLayout); pair_chosen(Variant, Variant), the second minus
    the first; scale_chosen("mel", "linear", "log"); overlay_chosen(Overlay).
    """

    layout_chosen = Signal(object)
    pair_chosen = Signal(object, object)
    scale_chosen = Signal(str)
    overlay_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layouts: dict[SpectrogramLayout, QToolButton] = {}
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 3, 8, 3)
        row.setSpacing(4)
        for layout, text, name in (
            (SpectrogramLayout.SINGLE, self.tr("One"), self.tr("Show the version that is heard")),
            (SpectrogramLayout.ALL, self.tr("All four"), self.tr("Show all four versions")),
            (
                SpectrogramLayout.DIFFERENCE,
                self.tr("Difference"),
                self.tr("Show by how many dB two versions differ"),
            ),
        ):
            row.addWidget(self._layout_button(layout, text, name))
        row.addSpacing(8)
        self.minuend = self._variant_box(self.tr("Version from which the other is subtracted"))
        self.subtrahend = self._variant_box(self.tr("Version that is subtracted"))
        self._minus = QLabel("−")
        for widget in (self.minuend, self._minus, self.subtrahend):
            row.addWidget(widget)
        row.addStretch(1)
        self.overlay = QComboBox()
        self.overlay.setAccessibleName(self.tr("Overlay"))
        self.overlay.setToolTip(self.tr("What lies over the spectrogram; hold H to look below it"))
        for overlay, text in (
            (Overlay.NONE, self.tr("No overlay")),
            (Overlay.RELEVANCE, self.tr("Relevance")),
            (Overlay.KEPT, self.tr("Kept")),
            (Overlay.REMOVED, self.tr("Taken out")),
        ):
            self.overlay.addItem(text, overlay)
        self.scale = QComboBox()
        self.scale.setAccessibleName(self.tr("Frequency axis"))
        self.scale.setToolTip(self.tr("How frequencies are spaced"))
        for kind, text in zip(
            SCALES, (self.tr("Mel"), self.tr("Linear"), self.tr("Log")), strict=True
        ):
            self.scale.addItem(text, kind)
        for box in (self.overlay, self.scale):
            box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(box)
        self._connect()
        self.show_layout(SpectrogramLayout.SINGLE)
        self.show_pair(Variant.ORIGINAL, Variant.EXPLANATION)

    def show_layout(self, layout: SpectrogramLayout) -> None:
        with QSignalBlocker(self._group):
            self._layouts[layout].setChecked(True)
        for widget in (self.minuend, self._minus, self.subtrahend):
            widget.setVisible(layout is SpectrogramLayout.DIFFERENCE)

    def show_pair(self, a: Variant, b: Variant) -> None:
        """b − a."""
        for box, variant in ((self.subtrahend, a), (self.minuend, b)):
            with QSignalBlocker(box):
                box.setCurrentIndex(box.findData(variant))

    def show_scale(self, kind: ScaleKind) -> None:
        with QSignalBlocker(self.scale):
            self.scale.setCurrentIndex(self.scale.findData(kind))

    def show_overlay(self, overlay: Overlay) -> None:
        with QSignalBlocker(self.overlay):
            self.overlay.setCurrentIndex(self.overlay.findData(overlay))

    def layout_button(self, layout: SpectrogramLayout) -> QToolButton:
        return self._layouts[layout]

    def _layout_button(self, layout: SpectrogramLayout, text: str, name: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setCheckable(True)
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: self.layout_chosen.emit(layout))
        self._group.addButton(button)
        self._layouts[layout] = button
        return button

    def _variant_box(self, name: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for variant in VARIANT_KEYS:
            box.addItem(variant_name(variant), variant)
        return box

    def _connect(self) -> None:
        for box in (self.minuend, self.subtrahend):
            box.currentIndexChanged.connect(
                lambda: self.pair_chosen.emit(
                    Variant(self.subtrahend.currentData()), Variant(self.minuend.currentData())
                )
            )
        self.scale.currentIndexChanged.connect(
            lambda: self.scale_chosen.emit(self.scale.currentData())
        )
        self.overlay.currentIndexChanged.connect(
            lambda: self.overlay_chosen.emit(Overlay(self.overlay.currentData()))
        )
