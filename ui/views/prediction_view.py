"""What the classifier decided, and what it says of each version of the sound."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from core.types import ExplanationResult, RandomControls, Variant
from ui.formatting import DASH, number, plus_minus, probability, seconds_range, share
from ui.icons import icon
from ui.keys import FocusKeys
from ui.views.class_bars import COLUMNS, ClassBars, bar_rows
from ui.views.help_button import HelpButton
from ui.views.variant_label import VariantLabel
from ui.views.variant_names import variant_name

SMALL, TABLE = 0.88, 0.94  # of the font
NUMBERS = ("latent", "round_trip", "random", "level")  # columns of the table, by their help


class PredictionView(QWidget):
    """Shows one result. Its text twin is `text`, also on the context menu."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._label = QLabel()
        self._label.setFont(_scaled(self.font(), 1.7, bold=True))
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._probability = QLabel()
        self._probability.setFont(_scaled(self.font(), 1.7))
        self._about = QLabel()
        self._about.setObjectName("muted")
        self._verdict = QLabel()
        self.bars = ClassBars()
        self._marks = QLabel(self.tr("bar: round trip · mark: latents · whisker: random masks"))
        self._marks.setObjectName("muted")
        self._marks.setFont(_scaled(self.font(), SMALL))
        self._table = _NumberTable()
        self._gap = QLabel()
        self._gap_row = _with_help(self._gap, "completeness_gap")
        self._definition = QLabel()
        self._definition.setObjectName("muted")
        self._empty = QLabel(self.tr("Nothing has been explained yet."))
        self._empty.setObjectName("muted")
        self._body = QWidget()
        self._lay_out()
        for label in (self._verdict, self._marks, self._definition):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._open_menu)
        self.setAccessibleName(self.tr("Prediction"))
        FocusKeys(self)
        self.show_result(None)

    def show_result(self, result: ExplanationResult | None, fill_label: str | None = None) -> None:
        """fill_label: what the fill is called; its id is shown where it is not given."""
        self._body.setVisible(result is not None)
        self._empty.setVisible(result is None)
        if result is not None:
            self._fill(result, fill_label or result.request.fill)
        self._text = self._in_words() if result is not None else self._empty.text()
        self.setAccessibleDescription(self._text)

    def text(self) -> str:
        """Everything shown, in words."""
        return self._text

    def _lay_out(self) -> None:
        heading = QHBoxLayout()
        heading.setSpacing(8)
        heading.addWidget(self._label)
        heading.addWidget(self._probability)
        heading.addWidget(HelpButton("probability"))
        heading.addStretch(1)
        heading.addWidget(self._about)
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(6)
        body.addLayout(heading)
        for widget in (self._verdict, self.bars, self._marks, self._table):
            body.addWidget(widget)
        body.addWidget(self._gap_row)
        body.addWidget(self._definition)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 8)
        layout.addWidget(self._empty)
        layout.addWidget(self._body)
        layout.addStretch(1)

    def _fill(self, result: ExplanationResult, fill: str) -> None:
        original = result.original
        self._label.setText(self.tr("“{label}”").format(label=original.label))
        self._probability.setText(probability(original.probability))
        self._about.setText(seconds_range(result.start, result.end))
        self._about.setToolTip(self.tr("The stretch of the clip that is explained"))
        self._verdict.setText(self._verdict_of(result))
        self.bars.show_rows(bar_rows(result))
        self._table.show_result(result)
        gap = result.attribution.completeness_gap
        self._gap_row.setVisible(gap is not None)
        if gap is not None:
            self._gap.setText(self.tr("completeness gap {gap}").format(gap=share(gap)))
        self._definition.setText(
            self.tr(
                "Removed is: the most relevant {removed} of the cells replaced by the fill "
                "“{fill}”."
            ).format(removed=share(result.request.remove), fill=fill)
        )

    def _verdict_of(self, result: ExplanationResult) -> str:
        """What the classifier takes explanation and removed for, and which class is explained.

        Both have been through the codec, and so has what they are compared with.
        """
        kept, gone = result.explanation.round_trip.label, result.removed.round_trip.label
        heard, label = result.original.label, result.reconstruction.label
        first = (
            self.tr("Explanation still “{kept}”")
            if kept == label
            else self.tr("Explanation becomes “{kept}”")
        )
        second = (
            self.tr("removed still “{gone}”.")
            if gone == label
            else self.tr("removed becomes “{gone}”.")
        )
        sentences = f"{first}, {second}".format(kept=kept, gone=gone)
        if label != heard:
            alone = self.tr("The codec alone makes it “{label}”.").format(label=label)
            sentences = f"{alone} {sentences}"
        if result.target != heard:
            asked = self.tr("Explained is “{target}”.").format(target=result.target)
            sentences = f"{asked} {sentences}"
        return sentences

    def _in_words(self) -> str:
        lines = [f"{self._label.text()} {self._probability.text()}", self._about.text()]
        lines += [self._verdict.text(), self.bars.text(), self._table.text()]
        if not self._gap_row.isHidden():
            lines.append(self._gap.text())
        return "\n".join([*lines, self._definition.text()])

    def _open_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = menu.addAction(icon("copy"), self.tr("Copy as text"))
        copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(self._text))
        menu.popup(self.mapToGlobal(place))


