"""Bars of concepts, the figures below them, and the choices."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from core.types import Variant
from tests.ui.views.sounds import NONE
from ui.number_help import NUMBER_HELP
from ui.theme import DARK, LIGHT, apply_theme
from ui.views.concept_controls import ConceptChoices
from ui.views.concept_table import BAR, COLUMNS, FIRST, GAP, NAME, TAKE_OFF, ConceptRow
from ui.views.concept_view import FIGURES, ConceptChange, ConceptFigures, ConceptLabel, ConceptView
from ui.views.help_button import HelpButton

ROWS = [
    ConceptRow("shouting", (0.4, 0.3, 0.04)),
    ConceptRow("rain", (0.2, 0.0, 0.2)),
    ConceptRow("kettle boiling", (0.0, 0.1, 0.0), own=True),
]
THREE = [
    ConceptFigures(12, 0.81, 0.58),
    ConceptFigures(9, 0.7, 0.71),
    ConceptFigures(14, 0.64, 0.77),
]


@pytest.fixture
def view(qtbot, qapp, themes):
    apply_theme(qapp, "light")
    view = ConceptView()
    qtbot.addWidget(view)
    view.resize(412, 480)
    view.show()
    view.show_concepts(ROWS, THREE, ConceptChange("shouting", 0.4, 0.04))
    return view


def cell(view, row, column):
    table = view.table
    return table.visualRect(table.model().index(row, column))


def click(view, row, column):
    place = cell(view, row, column).center()
    QTest.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, NONE, place)


def bar_length(view, row, column, theme):
    """Pixels of the version's colour in the middle of a bar."""
    rect = cell(view, row, column)
    image = view.table.viewport().grab().toImage()
    y = rect.bottom() + 1 - 4 - BAR // 2
    own = QColor(theme.variants[COLUMNS[column - FIRST]]).name()
    return sum(image.pixelColor(x, y).name() == own for x in range(rect.left(), rect.right() + 1))


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_bars_are_as_long_as_the_weights_against_the_heaviest(view, qapp, theme):
    apply_theme(qapp, theme.name)
    room = cell(view, 0, FIRST).width() - 3 - GAP
    for row, concept in enumerate(ROWS):
        for column, weight in enumerate(concept.weights, start=FIRST):
            wanted = room * weight / 0.4
            assert bar_length(view, row, column, theme) == pytest.approx(wanted, abs=3)


def test_the_numbers_stand_above_the_bars_and_in_words(view):
    item = view.table.topLevelItem(0)
    texts = [item.text(column) for column in range(TAKE_OFF)]
    assert texts == ["shouting", ".40", ".30", ".04"]
    assert "rain: original .20, explanation .00, removed .20" in view.text_twin
    assert "Original: 12 concepts, cosine .81, residual .58" in view.text_twin
    assert view.accessibleDescription() == view.text_twin
    assert view.table.accessibleDescription() in view.text_twin


def test_what_removal_changes_is_said(view):
    assert view.summary.text() == "Removal takes “shouting” from .40 to .04."
    view.show_concepts(ROWS, THREE, ConceptChange("rain", 0.1, 0.35))
    assert view.summary.text() == "Removal raises “rain” from .10 to .35."
    view.show_concepts(ROWS, THREE, None)
    assert "no concept" in view.summary.text()
    view.show_problem("There is no tower.")
    assert view.summary.text() == "There is no tower."
    view.show_problem(None)
    assert "no concept" in view.summary.text()


def test_the_figures_are_those_of_each_version_and_are_explained(view):
    cells = view.figures._cells
    for number, texts in zip(
        FIGURES, (("12", "9", "14"), (".81", ".70", ".64"), (".58", ".71", ".77")), strict=True
    ):
        assert tuple(cells[number, column].text() for column in range(3)) == texts
    asked = {button.number for button in view.findChildren(HelpButton)}
    assert asked == {*FIGURES, "concept_weight", "zero_shot"}
    assert asked <= set(NUMBER_HELP)


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("count", [3, 40])
def test_the_figures_stand_under_their_columns(view, qapp, count, own):
    rows = [ConceptRow(f"word {number}", (0.4, 0.3, 0.2), own) for number in range(count)]
    view.show_concepts(rows, THREE, None)
    for _ in range(3):
        qapp.processEvents()
    for column in range(3):
        label = view.figures._cells["concept_l0", column]
        number = view.table.viewport().mapTo(view, cell(view, 0, FIRST + column).topLeft())
        assert label.mapTo(view, QPoint(0, 0)).x() == pytest.approx(number.x(), abs=2)


