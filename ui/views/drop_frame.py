"""A frame around the whole window while files are dragged over it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

STYLE = """
QFrame#drop_frame { border: 3px solid palette(highlight); }
QLabel#drop_hint {
    background: palette(highlight); color: palette(highlighted-text);
    border-radius: 6px; padding: 8px 16px; font-weight: 600;
}
"""


class DropFrame(QFrame):
    """Lies over a window, as large as it is, and lets everything through that is beneath."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("drop_frame")
        self.setStyleSheet(STYLE)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._hint = QLabel()
        self._hint.setObjectName("drop_hint")
        layout = QVBoxLayout(self)
        layout.addWidget(self._hint, 0, Qt.AlignmentFlag.AlignCenter)
        window.installEventFilter(self)
        self.hide()

    def show_hint(self, text: str | None) -> None:
        """What will happen to what is dragged; None: nothing is."""
        self._hint.setText(text or "")
        self.setVisible(text is not None)
        if text is not None:
            self._fit()
            self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return False

    def _fit(self) -> None:
        self.setGeometry(self.parentWidget().rect())
