from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from ui.number_help import number_help
from ui.views.help_button import HelpButton, HelpPopup


def open_popup() -> HelpPopup | None:
    popup = QApplication.activePopupWidget()
    return popup if isinstance(popup, HelpPopup) else None


def test_a_click_explains_the_number_and_esc_closes_it(qtbot):
    button = HelpButton("completeness_gap")
    qtbot.addWidget(button)
    button.show()
    assert button.accessibleName() == "What does “Completeness gap” mean?"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    popup = open_popup()
    entry = number_help("completeness_gap")
    texts = [label.text() for label in popup.findChildren(QLabel)]
    assert texts == [entry.name, entry.meaning, "Lower is better.", f"Source: {entry.source}"]
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    assert open_popup() is None


def test_the_explanation_stays_on_the_screen(qtbot):
    button = HelpButton("random")
    qtbot.addWidget(button)
    button.show()
    screen = button.screen().availableGeometry()
    button.move(screen.bottomRight())
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    popup = open_popup()
    assert screen.contains(popup.geometry())
    popup.close()