def test_before_an_explanation_there_is_one_column(view):
    view.show_concepts([ConceptRow("rain", (0.2,))], THREE[:1], None)
    hidden = [view.table.isColumnHidden(column) for column in range(TAKE_OFF)]
    assert hidden == [False, False, True, True]
    assert "(E)" in view.summary.text()
    assert view.text_twin.count("concepts, cosine") == 1
    view.show_concepts([], [], None)
    assert view.table.topLevelItemCount() == 0


def test_a_click_plays_the_concept_and_in_a_column_that_version(qtbot, view):
    with (
        qtbot.waitSignal(view.word_chosen) as chosen,
        qtbot.waitSignal(view.play_requested) as told,
    ):
        click(view, 1, NAME)
    assert chosen.args == ["rain"]
    assert told.args == ["rain", None]
    with qtbot.waitSignal(view.play_requested) as told:
        click(view, 0, FIRST + COLUMNS.index(Variant.REMOVED))
    assert told.args == ["shouting", Variant.REMOVED]


def test_the_keyboard_chooses_and_enter_plays(qtbot, view):
    table = view.table
    table.setFocus()
    table.show_chosen("shouting")
    with qtbot.waitSignal(view.word_chosen) as told:
        qtbot.keyClick(table, Qt.Key.Key_Down)
    assert told.args == ["rain"]
    with qtbot.waitSignal(view.play_requested) as told:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert told.args == ["rain", None]


def test_showing_emits_nothing_and_keeps_the_row(qtbot, view):
    view.table.show_chosen("rain")
    with (
        qtbot.assertNotEmitted(view.word_chosen),
        qtbot.assertNotEmitted(view.controls.choices_changed),
    ):
        view.show_concepts(ROWS[::-1], THREE, None)
        view.controls.show_choices(ConceptChoices("x", "y", 0.15, 7, True))
    assert view.table.word == "rain"


def test_only_words_of_ones_own_can_be_taken_off(qtbot, view):
    with qtbot.assertNotEmitted(view.word_removed):
        click(view, 0, TAKE_OFF)
    with qtbot.waitSignal(view.word_removed) as told:
        click(view, 2, TAKE_OFF)
    assert told.args == ["kettle boiling"]
    view.table.setFocus()
    view.table.show_chosen("kettle boiling")
    with qtbot.waitSignal(view.word_removed) as told:
        qtbot.keyClick(view.table, Qt.Key.Key_Delete)
    assert told.args == ["kettle boiling"]
    view.show_concepts(ROWS[:2], THREE, None)
    assert view.table.isColumnHidden(TAKE_OFF)


def test_the_menu_weakens_and_strengthens_and_the_labels_follow(qtbot, qapp, view):
    rows = [replace(ROWS[0], factor=0.5), *ROWS[1:]]
    view.show_concepts(rows, THREE, None)
    assert view.table.topLevelItem(0).text(NAME) == "shouting ×0.5"
    view.table.show_chosen("shouting")
    view.table.customContextMenuRequested.emit(cell(view, 0, NAME).center())
    (menu,) = [w for w in qapp.topLevelWidgets() if w.isVisible() and w.inherits("QMenu")]
    weigh = [action for action in menu.actions() if action.isCheckable()]
    assert [action.isChecked() for action in weigh] == [False, True, False, False]
    for action, factor in zip(weigh, (0.0, 0.5, 2.0, 1.0), strict=True):
        with qtbot.waitSignal(view.factor_requested) as told:
            action.trigger()
        assert told.args == ["shouting", factor]
    menu.close()
    assert not view.labels.isVisibleTo(view)
    view.show_labels([ConceptLabel("angry", 0.31, 0.12), ConceptLabel("sad", 0.1, -0.05)])
    assert "“angry” 0.31 → 0.12, “sad” 0.10 → −0.05" in view.labels.text()
    assert view.labels.text() in view.text_twin
    view.show_labels([], "Install the text model.")
    assert view.labels.text() == "Install the text model."


