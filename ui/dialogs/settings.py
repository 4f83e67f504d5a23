"""Sound devices, appearance and habits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.dialogs.parts import heading
from ui.icons import icon
from ui.views.level_meter import LevelMeter


@dataclass(frozen=True, slots=True)
class SettingsValues:
    """What the dialog can change.

    input_device, output_device: keys as `show_devices` gave them; None for the system's default.
    theme: "system", "light" or "dark". take_folder: where recordings go.
    """

    take_folder: Path
    input_device: str | None = None
    output_device: str | None = None
    theme: str = "system"
    level_match: bool = True
    automatic: bool = True


class SettingsDialog(QDialog):
    """Signals: values_changed(SettingsValues), once, when changes are accepted; rescan_requested();
    check_requested(bool, key or None), to show the level of the microphone that is chosen here, or
    to end that.

    Nothing takes effect before it is accepted.
    """

    values_changed = Signal(object)
    rescan_requested = Signal()
    check_requested = Signal(bool, object)

    def __init__(self, values: SettingsValues, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Settings"))
        self._before = values
        self._build_controls()
        self._lay_out()
        self.show_devices([], [])
        self._show_values(values)

    @property
    def values(self) -> SettingsValues:
        """As the dialog stands."""
        return SettingsValues(
            take_folder=Path(self.take_folder.text()),
            input_device=self.input.currentData(),
            output_device=self.output.currentData(),
            theme=self.theme.currentData(),
            level_match=self.level_match.isChecked(),
            automatic=self.automatic.isChecked(),
        )

    def show_devices(
        self, inputs: Sequence[tuple[str, str]], outputs: Sequence[tuple[str, str]]
    ) -> None:
        """Offer these, each as its key and its label.

        A chosen device that is gone stays chosen and is said to be missing.
        """
        for combo, devices, chosen in (
            (self.input, inputs, self._input_device),
            (self.output, outputs, self._output_device),
        ):
            current = combo.currentData() if combo.count() else chosen
            with QSignalBlocker(combo):
                combo.clear()
                combo.addItem(self.tr("system default"), None)
                for key, label in devices:
                    combo.addItem(label, key)
                if current is not None and current not in dict(devices):
                    missing = self.tr("{device} (not connected)").format(device=current)
                    combo.addItem(missing, current)
                combo.setCurrentIndex(combo.findData(current))
        self._no_microphone.setVisible(not inputs)
        self.check.setEnabled(bool(inputs))

    def show_level(self, rms_db: float | None, peak_db: float | None) -> None:
        """Of the microphone that is checked, in dBFS since the last call."""
        self.meter.show_level(rms_db, peak_db)

    def show_checking(self, checking: bool) -> None:
        """Whether the microphone is open and its level comes in."""
        with QSignalBlocker(self.check):
            self.check.setChecked(checking)
        self.check.setText(self.tr("Stop") if checking else self.tr("Check"))
        if not checking:
            self.meter.show_idle()

    def accept(self) -> None:
        values = self.values
        super().accept()
        if values != self._before:
            self.values_changed.emit(values)

    def _build_controls(self) -> None:
        self._input_device = self._before.input_device
        self._output_device = self._before.output_device
        self.input = _combo(self.tr("Microphone"))
        self.input.currentIndexChanged.connect(self._on_input_chosen)
        self.output = _combo(self.tr("Loudspeaker"))
        self.check = QPushButton(self.tr("Check"))
        self.check.setCheckable(True)
        self.check.setAutoDefault(False)
        self.check.setAccessibleName(self.tr("Check the microphone"))
        self.check.setToolTip(
            self.tr("Show how loud the microphone is; it is open until you press again")
        )
        self.check.setMinimumWidth(self.check.fontMetrics().horizontalAdvance("Check") + 40)
        self.check.toggled.connect(self._ask_for_check)
        self.meter = LevelMeter()
        self._no_microphone = QLabel(
            self.tr("No microphone was found. Plug one in, or allow HearWhy to use it, and rescan.")
        )
        self._no_microphone.setObjectName("muted")
        self._no_microphone.setWordWrap(True)
        self.rescan = QPushButton(self.tr("Rescan"))
        self.rescan.setAutoDefault(False)
        self.rescan.setAccessibleName(self.tr("Look again for sound devices"))
        self.rescan.setToolTip(
            self.tr("Look again for sound devices; what plays or records goes on")
        )
        self.rescan.clicked.connect(self.rescan_requested)
        self.theme = _combo(self.tr("Theme"))
        for theme, label in (
            ("system", self.tr("as the system")),
            ("light", self.tr("light")),
            ("dark", self.tr("dark")),
        ):
            self.theme.addItem(label, theme)
        self.level_match = QCheckBox(self.tr("Play every version as loud as the original"))
        self.level_match.setAccessibleName(self.level_match.text())
        self.automatic = QCheckBox(self.tr("Explain as soon as a clip is opened or a choice made"))
        self.automatic.setAccessibleName(self.automatic.text())
        self.take_folder = QLineEdit()
        self.take_folder.setReadOnly(True)
        self.take_folder.setAccessibleName(self.tr("Folder for takes"))
        self.choose_folder = QToolButton()
        self.choose_folder.setIcon(icon("folder"))
        self.choose_folder.setAccessibleName(self.tr("Choose the folder for takes"))
        self.choose_folder.setToolTip(self.tr("Choose another folder"))
        self.choose_folder.clicked.connect(self._choose_folder)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow(heading(self.tr("Sound")))
        form.addRow(self.tr("Microphone"), self.input)
        form.addRow("", self._no_microphone)
        checking = QHBoxLayout()
        checking.setSpacing(10)
        checking.addWidget(self.check)
        checking.addWidget(self.meter, 1)
        form.addRow("", checking)
        form.addRow(self.tr("Loudspeaker"), self.output)
        rescanning = QHBoxLayout()
        rescanning.addWidget(self.rescan)
        rescanning.addStretch(1)
        form.addRow("", rescanning)
        form.addRow("", self.level_match)
        folder = QHBoxLayout()
        folder.addWidget(self.take_folder, 1)
        folder.addWidget(self.choose_folder)
        form.addRow(self.tr("Takes go to"), folder)
        form.addRow(heading(self.tr("Explaining")))
        form.addRow("", self.automatic)
        form.addRow(heading(self.tr("Appearance")))
        form.addRow(self.tr("Theme"), self.theme)
        standard = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(standard.Ok | standard.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.setSpacing(16)
        layout.addLayout(form)
        layout.addStretch(1)
        layout.addWidget(buttons)
        self.setMinimumWidth(520)

    def _show_values(self, values: SettingsValues) -> None:
        self.theme.setCurrentIndex(self.theme.findData(values.theme))
        self.level_match.setChecked(values.level_match)
        self.automatic.setChecked(values.automatic)
        self.take_folder.setText(str(values.take_folder))

    def _on_input_chosen(self) -> None:
        if self.check.isChecked():
            self._ask_for_check(True)

    def _ask_for_check(self, checking: bool) -> None:
        self.check_requested.emit(checking, self.input.currentData())

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self, self.tr("Folder for takes"), self.take_folder.text()
        )
        if folder:
            self.take_folder.setText(str(Path(folder)))


def _combo(name: str) -> QComboBox:
    combo = QComboBox()
    combo.setAccessibleName(name)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(20)
    combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return combo
