from __future__ import annotations

from dataclasses import asdict, fields, replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QSlider

from core.types import ExplanationRequest, Granularity
from ui.views.method_panel import MethodPanel, Option, PanelChoices

CODECS = [Option("banded-16k", "Banded 16 kHz", "bands"), Option("encodec-24k", "EnCodec 24 kHz")]
CLASSIFIERS = [Option("keywords-12", "Keywords"), Option("emotions-7", "Emotions")]
METHODS = [Option("saliency", "Saliency"), Option("integrated_gradients", "Integrated Gradients")]
FILLS = [Option("zero", "Zero"), Option("noise", "Noise")]
CHOICES = PanelChoices(
    classifier="keywords-12", method="integrated_gradients", fill="zero", keep=0.1, remove=1 / 3
)


@pytest.fixture
def panel(qtbot):
    panel = MethodPanel()
    qtbot.addWidget(panel)
    panel.show_options(CODECS, CLASSIFIERS, METHODS, FILLS)
    panel.show_targets(["yes", "no"], "yes")
    panel.show_choices(CHOICES)
    panel.resize(340, 400)
    panel.show()
    panel.events = []
    panel.choices_changed.connect(lambda choices: panel.events.append(choices))
    panel.share_dragged.connect(lambda *shares: panel.events.append(shares))
    panel.explain_requested.connect(lambda: panel.events.append("explain"))
    panel.automatic_changed.connect(lambda on: panel.events.append(on))
    return panel


def choose(combo: QComboBox, label: str) -> None:
    """As a user does with the keyboard, who sees only labels."""
    wanted = combo.findText(label)
    assert wanted >= 0
    combo.setFocus()
    key = Qt.Key.Key_Down if wanted > combo.currentIndex() else Qt.Key.Key_Up
    for _ in range(abs(wanted - combo.currentIndex())):
        QTest.keyClick(combo, key)


def test_the_choices_fit_a_request():
    request = replace(ExplanationRequest(), **asdict(CHOICES))
    assert request.remove == 1 / 3
    names = {field.name for field in fields(ExplanationRequest)}
    assert {field.name for field in fields(PanelChoices)} <= names


def test_showing_emits_nothing(panel):
    panel.show_choices(replace(CHOICES, fill="noise", keep=0.5, seed=7, target="no"))
    panel.show_options(CODECS, CLASSIFIERS, METHODS, FILLS)
    panel.show_targets(["yes", "no"], None)
    panel.show_automatic(True)
    panel.show_stale(True)
    assert panel.events == []
    assert panel.fill.currentText() == "Noise"
    assert panel.target.currentText() == "no"
    assert panel.seed.value() == 7


@pytest.mark.parametrize(
    ("control", "label", "field", "value"),
    [
        ("codec", "EnCodec 24 kHz", "codec", "encodec-24k"),
        ("classifier", "Emotions", "classifier", "emotions-7"),
        ("method", "Saliency", "method", "saliency"),
        ("fill", "Noise", "fill", "noise"),
        ("granularity", "frames", "granularity", Granularity.FRAME),
        ("target", "no", "target", "no"),
    ],
)
def test_each_list_changes_its_own_choice(panel, control, label, field, value):
    choose(getattr(panel, control), label)
    assert panel.events[-1] == replace(CHOICES, **{field: value})
    assert panel.choices == panel.events[-1]


def test_the_first_entries_mean_that_nothing_is_fixed(panel):
    panel.show_choices(replace(CHOICES, codec="banded-16k", target="no"))
    choose(panel.codec, "its own codec")
    choose(panel.target, "predicted (“yes”)")
    assert panel.choices.codec is None
    assert panel.choices.target is None


def test_choosing_the_same_again_says_nothing(panel):
    panel.method.activated.emit(panel.method.currentIndex())
    assert panel.events == []


def test_numbers_count_when_they_are_typed(panel):
    panel.seed.setFocus()
    panel.seed.selectAll()
    for key in "42":
        QTest.keyClick(panel.seed, key)
    assert panel.events == []
    QTest.keyClick(panel.seed, Qt.Key.Key_Return)
    assert panel.events == [replace(CHOICES, seed=42)]


def test_a_key_on_a_slider_is_a_choice_and_leaves_the_other_share_exact(panel):
    QTest.keyClick(panel.keep.slider, Qt.Key.Key_Right)
    assert panel.events == [replace(CHOICES, keep=0.11)]
    assert panel.choices.remove == 1 / 3


def test_dragging_tells_both_shares(panel):
    panel.keep.dragged.emit(0.1)
    assert panel.events == [(0.1, 1 / 3)]


def test_a_drag_ends_with_a_choice_even_where_it_is_shown_already(panel):
    panel.keep.dragged.emit(0.1)
    panel.show_choices(replace(CHOICES, keep=0.3))  # as the session followed the drag
    panel.keep.chosen.emit(0.3)
    panel.keep.chosen.emit(0.3)
    assert panel.events[1:] == [replace(CHOICES, keep=0.3)]


def test_an_id_that_is_not_offered_is_shown_and_kept(panel):
    panel.show_choices(replace(CHOICES, classifier="/models/mine"))
    assert panel.classifier.currentText() == "/models/mine"
    panel.show_options(CODECS, CLASSIFIERS, METHODS, FILLS)
    assert panel.classifier.currentText() == "/models/mine"


def test_explain_says_so_and_enter_presses_it(panel):
    QTest.mouseClick(panel.explain, Qt.MouseButton.LeftButton)
    QTest.keyClick(panel.explain, Qt.Key.Key_Return)
    assert panel.events == ["explain", "explain"]


def test_the_button_says_why_it_is_grey(panel):
    panel.show_unable("No clip is open.")
    assert panel.explain.toolTip() == "No clip is open."
    QTest.mouseClick(panel.explain, Qt.MouseButton.LeftButton)
    assert panel.events == []
    assert not panel.explain.isEnabled()
    panel.show_unable(None)
    assert panel.explain.isEnabled()


def test_automatic_is_told(panel):
    QTest.mouseClick(panel.automatic, Qt.MouseButton.LeftButton)
    assert panel.events == [True]


def test_a_stale_explanation_is_marked(panel):
    panel.show_stale(True)
    assert panel._stale.isVisible()
    assert panel.explain.isDefault()
    panel.show_stale(False)
    assert not panel._stale.isVisible()


def test_notes_are_tool_tips(panel):
    panel.show_choices(replace(CHOICES, codec="banded-16k"))
    assert panel.codec.toolTip() == "bands"
    assert panel.codec.itemData(1, Qt.ItemDataRole.ToolTipRole) == "bands"


def test_every_control_has_a_name(panel):
    for kind in (QComboBox, QAbstractButton, QAbstractSpinBox, QSlider):
        for control in panel.findChildren(kind):
            assert control.accessibleName(), control
