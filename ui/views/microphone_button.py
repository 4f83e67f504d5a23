"""A small menu beside the Record button: which microphone, and whether it works."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QSignalBlocker, QSize, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from ui.icons import icon

ICON = QSize(16, 16)


class MicrophoneButton(QToolButton):
    """Opens the menu.

    Signals: microphone_chosen(key of a device, None for the system's choice);
    check_requested(bool), to show the level without recording, or to end that.
    """

    microphone_chosen = Signal(object)
    check_requested = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setIcon(icon("take"))
        self.setIconSize(ICON)
        self.setMinimumSize(28, 28)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setAccessibleName(self.tr("Microphone"))
        self._devices = QActionGroup(self)
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self._end_of_devices = self._menu.addSeparator()
        self.check = self._menu.addAction(self.tr("Check the level"))
        self.check.setCheckable(True)
        self.check.setToolTip(
            self.tr("Show how loud the microphone is, without recording; it is open meanwhile")
        )
        self.check.triggered.connect(self.check_requested)
        self.setMenu(self._menu)
        self.show_microphones([], None)

    def add_commands(self, commands: Iterable[QAction]) -> None:
        """Commands of the window that belong below."""
        self._menu.addSeparator()
        self._menu.addActions(list(commands))

    def show_microphones(self, choices: Sequence[tuple[str, str]], chosen: str | None) -> None:
        """choices: key and label of each device. chosen: a key, None for the system's choice.

        One that is chosen and not among them is shown, greyed, as not connected.
        """
        for old in self._devices.actions():
            self._devices.removeAction(old)
            self._menu.removeAction(old)
            old.deleteLater()
        self._add(None, self.tr("System default"), chosen)
        for key, label in choices:
            self._add(key, label, chosen)
        if chosen is not None and chosen not in dict(choices):
            label = self.tr("{device} (not connected)").format(device=chosen)
            self._add(chosen, label, chosen).setEnabled(False)
        named = dict(choices).get(chosen or "", self._devices.checkedAction().text())
        self.setToolTip(self.tr("Microphone: {device}").format(device=named))

    def show_checking(self, checking: bool) -> None:
        with QSignalBlocker(self.check):
            self.check.setChecked(checking)

    def show_recording(self, recording: bool) -> None:
        """While a take is recorded its device stays, and its level is shown anyway."""
        self.check.setEnabled(not recording)
        self._devices.setEnabled(not recording)

    def _add(self, key: str | None, label: str, chosen: str | None) -> QAction:
        action = QAction(label.replace("&", "&&"), self._devices)
        action.setCheckable(True)
        action.setChecked(key == chosen)
        action.triggered.connect(lambda _checked: self.microphone_chosen.emit(key))
        self._menu.insertAction(self._end_of_devices, action)
        return action
