"""Asks whether to save what would be lost."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMessageBox, QWidget


class SaveQuestion(QMessageBox):
    """Signals: save_chosen(), discard_chosen(); neither when it is cancelled."""

    save_chosen = Signal()
    discard_chosen = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """name: of the document."""
        super().__init__(parent)
        self.setWindowTitle("HearWhy")
        self.setIcon(QMessageBox.Icon.Question)
        self.setText(self.tr("Save the changes to “{name}”?").format(name=name))
        self.setInformativeText(
            self.tr("If you do not, what was changed since it was saved last is lost.")
        )
        kinds = QMessageBox.StandardButton
        self.setStandardButtons(kinds.Save | kinds.Discard | kinds.Cancel)
        self.setDefaultButton(kinds.Save)
        self.setEscapeButton(kinds.Cancel)
        for button in self.buttons():
            button.setIcon(QIcon())  # those of the style are from another age
        self.finished.connect(self._on_finished)

    def _on_finished(self) -> None:
        chosen = self.standardButton(self.clickedButton())
        if chosen == QMessageBox.StandardButton.Save:
            self.save_chosen.emit()
        elif chosen == QMessageBox.StandardButton.Discard:
            self.discard_chosen.emit()
