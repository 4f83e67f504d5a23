"""A share of cells, 0.1–100 %: a slider that is fine at its low end, and a number to type."""

from __future__ import annotations

import math
import re

from PySide6.QtCore import QLocale, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QMouseEvent, QValidator
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QWidget,
)

SMALLEST = 0.001  # the share at the slider's left end; less can only be typed
STEPS_PER_DECADE = 100
STEPS = round(-math.log10(SMALLEST) * STEPS_PER_DECADE)
TYPED = re.compile(r"\s*(\d{0,3})(?:[.,٫](\d{0,2}))?[\s%]*")  # any script's digits, and its comma


def share_at(step: int) -> float:
    """The share at a step of the slider, rounded to what its number shows."""
    percent = 100.0 * 10.0 ** ((step - STEPS) / STEPS_PER_DECADE)
    decimals = 2 if percent < 1.0 else 1 if percent < 10.0 else 0
    return round(percent, decimals) / 100.0


def step_at(share: float) -> int:
    """The step of the slider nearest a share, in ratio; 0 for all shares up to `SMALLEST`."""
    if share <= SMALLEST:
        return 0
    return min(STEPS, STEPS + round(STEPS_PER_DECADE * math.log10(share)))


class ShareSlider(QWidget):
    """Signals: dragged(share), while the handle moves; chosen(share), when the choice is made.

    Shares are 0…1. A share that was shown and not changed is given back exactly.
    """

    dragged = Signal(float)
    chosen = Signal(float)

    def __init__(self, name: str, tip: str, parent: QWidget | None = None) -> None:
        """name: for screen readers. tip: what the share is of."""
        super().__init__(parent)
        self._share = 1.0
        self.slider = _JumpingSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, STEPS)
        self.slider.setSingleStep(STEPS_PER_DECADE // 20)
        self.slider.setPageStep(STEPS_PER_DECADE // 4)
        self.slider.setMinimumWidth(60)
        self.number = _PercentBox()
        for control in (self.slider, self.number):
            control.setAccessibleName(name)
            control.setToolTip(tip)
        self.setFocusProxy(self.slider)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.number)
        self.slider.valueChanged.connect(self._on_step_changed)
        self.slider.sliderReleased.connect(self._on_released)
        self.number.valueChanged.connect(self._on_number_changed)
        self.show_share(self._share)

    @property
    def share(self) -> float:
        return self._share

    def show_share(self, share: float) -> None:
        self._share = share
        self._show_step()
        self._show_number()

    def _on_step_changed(self, step: int) -> None:
        self._share = share_at(step)
        self._show_number()
        if self.slider.isSliderDown():
            self.dragged.emit(self._share)
        else:  # a key, the wheel
            self.chosen.emit(self._share)

    def _on_released(self) -> None:
        self.chosen.emit(self._share)

    def _on_number_changed(self, percent: float) -> None:
        self._share = round(percent / 100.0, 4)
        self._show_step()
        self.chosen.emit(self._share)

    def _show_step(self) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(step_at(self._share))

    def _show_number(self) -> None:
        with QSignalBlocker(self.number):
            self.number.setValue(100.0 * self._share)


class _JumpingSlider(QSlider):
    """Goes where it is clicked, and can be dragged on from there."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            option = QStyleOptionSlider()
            self.initStyleOption(option)
            handle = self.style().subControlRect(
                QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self
            )
            x = round(event.position().x())
            if not handle.adjusted(0, -99, 0, 99).contains(x, handle.center().y()):
                room = self.width() - handle.width()
                step = QStyle.sliderValueFromPosition(
                    self.minimum(), self.maximum(), x - handle.width() // 2, room
                )
                self.setSliderDown(True)
                self.setValue(step)
        super().mousePressEvent(event)


class _PercentBox(QDoubleSpinBox):
    """Percent without needless zeros: 0.25 %, 2.5 %, 10 %. Arrow keys step like the slider.

    Decimals are typed with a point or a comma in every language: Qt would take the one that the
    language does not use for a mark between thousands, and 2.5 for 25.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setLocale(QLocale.c())  # numbers have a point everywhere in the window
        self.setRange(0.0, 100.0)
        self.setDecimals(2)
        self.setSuffix(self.tr(" %"))
        self.setKeyboardTracking(False)  # a number counts when it is typed, not at each digit
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)

    def textFromValue(self, value: float) -> str:
        decimals = next(d for d in range(3) if d == 2 or math.isclose(value, round(value, d)))
        return self.locale().toString(value, "f", decimals)

    def valueFromText(self, text: str) -> float:
        return self._typed(text) or 0.0

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        typed = self._typed(text)
        if typed is None and any(map(str.isalnum, text)):
            return QValidator.State.Invalid, text, position
        state = QValidator.State.Intermediate if typed is None else QValidator.State.Acceptable
        return state, text, position

    def _typed(self, text: str) -> float | None:
        """The number in a text, 0…100; None where it has none, or another one."""
        found = TYPED.fullmatch(text.removesuffix(self.suffix()))
        if found is None or not (found[1] or found[2]):
            return None
        number = float(f"0{found[1]}.{found[2] or 0}")
        return number if number <= self.maximum() else None

    def stepBy(self, steps: int) -> None:
        self.setValue(
            100.0 * share_at(max(0, min(STEPS, step_at(self.value() / 100.0) + 5 * steps)))
        )
