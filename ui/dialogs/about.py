"""What HearWhy is, its version, the method it follows and its licence."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from ui.icons import application_icon, icon
from ui.views.icon_label import IconLabel

PAPER = "https://arxiv.org/abs/2410.07530"


class AboutDialog(QDialog):
    """versions: of HearWhy (`hearwhy`) and of what it stands on; None where one is missing."""

    def __init__(self, versions: Mapping[str, str | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About HearWhy"))
        picture = IconLabel(application_icon(), 96)
        picture.setAccessibleName(self.tr("The icon of HearWhy: an ear and a spectrum"))
        name = QLabel(self.tr("HearWhy {version}").format(version=versions["hearwhy"]))
        font = name.font()
        font.setPointSizeF(font.pointSizeF() * 1.6)
        font.setBold(True)
        name.setFont(font)
        text = QLabel(
            self.tr(
                "Hear why an audio classifier decided as it did: the sound is encoded by a neural "
                "codec, the cells that spoke most for the class are kept or taken out, and what "
                "remains is made audible again."
            )
        )
        method = QLabel(
            self.tr(
                "The method is that of “Audio Explanation Synthesis with Generative Foundation "
                'Models”, <a href="{link}">arXiv 2410.07530</a>.'
            ).format(link=PAPER)
        )
        method.setOpenExternalLinks(True)
        licence = QLabel(self.tr("Free software under the MIT licence."))
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(name)
        for label in (text, method, licence):
            label.setWordWrap(True)
            label.setMinimumWidth(380)
            right.addWidget(label)
        right.addLayout(_table(versions))
        top = QHBoxLayout()
        top.setSpacing(18)
        top.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(right, 1)
        self._versions = "\n".join(f"{name} {text or '–'}" for name, text in versions.items())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy = buttons.addButton(
            self.tr("Copy versions"), QDialogButtonBox.ButtonRole.ActionRole
        )
        self.copy.setIcon(icon("copy"))
        self.copy.setAutoDefault(False)
        self.copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)
        layout.addLayout(top)
        layout.addWidget(buttons)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._versions)
        self.copy.setText(self.tr("Copied"))


def _table(versions: Mapping[str, str | None]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(14)
    grid.setVerticalSpacing(2)
    rest = [(name, text) for name, text in versions.items() if name != "hearwhy"]
    for number, (name, text) in enumerate(rest):
        row, column = divmod(number, 2)
        for offset, words in enumerate((name, text or "–")):
            label = QLabel(words)
            label.setObjectName("muted")
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(label, row, 2 * column + offset)
    grid.setColumnStretch(3, 1)
    return grid