def test_a_word_is_typed_and_added_with_enter(qtbot, view):
    controls = view.controls
    assert not controls.add.isEnabled()
    controls.word.setFocus()
    QTest.keyClicks(controls.word, "  ")
    assert not controls.add.isEnabled()
    QTest.keyClicks(controls.word, "applause")
    with qtbot.waitSignal(controls.word_added) as told:
        qtbot.keyClick(controls.word, Qt.Key.Key_Return)
    assert told.args[0].strip() == "applause"
    assert controls.word.text() == ""


def test_without_a_text_model_it_is_said_what_to_install(qtbot, view):
    controls = view.controls
    controls.word.setText("applause")
    controls.show_text_problem("Install the text model.")
    assert not controls.word.isEnabled()
    assert not controls.add.isEnabled()
    assert controls.note.text() == "Install the text model."
    assert controls.note.isVisibleTo(view)
    controls.show_text_problem(None)
    assert controls.add.isEnabled()
    assert not controls.note.isVisibleTo(view)


def test_choices_are_told_once_each(qtbot, view):
    controls = view.controls
    controls.show_options(["everyday", "pruned"], ["tower"])
    controls.show_choices(ConceptChoices("everyday", "tower"))
    told = []
    controls.choices_changed.connect(told.append)
    controls.vocabulary.setFocus()
    qtbot.keyClick(controls.vocabulary, Qt.Key.Key_Down)
    controls.penalty.setFocus()
    qtbot.keyClick(controls.penalty, Qt.Key.Key_Down)
    controls.at_most.setValue(5)
    controls.centred.click()
    assert told == [
        ConceptChoices("pruned", "tower"),
        ConceptChoices("pruned", "tower", 0.15),
        ConceptChoices("pruned", "tower", 0.15, 5),
        ConceptChoices("pruned", "tower", 0.15, 5, True),
    ]


def test_files_are_asked_for_and_the_list_stays_at_what_is_chosen(qtbot, view):
    controls = view.controls
    controls.show_options(["everyday"], ["tower"])
    controls.show_choices(ConceptChoices("/home/me/my words.txt", "tower"))
    assert controls.vocabulary.currentText() == "my words.txt"
    for combo, signal in (
        (controls.vocabulary, controls.vocabulary_file_requested),
        (controls.embedder, controls.embedder_folder_requested),
    ):
        before = combo.currentText()
        last = combo.count() - 1
        with qtbot.waitSignal(signal), qtbot.assertNotEmitted(controls.choices_changed):
            combo.setCurrentIndex(last)
            combo.activated.emit(last)
        assert combo.currentText() == before


def test_centring_is_greyed_where_it_cannot_be(view):
    controls = view.controls
    controls.show_centring(False)
    assert not controls.centred.isEnabled()
    controls.show_choices(ConceptChoices(centred=True))
    controls.show_centring(False)
    assert controls.centred.isEnabled()  # to switch it off


def test_long_work_is_shown_and_can_be_stopped_and_gone_on_with(qtbot, qapp, view):
    work = view._work
    view.show_work(True)
    qapp.processEvents()
    assert not work.isVisible()  # short work is over before
    qtbot.waitUntil(work.isVisible)
    view.show_progress(0.25, "Listening")
    assert work.bar.value() == 250
    with qtbot.waitSignal(view.stop_requested):
        work.button.click()
    view.show_work(False, stopped=True)
    assert work.isVisible()
    with qtbot.waitSignal(view.resume_requested):
        work.button.click()
    view.show_work(False)
    assert not work.isVisible()


def test_the_menu_copies_the_words(qtbot, view, qapp):
    view.customContextMenuRequested.emit(QPoint(5, 5))
    (menu,) = [w for w in qapp.topLevelWidgets() if w.isVisible() and w.inherits("QMenu")]
    menu.actions()[0].trigger()
    menu.close()
    assert qapp.clipboard().text() == view.text_twin
