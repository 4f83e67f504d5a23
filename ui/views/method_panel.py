"""How to explain: models, method, fill, cells, shares and target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.types import Granularity
from ui.icons import icon
from ui.keys import FocusKeys, WheelGuard
from ui.views.help_button import HelpButton
from ui.views.share_slider import ShareSlider

LARGEST_SEED = 2**31 - 1
MOST_MASKS = 50


class Option(NamedTuple):
    """One entry of a list to choose from. note: what it is, shown as its tool tip."""

    id: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class PanelChoices:
    """What the panel can choose; the fields are those of `ExplanationRequest` with these names.

    codec: None means the one that the classifier was trained on. target: None means the class
    that is predicted.
    """

    codec: str | None = None
    classifier: str = ""
    method: str = ""
    fill: str = ""
    granularity: Granularity = Granularity.ELEMENT
    keep: float = 0.1
    remove: float = 0.1
    target: str | None = None
    seed: int = 0
    random_masks: int = 5


class MethodPanel(QWidget):
    """Signals: choices_changed(PanelChoices), when one was made; share_dragged(keep, remove), while
    a slider is moved; explain_requested(); automatic_changed(bool).

    Showing never emits. What the lists offer comes from outside; a choice they do not offer is
    shown by its id.
    """

    choices_changed = Signal(object)
    share_dragged = Signal(float, float)
    explain_requested = Signal()
    automatic_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = PanelChoices()
        self._dragged = False  # since a choice was made last
        self._unable: str | None = None
        self._build_controls()
        self._lay_out()
        self._connect()
        FocusKeys(self)
        WheelGuard(self)
        self.show_options([], [], [], [])
        self.show_targets([], None)
        self.show_choices(self._choices)

    @property
    def choices(self) -> PanelChoices:
        return self._choices

    def show_options(
        self,
        codecs: Sequence[Option],
        classifiers: Sequence[Option],
        methods: Sequence[Option],
        fills: Sequence[Option],
    ) -> None:
        """Offer these; what is chosen stays chosen."""
        own = Option(
            "",
            self.tr("its own codec"),
            self.tr("The codec whose latents the classifier was trained on."),
        )
        for combo, options in (
            (self.codec, [own, *codecs]),
            (self.classifier, classifiers),
            (self.method, methods),
            (self.fill, fills),
        ):
            _offer(combo, options)
        self.show_choices(self._choices)

    def show_targets(self, labels: Sequence[str], predicted: str | None) -> None:
        """Offer the classifier's classes. predicted: of the current clip, when it is known."""
        first = (
            self.tr("predicted (“{label}”)").format(label=predicted)
            if predicted is not None
            else self.tr("predicted")
        )
        note = self.tr("Explain the class that the classifier finds most probable.")
        _offer(self.target, [Option("", first, note), *(Option(name, name) for name in labels)])
        _choose(self.target, self._choices.target or "")

    def show_choices(self, choices: PanelChoices) -> None:
        self._choices = choices
        _choose(self.codec, choices.codec or "")
        _choose(self.classifier, choices.classifier)
        _choose(self.method, choices.method)
        _choose(self.fill, choices.fill)
        _choose(self.granularity, choices.granularity.value)
        _choose(self.target, choices.target or "")
        self.keep.show_share(choices.keep)
        self.remove.show_share(choices.remove)
        for box, value in ((self.seed, choices.seed), (self.masks, choices.random_masks)):
            with QSignalBlocker(box):
                box.setValue(value)

    def show_unable(self, reason: str | None) -> None:
        """Say why nothing can be explained now ("No clip is open."), or that it can (None)."""
        self._unable = reason
        self._show_whether_able()

    def show_stale(self, stale: bool) -> None:
        """Whether the choices have changed since the explanation that is shown."""
        self.explain.setDefault(stale)
        self.explain.setIcon(icon("explain", "accent_text" if stale else "text"))
        self._stale.setVisible(stale)

    def show_automatic(self, automatic: bool) -> None:
        with QSignalBlocker(self.automatic):
            self.automatic.setChecked(automatic)

    def _build_controls(self) -> None:
        self.classifier = _combo(self.tr("Classifier"))
        self.codec = _combo(self.tr("Codec"))
        self.method = _combo(self.tr("Method"))
        self.fill = _combo(self.tr("Fill"))
        self.granularity = _combo(self.tr("Cells"))
        _offer(self.granularity, self._granularities())
        self.target = _combo(self.tr("Class to explain"))
        self.keep = ShareSlider(
            self.tr("Share to keep"),
            self.tr("How much of the cells the explanation keeps, the most relevant first."),
        )
        self.remove = ShareSlider(
            self.tr("Share to remove"),
            self.tr("How much of the cells is replaced by the fill, the most relevant first."),
        )
        self.masks = _number_box(
            MOST_MASKS,
            self.tr("Random masks"),
            self.tr("How many random masks of the same size serve as the control; 0 for none."),
        )
        self.seed = _number_box(
            LARGEST_SEED,
            self.tr("Seed"),
            self.tr("Of all that is random: the same seed gives the same result."),
        )
        self.explain = QPushButton(self.tr("Explain"))
        self.explain.setIcon(icon("explain"))
        self.explain.setAccessibleName(self.tr("Explain"))
        self.automatic = QCheckBox(self.tr("automatic"))
        self.automatic.setAccessibleName(self.tr("Explain automatically"))
        self.automatic.setToolTip(self.tr("Explain again whenever the clip or a choice changes."))
        self._stale = QLabel(self.tr("The choices have changed since this explanation."))
        self._stale.setObjectName("muted")
        self._stale.setWordWrap(True)
        self._stale.hide()

    def _granularities(self) -> list[Option]:
        return [
            Option(
                Granularity.ELEMENT.value,
                self.tr("single cells"),
                self.tr("Each latent dimension at each moment is chosen by itself."),
            ),
            Option(
                Granularity.BAND.value,
                self.tr("bands"),
                self.tr("All dimensions of a frequency band at one moment go together."),
            ),
            Option(
                Granularity.FRAME.value,
                self.tr("frames"),
                self.tr("All dimensions of one moment go together."),
            ),
            Option(
                Granularity.CHANNEL.value,
                self.tr("channels"),
                self.tr("One latent dimension over the whole stretch goes together."),
            ),
        ]

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.setHorizontalSpacing(8)
        form.setVerticalSpacing(5)
        for label, control, between, other in (
            (self.tr("Classifier"), self.classifier, self.tr("on"), self.codec),
            (self.tr("Method"), self.method, self.tr("for"), self.target),
            (self.tr("Fill"), self.fill, self.tr("in"), self.granularity),
        ):
            row = _beside(control, QLabel(between), other)
            row.layout().setStretch(0, 8)  # the names of methods are the longest
            row.layout().setStretch(2, 7)
            form.addRow(label, row)
        form.addRow(self.tr("Keep"), _beside(self.keep, HelpButton("share")))
        form.addRow(self.tr("Remove"), _beside(self.remove, HelpButton("share")))
        between = QLabel(self.tr("masks, seed"))
        numbers = _beside(self.masks, between, self.seed, HelpButton("random"))
        form.addRow(self.tr("Random"), numbers)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addWidget(self.explain, 1)
        buttons.addWidget(self.automatic)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 8)
        layout.setSpacing(8)
        layout.addLayout(form)
        layout.addLayout(buttons)
        layout.addWidget(self._stale)
        layout.addStretch(1)

    def _connect(self) -> None:
        self.codec.activated.connect(lambda: self._change(codec=_chosen(self.codec) or None))
        self.classifier.activated.connect(lambda: self._change(classifier=_chosen(self.classifier)))
        self.method.activated.connect(lambda: self._change(method=_chosen(self.method)))
        self.fill.activated.connect(lambda: self._change(fill=_chosen(self.fill)))
        self.granularity.activated.connect(
            lambda: self._change(granularity=Granularity(_chosen(self.granularity)))
        )
        self.target.activated.connect(lambda: self._change(target=_chosen(self.target) or None))
        self.seed.valueChanged.connect(lambda value: self._change(seed=value))
        self.masks.valueChanged.connect(lambda value: self._change(random_masks=value))
        self.keep.chosen.connect(lambda share: self._change(keep=share))
        self.remove.chosen.connect(lambda share: self._change(remove=share))
        for slider in (self.keep, self.remove):
            slider.dragged.connect(self._on_dragged)
        self.explain.clicked.connect(self.explain_requested)
        self.automatic.toggled.connect(self.automatic_changed)

    def _on_dragged(self) -> None:
        self._dragged = True
        self.share_dragged.emit(self.keep.share, self.remove.share)

    def _change(self, **chosen: object) -> None:
        """A drag ends with a choice, even where all it led to is shown already."""
        choices = replace(self._choices, **chosen)
        if choices != self._choices or self._dragged:
            self._choices, self._dragged = choices, False
            self.choices_changed.emit(choices)

    def _show_whether_able(self) -> None:
        reason = self._unable
        self.explain.setEnabled(reason is None)
        self.explain.setToolTip(
            reason or self.tr("Explain the clip, or the stretch that is selected (E)")
        )


