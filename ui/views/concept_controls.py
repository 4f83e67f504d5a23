"""How concepts are looked for: vocabulary, how many, centring, embedder, and words of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from ui.formatting import probability

PENALTIES = (0.05, 0.10, 0.15)
MOST = 99  # concepts that can be asked for
LONGEST = 100  # characters of a word


@dataclass(frozen=True, slots=True)
class ConceptChoices:
    """What can be chosen. vocabulary, embedder: ids or paths. penalty: λ. at_most: None is any."""

    vocabulary: str = ""
    embedder: str = ""
    penalty: float = 0.10
    at_most: int | None = None
    centred: bool = False


class ConceptControls(QWidget):
    """Signals: choices_changed(ConceptChoices); vocabulary_file_requested(),
    embedder_folder_requested(), as there is none for it in the list; word_added(text).

    Showing never emits.
    """

    choices_changed = Signal(object)
    vocabulary_file_requested = Signal()
    embedder_folder_requested = Signal()
    word_added = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = ConceptChoices()
        self._problem: str | None = None
        self._build()
        self._lay_out()
        self._connect()
        self.show_options([], [])
        self.show_choices(self._choices)
        self.show_text_problem(None)

    def show_options(self, vocabularies: Sequence[str], embedders: Sequence[str]) -> None:
        """Offer these, and a file or folder of the user's; what is chosen stays chosen."""
        for combo, ids, more in (
            (self.vocabulary, vocabularies, self.tr("Words of a file…")),
            (self.embedder, embedders, self.tr("CLAP in a folder…")),
        ):
            with QSignalBlocker(combo):
                combo.clear()
                for each in ids:
                    combo.addItem(each, each)
                combo.insertSeparator(combo.count())
                combo.addItem(more, "")
        self.show_choices(self._choices)

    def show_choices(self, choices: ConceptChoices) -> None:
        self._choices = choices
        _choose(self.vocabulary, choices.vocabulary)
        _choose(self.embedder, choices.embedder)
        with QSignalBlocker(self.penalty), QSignalBlocker(self.at_most):
            if self.penalty.findData(choices.penalty) < 0:  # of a settings file
                self.penalty.addItem(f"λ {choices.penalty:g}", choices.penalty)
            self.penalty.setCurrentIndex(self.penalty.findData(choices.penalty))
            self.at_most.setValue(choices.at_most or 0)
        with QSignalBlocker(self.centred):
            self.centred.setChecked(choices.centred)

    def show_centring(self, possible: bool) -> None:
        """Whether the embedder knows the mean sound."""
        self.centred.setEnabled(possible or self._choices.centred)
        self.centred.setToolTip(
            self.tr("Take the mean sound and the mean word off first, as SpLiCE does.")
            if possible
            else self.tr("This embedder does not state the mean sound, so nothing can be centred.")
        )

    def show_text_problem(self, problem: str | None) -> None:
        """Why no word can be added, in a sentence; None where it can."""
        self._problem = problem
        self.word.setEnabled(problem is None)
        self.note.setText(problem or "")
        self.note.setVisible(problem is not None)
        self._on_typed()

    def _build(self) -> None:
        self.vocabulary = _combo(self.tr("Vocabulary"))
        self.embedder = _combo(self.tr("Embedder"))
        self.embedder.setToolTip(self.tr("The model that hears sounds and reads words."))
        self.penalty = _combo(self.tr("How many concepts"))
        for penalty, name in zip(
            PENALTIES, (self.tr("fine"), self.tr("balanced"), self.tr("few")), strict=True
        ):
            self.penalty.addItem(f"{name} (λ {probability(penalty)})", penalty)
        self.penalty.setToolTip(self.tr("The larger λ, the fewer concepts describe the sound."))
        self.at_most = QSpinBox()
        self.at_most.setRange(0, MOST)
        self.at_most.setSpecialValueText(self.tr("any"))
        self.at_most.setKeyboardTracking(False)
        self.at_most.setAccessibleName(self.tr("At most so many concepts"))
        self.at_most.setToolTip(self.tr("Keep no more than so many concepts, the heaviest."))
        self.centred = QCheckBox(self.tr("centred"))
        self.centred.setAccessibleName(self.tr("Centred"))
        self.word = QLineEdit()
        self.word.setMaxLength(LONGEST)
        self.word.setClearButtonEnabled(True)
        self.word.setPlaceholderText(self.tr("Add a word: kettle boiling, applause …"))
        self.word.setAccessibleName(self.tr("Word to add"))
        self.add = QPushButton(self.tr("Add"))
        self.add.setAccessibleName(self.tr("Add the word"))
        self.note = QLabel()
        self.note.setObjectName("muted")
        self.note.setWordWrap(True)
        self.note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        numbers = QHBoxLayout()
        numbers.setSpacing(6)
        numbers.addWidget(self.penalty, 1)
        numbers.addWidget(QLabel(self.tr("at most")))
        numbers.addWidget(self.at_most)
        numbers.addWidget(self.centred)
        models = QHBoxLayout()
        models.setSpacing(6)
        models.addWidget(self.vocabulary, 1)
        models.addWidget(QLabel(self.tr("heard by")))
        models.addWidget(self.embedder, 1)
        word = QHBoxLayout()
        word.setSpacing(6)
        word.addWidget(self.word, 1)
        word.addWidget(self.add)
        for row, (label, line) in enumerate(
            (
                (self.tr("Words"), models),
                (self.tr("Detail"), numbers),
                (self.tr("Own"), word),
            )
        ):
            grid.addWidget(QLabel(label), row, 0)
            grid.addLayout(line, row, 1)
        grid.addWidget(self.note, 3, 0, 1, 2)

    def _connect(self) -> None:
        self.vocabulary.activated.connect(self._on_vocabulary)
        self.embedder.activated.connect(self._on_embedder)
        self.penalty.activated.connect(
            lambda _: self._choose_more(penalty=self.penalty.currentData())
        )
        self.at_most.valueChanged.connect(lambda most: self._choose_more(at_most=most or None))
        self.centred.toggled.connect(lambda on: self._choose_more(centred=on))
        self.word.textChanged.connect(self._on_typed)
        self.word.returnPressed.connect(self._add)
        self.add.clicked.connect(self._add)

    def _on_vocabulary(self, _: int) -> None:
        chosen = self.vocabulary.currentData()
        if chosen:
            self._choose_more(vocabulary=chosen)
        else:
            _choose(self.vocabulary, self._choices.vocabulary)
            self.vocabulary_file_requested.emit()

    def _on_embedder(self, _: int) -> None:
        chosen = self.embedder.currentData()
        if chosen:
            self._choose_more(embedder=chosen)
        else:
            _choose(self.embedder, self._choices.embedder)
            self.embedder_folder_requested.emit()

    def _choose_more(self, **choices: object) -> None:
        chosen = replace(self._choices, **choices)
        if chosen != self._choices:
            self._choices = chosen
            self.choices_changed.emit(chosen)

    def _on_typed(self, _: str = "") -> None:
        self.add.setEnabled(self._problem is None and bool(self.word.text().strip()))

    def _add(self) -> None:
        if self.add.isEnabled():
            text = self.word.text()
            self.word.clear()
            self.word_added.emit(text)


def _combo(name: str) -> QComboBox:
    combo = QComboBox()
    combo.setAccessibleName(name)
    combo.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return combo


def _choose(combo: QComboBox, chosen: str) -> None:
    """Make an id or a path the current entry; it is added where it is not in the list."""
    with QSignalBlocker(combo):
        place = combo.findData(chosen)
        if place < 0 and chosen:
            name = chosen.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
            place = 0
            combo.insertItem(0, name, chosen)
            combo.setItemData(0, chosen, Qt.ItemDataRole.ToolTipRole)
        combo.setCurrentIndex(place)
