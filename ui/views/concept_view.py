"""What the embedding heard in the versions of the sound, in words, and how far to trust it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.formatting import DASH, number, probability
from ui.icons import icon
from ui.keys import FocusKeys, WheelGuard
from ui.timers import timer
from ui.views.concept_controls import ConceptControls
from ui.views.concept_table import COLUMNS, VERSION_WIDTH, ConceptRow, ConceptTable
from ui.views.help_button import HelpButton
from ui.views.variant_names import variant_name

PATIENCE_MS = 400  # that work takes until it is shown
FIGURES = ("concept_l0", "concept_cosine", "concept_residual")  # rows, by their help


@dataclass(frozen=True, slots=True)
class ConceptFigures:
    """How well the concepts of one version tell it."""

    l0: int
    cosine: float
    residual: float


@dataclass(frozen=True, slots=True)
class ConceptChange:
    """What removal changed most: the weight of a word in the original and in the removed."""

    word: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class ConceptLabel:
    """A zero-shot label: its cosine from the concepts as they are, and as they were changed."""

    label: str
    before: float
    after: float


class ConceptView(QWidget):
    """Signals: play_requested(word, Variant or None), word_chosen(word), word_removed(word),
    factor_requested(word, factor), stop_requested(), resume_requested(), and those of `controls`.
    """

    play_requested = Signal(str, object)
    word_chosen = Signal(str)
    word_removed = Signal(str)
    factor_requested = Signal(str, float)
    stop_requested = Signal()
    resume_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problem: str | None = None
        self._stopped = False
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.table = ConceptTable()
        self.figures = _Figures()
        self.controls = ConceptControls()
        self.labels = QLabel()
        self.labels.setWordWrap(True)
        self.labels.setTextFormat(Qt.TextFormat.PlainText)
        self.labels.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._labels_row = QWidget()
        labels = QHBoxLayout(self._labels_row)
        labels.setContentsMargins(4, 0, 0, 0)
        labels.addWidget(self.labels, 1)
        labels.addWidget(HelpButton("zero_shot"), 0, Qt.AlignmentFlag.AlignTop)
        self._work = _Work()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 8)
        layout.setSpacing(6)
        heading = QHBoxLayout()
        heading.addWidget(self.summary, 1)
        heading.addWidget(HelpButton("concept_weight"), 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(heading)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.figures)
        layout.addWidget(self._labels_row)
        layout.addWidget(self._work)
        layout.addWidget(self.controls)
        self.table.play_requested.connect(self.play_requested)
        self.table.chosen.connect(self.word_chosen)
        self.table.take_off_requested.connect(self.word_removed)
        self.table.factor_requested.connect(self.factor_requested)
        self._work.button.clicked.connect(self._on_work_button)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._open_menu)
        self.setAccessibleName(self.tr("Concepts"))
        FocusKeys(self)
        WheelGuard(self)
        self.show_concepts([], [], None)
        self.show_labels([])
        self.show_problem(None)
        self.show_work(False)

    def show_concepts(
        self,
        rows: Sequence[ConceptRow],
        figures: Sequence[ConceptFigures],
        change: ConceptChange | None,
    ) -> None:
        """rows: heaviest first. figures: of the original, or of the versions that `COLUMNS` has."""
        variants = COLUMNS[: len(figures)] if figures else COLUMNS
        self.table.show_rows(rows, variants)
        self.figures.show_figures(figures)
        self._align()
        if not figures:
            text = self.tr("No concepts have been looked for yet.")
        elif len(figures) < len(COLUMNS):
            text = self.tr("Explain the clip (E) to compare it with what is kept and removed.")
        elif change is None:
            text = self.tr("Removal changes no concept notably.")
        else:
            sentence = (
                self.tr("Removal takes “{word}” from {before} to {after}.")
                if change.after <= change.before
                else self.tr("Removal raises “{word}” from {before} to {after}.")
            )
            text = sentence.format(
                word=change.word,
                before=probability(change.before),
                after=probability(change.after),
            )
        self._said = text
        self._show_summary()

    def show_labels(self, labels: Sequence[ConceptLabel], problem: str | None = None) -> None:
        """What becomes of zero-shot labels, the nearest first; problem: why that is not known."""
        text = problem or ""
        if labels:
            text = self.tr("Labels with the concepts as changed: {labels}").format(
                labels=", ".join(
                    self.tr("“{label}” {before} → {after}").format(
                        label=each.label,
                        before=number(each.before, 2),  # cosines may be below zero
                        after=number(each.after, 2),
                    )
                    for each in labels
                )
            )
        self.labels.setText(text)
        self._labels_row.setVisible(bool(text))

    def show_problem(self, problem: str | None) -> None:
        """Why nothing can be found, in a sentence; None where there is no trouble."""
        self._problem = problem
        self._show_summary()

    def show_work(self, busy: bool, *, stopped: bool = False) -> None:
        """Whether concepts are being found, or the user has stopped that."""
        self._stopped = stopped
        self._work.show_work(busy, stopped)

    def show_progress(self, share: float, stage: str) -> None:
        self._work.show_progress(share, stage)

    @property
    def text_twin(self) -> str:
        """Everything shown, in words."""
        return "\n".join(
            part
            for part in (
                self.summary.text(),
                self.table.text_twin,
                self.figures.text,
                self.labels.text(),
            )
            if part
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._align()

    def _align(self) -> None:
        """Put the figures under the columns of the table."""
        self.figures.layout().setContentsMargins(4, 0, self.table.right_of_weights, 0)

    def _show_summary(self) -> None:
        self.summary.setText(self._problem or self._said)
        self.summary.setObjectName("warning" if self._problem else "")
        self.summary.style().polish(self.summary)
        self.setAccessibleDescription(self.text_twin)

    def _on_work_button(self) -> None:
        (self.resume_requested if self._stopped else self.stop_requested).emit()

    def _open_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = menu.addAction(icon("copy"), self.tr("Copy as text"))
        copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(self.text_twin))
        menu.popup(self.mapToGlobal(place))


class _Figures(QWidget):
    """L0, cosine and residual of each version, under the columns of the table."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self._cells: dict[tuple[str, int], QLabel] = {}
        grid = QGridLayout(self)
        grid.setHorizontalSpacing(0)
        grid.setVerticalSpacing(1)
        grid.setColumnStretch(0, 1)
        names = (self.tr("concepts (L0)"), self.tr("cosine"), self.tr("residual"))
        self._names = dict(zip(FIGURES, names, strict=True))
        for row, (figure, name) in enumerate(self._names.items()):
            label = QLabel(name)
            label.setObjectName("muted")
            line = QHBoxLayout()
            line.setSpacing(4)
            line.addWidget(label)
            line.addWidget(HelpButton(figure))
            line.addStretch(1)
            grid.addLayout(line, row, 0)
            for column in range(len(COLUMNS)):
                cell = self._cells[figure, column] = QLabel()
                cell.setFixedWidth(VERSION_WIDTH)
                cell.setIndent(3)
                cell.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                grid.addWidget(cell, row, 1 + column)

    def show_figures(self, figures: Sequence[ConceptFigures]) -> None:
        texts = [
            (str(each.l0), probability(each.cosine), probability(each.residual)) for each in figures
        ]
        for column in range(len(COLUMNS)):
            said = texts[column] if column < len(texts) else (DASH,) * len(FIGURES)
            for figure, text in zip(FIGURES, said, strict=True):
                cell = self._cells[figure, column]
                cell.setText(text)
                cell.setVisible(not texts or column < len(texts))
        self.text = "\n".join(
            self.tr("{version}: {l0} concepts, cosine {cosine}, residual {residual}").format(
                version=variant_name(variant), l0=said[0], cosine=said[1], residual=said[2]
            )
            for variant, said in zip(COLUMNS, texts, strict=False)
        )