class _NumberTable(QWidget):
    """Per version: probability of the class explained in both spaces, control, level."""

    def __init__(self) -> None:
        super().__init__()
        self._cells: dict[tuple[Variant, str], QLabel] = {}
        self._heading = QLabel()
        self._heading.setObjectName("muted")
        self._heading.setTextFormat(Qt.TextFormat.PlainText)
        self._names = {
            "latent": self.tr("latents"),
            "round_trip": self.tr("round trip"),
            "random": self.tr("random"),
            "level": self.tr("dB"),
        }
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 0)
        grid.setHorizontalSpacing(5)
        grid.setVerticalSpacing(2)
        grid.addWidget(self._heading, 0, 0)
        for column, name in enumerate(NUMBERS, start=1):
            title = QLabel(self._names[name])
            title.setObjectName("muted")
            title.setFont(_scaled(self.font(), SMALL))
            grid.addWidget(_with_help(title, name), 0, column, Qt.AlignmentFlag.AlignRight)
            grid.setColumnStretch(column, 1)
        for row, variant in enumerate(COLUMNS, start=1):
            grid.addWidget(VariantLabel(variant), row, 0)
            for column, name in enumerate(NUMBERS, start=1):
                cell = self._cells[variant, name] = QLabel()
                cell.setFont(_scaled(self.font(), TABLE))
                cell.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                grid.addWidget(cell, row, column, Qt.AlignmentFlag.AlignRight)

    def show_result(self, result: ExplanationResult) -> None:
        target = result.target
        self._heading.setText(self.tr("p(“{target}”)").format(target=target))
        numbers: dict[Variant, tuple[str, str, str]] = {
            # The original's latents are classified as they are, the codec's after a round trip.
            Variant.ORIGINAL: (probability(result.original.probability_of(target)), "", ""),
            Variant.RECONSTRUCTION: (
                "",
                probability(result.reconstruction.probability_of(target)),
                "",
            ),
        }
        for variant, both, control in (
            (Variant.EXPLANATION, result.explanation, result.random_explanation),
            (Variant.REMOVED, result.removed, result.random_removed),
        ):
            numbers[variant] = (
                probability(both.latent.probability_of(target)),
                probability(both.round_trip.probability_of(target)),
                _control(control),
            )
        for variant, texts in numbers.items():
            level = result.level_db[variant]
            shown = number(level, 1, signed=True) if level is not None else self.tr("silent")
            for name, text in zip(NUMBERS, (*texts, shown), strict=True):
                self._cells[variant, name].setText(text or DASH)

    def text(self) -> str:
        lines = [self._heading.text()]
        for variant in COLUMNS:
            said = [
                f"{self._names[name]} {self._cells[variant, name].text()}"
                for name in NUMBERS
                if self._cells[variant, name].text() != DASH
            ]
            lines.append(f"{variant_name(variant)}: {', '.join(said)}")
        return "\n".join(lines)


def _control(controls: RandomControls | None) -> str:
    if controls is None:
        return ""
    control = controls.round_trip
    return plus_minus(control.probability, control.std)


def _with_help(label: QLabel, number: str) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    layout.addWidget(label)
    layout.addWidget(HelpButton(number))
    layout.addStretch(1)
    return row


def _scaled(font: QFont, factor: float, bold: bool = False) -> QFont:
    font = QFont(font)
    font.setPointSizeF(font.pointSizeF() * factor)
    font.setBold(bold)
    return font