def _combo(name: str) -> QComboBox:
    combo = QComboBox()
    combo.setAccessibleName(name)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(6)
    combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    combo.currentIndexChanged.connect(
        lambda index: combo.setToolTip(combo.itemData(index, Qt.ItemDataRole.ToolTipRole) or "")
    )
    return combo


def _number_box(largest: int, name: str, tip: str) -> QSpinBox:
    box = QSpinBox()
    box.setRange(0, largest)
    box.setKeyboardTracking(False)
    box.setAccessibleName(name)
    box.setToolTip(tip)
    box.setMinimumWidth(48)
    box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return box


def _beside(*widgets: QWidget) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(6)
    for widget in widgets:
        layout.addWidget(widget)
    return row


def _offer(combo: QComboBox, options: Sequence[Option]) -> None:
    with QSignalBlocker(combo):
        combo.clear()
        for option in options:
            combo.addItem(option.label, option.id)
            combo.setItemData(combo.count() - 1, option.note, Qt.ItemDataRole.ToolTipRole)


def _choose(combo: QComboBox, option_id: str) -> None:
    """Show an id as chosen; one that is not offered is added under its own name."""
    if combo.findData(option_id) < 0 and option_id:
        with QSignalBlocker(combo):
            combo.addItem(option_id, option_id)
    index = combo.findData(option_id)
    with QSignalBlocker(combo):
        combo.setCurrentIndex(index)
    combo.setToolTip(combo.itemData(index, Qt.ItemDataRole.ToolTipRole) or "")


def _chosen(combo: QComboBox) -> str:
    return str(combo.currentData())