class _Work(QWidget):
    """How far the work is, and a button that stops it or goes on. Short work is not shown."""

    def __init__(self) -> None:
        super().__init__()
        self._stage = QLabel()
        self._stage.setObjectName("muted")
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setAccessibleName(self.tr("Progress of finding concepts"))
        self.button = QToolButton()
        self._patience = timer(self, PATIENCE_MS, once=True)
        self._patience.timeout.connect(self.show)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._stage)
        row.addWidget(self.bar, 1)
        row.addWidget(self.button)
        self.show_work(False, False)

    def show_work(self, busy: bool, stopped: bool) -> None:
        self.bar.setVisible(busy)
        if stopped:
            self._stage.setText(self.tr("Stopped."))
        elif not busy:
            self._stage.setText("")
        text = self.tr("Go on") if stopped else self.tr("Stop")
        self.button.setText(text)
        self.button.setAccessibleName(
            self.tr("Go on finding concepts") if stopped else self.tr("Stop finding concepts")
        )
        if busy and not stopped:
            if not self.isVisible() and not self._patience.isActive():
                self._patience.start()
        else:
            self._patience.stop()
            self.setVisible(stopped)

    def show_progress(self, share: float, stage: str) -> None:
        self._stage.setText(stage)
        self.bar.setValue(round(1000 * share))
