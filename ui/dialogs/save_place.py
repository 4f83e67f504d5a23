"""Asks where to save a file, and about replacing the very file that will be written."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from core.file_names import plain


class SavePlace(QFileDialog):
    """Signals: chosen(Path), with the suffix; not when it is cancelled.

    The dialogs of the desktops ask about the name that was typed, and some add a suffix only to
    names without a dot: “walk.2024” would replace “walk.2024.hearwhy” unasked. So the suffix is
    added here, and the question is asked here, about the name as it is written.
    """

    chosen = Signal(Path)

    def __init__(
        self, title: str, proposed: Path, kind: str, suffix: str, parent: QWidget | None = None
    ) -> None:
        """proposed: folder and name to begin with. kind: what the files are called, in the plural.

        suffix: with its dot; every name ends with it.
        """
        super().__init__(parent, title, str(proposed.parent))
        self._suffix = suffix
        self.setOption(QFileDialog.Option.HideNameFilterDetails)
        self.setOption(QFileDialog.Option.DontConfirmOverwrite)
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setNameFilters([f"{kind} (*{suffix})"])
        self.selectFile(proposed.name)
        self.fileSelected.connect(self._on_selected)
        self.rejected.connect(self.deleteLater)

    def _on_selected(self, name: str) -> None:
        path = with_suffix_added(Path(name), self._suffix)
        if not path.exists():
            self._finish(path)
            return
        question = ReplaceQuestion(path, self.parentWidget())
        question.replace_chosen.connect(lambda: self._finish(path))
        question.keep_chosen.connect(self.open)  # for another name
        question.open()

    def _finish(self, path: Path) -> None:
        self.chosen.emit(path)
        self.deleteLater()


class ReplaceQuestion(QMessageBox):
    """Signals: replace_chosen(); keep_chosen(), also when it is closed."""

    replace_chosen = Signal()
    keep_chosen = Signal()

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        """path: of the file that is there."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("HearWhy")
        self.setIcon(QMessageBox.Icon.Warning)
        self.setText(self.tr("“{name}” is already there.").format(name=plain(path.name)))
        self.setInformativeText(self.tr("If you replace it, what it holds now is lost."))
        self.replace = self.addButton(self.tr("Replace"), QMessageBox.ButtonRole.DestructiveRole)
        keep = self.addButton(QMessageBox.StandardButton.Cancel)
        self.setDefaultButton(keep)
        self.setEscapeButton(keep)
        for button in self.buttons():
            button.setIcon(QIcon())  # those of the style are from another age
        self.finished.connect(self._on_finished)

    def _on_finished(self) -> None:
        chosen = self.clickedButton() is self.replace
        (self.replace_chosen if chosen else self.keep_chosen).emit()


def with_suffix_added(path: Path, suffix: str) -> Path:
    """`path`, its name ending in `suffix` whatever other dots it has."""
    if path.name.lower().endswith(suffix):
        return path
    return path.with_name(path.name + suffix)
