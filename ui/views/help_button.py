"""The "?" beside a number: says in plain words what the number means."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QFrame, QLabel, QToolButton, QVBoxLayout, QWidget

from ui.number_help import better_words, number_help

WIDTH = 300
SIDE = 16


class HelpButton(QToolButton):
    """Opens the explanation of one number. number: its id in `NUMBER_HELP`."""

    def __init__(self, number: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.number = number
        name = self.tr("What does “{number}” mean?").format(number=number_help(number).name)
        self.setObjectName("help")
        self.setText("?")
        self.setFixedSize(SIDE, SIDE)
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.clicked.connect(self._open)

    def _open(self) -> None:
        popup = HelpPopup(self.number, self)
        popup.adjustSize()
        corner = self.mapToGlobal(QPoint(self.width(), self.height() + 2))
        screen = self.screen().availableGeometry()
        x = max(screen.left(), min(corner.x() - popup.width(), screen.right() - popup.width()))
        y = corner.y()
        if y + popup.height() > screen.bottom():
            y = corner.y() - self.height() - 4 - popup.height()
        popup.setGeometry(QRect(QPoint(x, max(screen.top(), y)), popup.size()))
        popup.show()


class HelpPopup(QFrame):
    """The explanation itself; any click or Esc closes it."""

    def __init__(self, number: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        entry = number_help(number)
        self.setAccessibleName(entry.name)
        name = QLabel(entry.name)
        font = name.font()
        font.setBold(True)
        name.setFont(font)
        meaning = QLabel(entry.meaning)
        better = QLabel(better_words(entry.better))
        source = QLabel(self.tr("Source: {source}").format(source=entry.source))
        source.setObjectName("muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(6)
        layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)
        for label in (name, meaning, better, source):
            label.setWordWrap(True)
            label.setFixedWidth(WIDTH)
            layout.addWidget(label)
