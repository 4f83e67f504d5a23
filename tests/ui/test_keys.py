from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QKeySequence, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QListWidget,
    QMainWindow,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ui.keys import FocusKeys, WheelGuard


class Panel(QMainWindow):
    """Controls in a window whose shortcuts want the same keys."""

    def __init__(self) -> None:
        super().__init__()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.list = QListWidget()
        self.list.addItems(["a", "b", "c"])
        self.list.setCurrentRow(1)
        self.combo = QComboBox()
        self.combo.addItems(["a", "b", "c"])
        self.number = QSpinBox()
        body = QWidget()
        layout = QVBoxLayout(body)
        for control in (self.slider, self.list, self.combo, self.number):
            layout.addWidget(control)
        self.setCentralWidget(body)
        self.taken: list[str] = []
        for key in ("Left", "Home", "Ctrl+Home", "Space", "Del"):
            action = QAction(self)
            action.setShortcut(QKeySequence(key))
            action.triggered.connect(lambda _checked, key=key: self.taken.append(key))
            self.addAction(action)
        FocusKeys(self)
        WheelGuard(self)


@pytest.fixture
def panel(qtbot):
    panel = Panel()
    qtbot.addWidget(panel)
    panel.show()
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    return panel


def turn_wheel(widget: QWidget) -> bool:
    """Away from the user over the middle of a control; whether the control took it."""
    place = QPointF(widget.rect().center())
    event = QWheelEvent(
        place,
        QPointF(widget.mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def test_a_slider_with_the_keyboard_keeps_its_arrows(qtbot, panel):
    panel.slider.setValue(50)
    panel.slider.setFocus()
    qtbot.waitUntil(panel.slider.hasFocus)
    QTest.keyClick(panel.slider, Qt.Key.Key_Left)
    assert panel.slider.value() == 49
    QTest.keyClick(panel.slider, Qt.Key.Key_Home)
    assert panel.slider.value() == 0
    assert panel.taken == []


def test_keys_with_ctrl_and_space_still_go_to_the_window(qtbot, panel):
    panel.slider.setFocus()
    qtbot.waitUntil(panel.slider.hasFocus)
    QTest.keyClick(panel.slider, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(panel.slider, Qt.Key.Key_Space)
    assert panel.taken == ["Ctrl+Home", "Space"]


def test_a_list_keeps_up_down_and_delete_but_not_left(qtbot, panel):
    panel.list.setFocus()
    qtbot.waitUntil(panel.list.hasFocus)
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    assert panel.list.currentRow() == 2
    QTest.keyClick(panel.list, Qt.Key.Key_Home)
    assert panel.list.currentRow() == 0
    QTest.keyClick(panel.list, Qt.Key.Key_Delete)
    QTest.keyClick(panel.list, Qt.Key.Key_Left)
    assert panel.taken == ["Left"]


@pytest.mark.parametrize("name", ["slider", "combo", "number"])
def test_the_wheel_changes_a_control_only_when_it_has_the_keyboard(qtbot, panel, name):
    control = getattr(panel, name)
    panel.list.setFocus()
    qtbot.waitUntil(panel.list.hasFocus)
    assert not turn_wheel(control)
    control.setFocus()
    qtbot.waitUntil(control.hasFocus)
    assert turn_wheel(control)
