"""What to write to files, where, and what that will be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.export_wish import ExportPreview, ExportWish
from core.exporters import ExporterSpec
from core.types import Variant
from ui.dialogs.parts import heading
from ui.formatting import seconds_text
from ui.icons import icon
from ui.theme import current_theme
from ui.views.variant_names import VARIANT_KEYS, variant_meaning, variant_name

LISTED = 9  # names that are seen at once


class ExportDialog(QDialog):
    """Signals: wish_changed(ExportWish), with every change; export_requested(ExportWish).

    specs: the formats there are. wish: what to begin with. start: where in the recording the
    explained sound begins, in seconds.
    """

    wish_changed = Signal(object)
    export_requested = Signal(object)

    def __init__(
        self,
        specs: Sequence[ExporterSpec],
        wish: ExportWish,
        start: float = 0.0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export"))
        self._specs = list(specs)
        self._start = start
        self._build_formats()
        self._build_versions()
        self._build_details()
        self._build_place()
        self._build_list()
        self._lay_out()
        self._show_wish(wish)
        self._connect()
        self._on_changed()

    @property
    def wish(self) -> ExportWish:
        """As the dialog stands."""
        return ExportWish(
            folder=Path(self.folder.text()),
            base=self.base.text(),
            formats=tuple(name for name, box in self.formats.items() if box.isChecked()),
            variants=tuple(variant for variant in Variant if self.versions[variant].isChecked()),
            level_match=self.level_match.isChecked(),
            separate_pictures=self.separate_pictures.isChecked(),
            sample_format=self.sample_format.currentData(),
            recording_times=self._start > 0.0 and self.recording_times.isChecked(),
            overwrite=self.overwrite.isChecked(),
        )

    def show_preview(self, preview: ExportPreview) -> None:
        """What the wish as it stands would write, or why it cannot."""
        self.names.clear()
        theme = current_theme()
        for name, replaces in preview.names:
            text = self.tr("{name} – replaces the file there").format(name=name)
            item = QListWidgetItem(text if replaces else name)
            if replaces:
                item.setForeground(QColor(theme.warning))
                item.setIcon(icon("warning", "warning"))
            self.names.addItem(item)
        replaced = sum(replaces for _, replaces in preview.names)
        count = len(preview.names)
        said = self.tr("1 file") if count == 1 else self.tr("{count} files").format(count=count)
        if replaced:
            said = self.tr("{files}, {count} of them in place of one that is there").format(
                files=said, count=replaced
            )
        self.said.setText(preview.problem or said)
        self.said.setObjectName("error" if preview.problem else "muted")
        self.said.style().polish(self.said)
        self._export.setEnabled(preview.problem is None)
        self._export.setToolTip(preview.problem or "")

    def accept(self) -> None:
        if self._export.isEnabled():
            wish = self.wish
            super().accept()
            self.export_requested.emit(wish)

    def _build_formats(self) -> None:
        self.formats: dict[str, QCheckBox] = {}
        for spec in self._specs:
            box = QCheckBox(spec.label)
            box.setAccessibleName(spec.label)
            box.setAccessibleDescription(spec.summary)
            self.formats[spec.id] = box

    def _build_versions(self) -> None:
        self.versions: dict[Variant, QCheckBox] = {}
        for variant in VARIANT_KEYS:
            box = QCheckBox(variant_name(variant))
            box.setAccessibleName(variant_name(variant))
            box.setToolTip(variant_meaning(variant))
            self.versions[variant] = box

    def _build_details(self) -> None:
        self.level_match = _check(
            self.tr("All sounds as loud as the original"),
            self.tr("Otherwise each keeps its own level, as the classifier heard it"),
        )
        self.separate_pictures = _check(
            self.tr("Each version also as a picture of its own"), self.tr("PNG and SVG")
        )
        self.recording_times = _check(
            self.tr("Times as in the recording (from {start})").format(
                start=seconds_text(self._start)
            ),
            self.tr("Otherwise labels count from the start of the exported sounds"),
        )
        self.sample_format = QComboBox()
        self.sample_format.setAccessibleName(self.tr("Samples of WAV files"))
        self.sample_format.setToolTip(
            self.tr("Whole numbers are cut off at full scale, floating point is not")
        )
        self.sample_format.addItem(self.tr("32-bit float"), "FLOAT")
        self.sample_format.addItem(self.tr("24-bit"), "PCM_24")

    def _build_place(self) -> None:
        self.folder = QLineEdit()
        self.folder.setAccessibleName(self.tr("Folder"))
        self.choose_folder = QToolButton()
        self.choose_folder.setIcon(icon("folder"))
        self.choose_folder.setAccessibleName(self.tr("Choose the folder"))
        self.choose_folder.setToolTip(self.tr("Choose another folder"))
        self.choose_folder.clicked.connect(self._choose_folder)
        self.base = QLineEdit()
        self.base.setAccessibleName(self.tr("Beginning of the names"))
        self.overwrite = _check(
            self.tr("Replace files that are there"),
            self.tr("Otherwise a number is added to the names"),
        )

    def _build_list(self) -> None:
        self.names = QListWidget()
        self.names.setAccessibleName(self.tr("Files that will be written"))
        self.names.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.names.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.names.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.names.setUniformItemSizes(True)
        row = self.fontMetrics().height() + 4
        self.names.setMinimumHeight(LISTED * row + 4)
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)

    def _lay_out(self) -> None:
        what = QGridLayout()
        what.setHorizontalSpacing(14)
        what.setVerticalSpacing(3)
        what.setColumnStretch(1, 1)
        row, group = 0, ""
        for spec in self._specs:
            if spec.group != group:
                group = spec.group
                what.addWidget(heading(self._group_name(group)), row, 0, 1, 2)
                what.setRowMinimumHeight(row, 24)
                row += 1
            summary = QLabel(spec.summary)
            summary.setObjectName("muted")
            what.addWidget(self.formats[spec.id], row, 0)
            what.addWidget(summary, row, 1)
            row += 1
        versions = QHBoxLayout()
        versions.setSpacing(14)
        for box in self.versions.values():
            versions.addWidget(box)
        versions.addStretch(1)
        place = QHBoxLayout()
        place.addWidget(self.folder, 1)
        place.addWidget(self.choose_folder)
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(7)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow(self.tr("Versions"), versions)
        form.addRow("", self.level_match)
        form.addRow(self.tr("WAV samples"), self.sample_format)
        form.addRow("", self.separate_pictures)
        if self._start > 0.0:
            form.addRow("", self.recording_times)
        form.addRow(self.tr("Folder"), place)
        form.addRow(self.tr("Names"), self.base)
        form.addRow("", self.overwrite)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setAutoDefault(False)
        self._export = QPushButton(self.tr("Export"))
        buttons.addButton(self._export, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addLayout(form)
        right.addWidget(heading(self.tr("Will be written")))
        right.addWidget(self.names, 1)
        right.addWidget(self.said)
        left = QVBoxLayout()
        left.addLayout(what)
        left.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(28)
        columns.addLayout(left)
        columns.addLayout(right, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.setSpacing(14)
        layout.addLayout(columns, 1)
        layout.addWidget(buttons)
        self._export.setDefault(True)

    def _connect(self) -> None:
        boxes = (
            *self.formats.values(),
            *self.versions.values(),
            self.level_match,
            self.separate_pictures,
            self.recording_times,
            self.overwrite,
        )
        for box in boxes:
            box.toggled.connect(self._on_changed)
        for field in (self.folder, self.base):
            field.textChanged.connect(self._on_changed)
        self.sample_format.activated.connect(self._on_changed)

    def _show_wish(self, wish: ExportWish) -> None:
        for name, box in self.formats.items():
            box.setChecked(name in wish.formats)
        for variant, box in self.versions.items():
            box.setChecked(variant in wish.variants)
        self.level_match.setChecked(wish.level_match)
        self.separate_pictures.setChecked(wish.separate_pictures)
        self.recording_times.setChecked(wish.recording_times)
        self.overwrite.setChecked(wish.overwrite)
        self.sample_format.setCurrentIndex(self.sample_format.findData(wish.sample_format))
        self.folder.setText(str(wish.folder))
        self.base.setText(wish.base)

    def _on_changed(self) -> None:
        chosen = [spec for spec in self._specs if self.formats[spec.id].isChecked()]
        groups = {spec.group for spec in chosen}
        by_version = any(spec.by_version for spec in chosen)
        for box in self.versions.values():
            box.setEnabled(by_version)
        self.level_match.setEnabled(bool(groups & {"sounds", "report"}))
        self.sample_format.setEnabled(any(spec.id == "wav" for spec in chosen))
        self.separate_pictures.setEnabled("pictures" in groups)
        self.recording_times.setEnabled("marks" in groups)
        self.wish_changed.emit(self.wish)

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Export to"), self.folder.text())
        if folder:
            self.folder.setText(str(Path(folder)))

    def _group_name(self, group: str) -> str:
        return {
            "sounds": self.tr("Sounds"),
            "pictures": self.tr("Pictures"),
            "numbers": self.tr("Numbers"),
            "marks": self.tr("Marks in the sound"),
            "report": self.tr("Report"),
        }[group]


def _check(text: str, tip: str) -> QCheckBox:
    box = QCheckBox(text)
    box.setAccessibleName(text)
    box.setToolTip(tip)
    return box
