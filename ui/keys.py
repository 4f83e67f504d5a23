"""Who gets which key while a control has the keyboard, and who gets the wheel.

Space plays and stops, wherever the keyboard is; Enter presses a button instead. Sliders, lists and
text fields keep the keys they need themselves, which the window's shortcuts would else take away.
"""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QSlider,
    QWidget,
)

PRESSING = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
SLIDING = {
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
}
LISTING = SLIDING - {Qt.Key.Key_Left, Qt.Key.Key_Right} | PRESSING | {Qt.Key.Key_Delete}


class FocusKeys(QObject):
    """Gives the controls below a widget their keys, as said above.

    Buttons no longer take the keyboard on a click, only from Tab, so that the next Space or arrow
    still goes to the window. Make one when all controls are there; it lives as long as the widget.
    """

    def __init__(self, root: QWidget) -> None:
        super().__init__(root)
        for button in root.findChildren(QAbstractButton):
            if button.focusPolicy() & Qt.FocusPolicy.ClickFocus:
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.installEventFilter(self)
        for slider in root.findChildren(QAbstractSlider):
            slider.installEventFilter(self)
        for view in root.findChildren(QAbstractItemView):
            view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent):
            return False
        if isinstance(watched, QAbstractButton):
            return _button_key(watched, event)
        wanted = SLIDING if isinstance(watched, QAbstractSlider) else LISTING
        if event.type() == QEvent.Type.ShortcutOverride and _is_bare(event, wanted):
            event.accept()  # it comes back as an ordinary key press
            return True
        return False


def _button_key(button: QAbstractButton, event: QKeyEvent) -> bool:
    """Enter presses, Space never does; ignored, Space goes on to the window."""
    if event.key() == Qt.Key.Key_Space and event.type() != QEvent.Type.ShortcutOverride:
        event.ignore()
        return True
    if _is_bare(event, PRESSING) and event.type() == QEvent.Type.KeyPress:
        if not event.isAutoRepeat():
            button.click()
        return True
    return False


def _is_bare(event: QKeyEvent, keys: set[Qt.Key]) -> bool:
    """Whether it is one of `keys` without Ctrl, Alt or Shift; the keypad counts as bare."""
    keypad = Qt.KeyboardModifier.KeypadModifier
    return Qt.Key(event.key()) in keys and not event.modifiers() & ~keypad


class WheelGuard(QObject):
    """Lets the wheel scroll the panel instead of changing a control that has no focus.

    For combo boxes, number fields and sliders in a panel that scrolls: without it, scrolling past a
    control changes it unnoticed.
    """

    def __init__(self, root: QWidget) -> None:
        super().__init__(root)
        for kind in (QComboBox, QAbstractSpinBox, QSlider):
            for control in root.findChildren(kind):
                control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
                control.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and not cast("QWidget", watched).hasFocus():
            event.ignore()
            return True
        return False
