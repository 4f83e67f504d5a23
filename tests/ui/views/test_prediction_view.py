from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from core.types import Variant
from ui.number_help import NUMBER_HELP
from ui.views.help_button import HelpButton
from ui.views.prediction_view import PredictionView


@pytest.fixture
def view(qtbot):
    view = PredictionView()
    qtbot.addWidget(view)
    view.resize(360, 500)
    view.show()
    return view


def cells(view: PredictionView, variant: Variant) -> list[str]:
    names = ("latent", "round_trip", "random", "level")
    return [view._table._cells[variant, name].text() for name in names]


def test_without_a_result_it_says_so(view):
    assert view.text() == "Nothing has been explained yet."
    assert not view._body.isVisible()


def test_the_decision_is_on_top(view, result):
    view.show_result(result)
    assert view._label.text() == "“yes”"
    assert view._probability.text() == ".90"
    assert view._about.text() == "0.25–0.75\N{NO-BREAK SPACE}s"


def test_the_table_has_both_spaces_control_and_level(view, result):
    view.show_result(result)
    assert view._table._heading.text() == "p(“yes”)"
    assert cells(view, Variant.ORIGINAL) == [".90", "–", "–", "0.0"]
    assert cells(view, Variant.RECONSTRUCTION) == ["–", ".88", "–", "−0.1"]
    assert cells(view, Variant.EXPLANATION) == [".86", ".84", ".31 ± .12", "−8.2"]
    assert cells(view, Variant.REMOVED) == [".02", ".06", ".85 ± .05", "silent"]


def test_the_verdict_names_what_each_version_is_taken_for(view, result):
    view.show_result(result)
    assert view._verdict.text() == "Explanation still “yes”, removed becomes “left”."
    view.show_result(replace(result, removed=result.explanation, target="no"))
    assert view._verdict.text() == (
        "Explained is “no”. Explanation still “yes”, removed still “yes”."
    )


def test_where_the_codec_changes_the_decision_the_versions_are_compared_with_the_codecs(
    view, result
):
    view.show_result(replace(result, reconstruction=result.removed.round_trip))
    assert view._verdict.text() == (
        "The codec alone makes it “left”. Explanation becomes “yes”, removed still “left”."
    )


def test_one_random_mask_has_no_spread(view, result):
    controls = result.random_explanation
    one = replace(controls, round_trip=replace(controls.round_trip, std=None))
    view.show_result(replace(result, random_explanation=one))
    assert cells(view, Variant.EXPLANATION)[2] == ".31"
    assert "random masks .31, removed" in view.text()
    assert not view.grab().isNull()


def test_removed_is_defined_on_the_screen(view, result):
    view.show_result(result, fill_label="Zero")
    assert view._definition.isVisible()
    assert view._definition.text() == (
        "Removed is: the most relevant 10\N{NO-BREAK SPACE}% of the cells replaced by the fill "
        "“Zero”."
    )


def test_the_gap_is_shown_only_where_the_method_promises_one(view, result):
    view.show_result(result)
    assert view._gap.text() == "completeness gap 1.2\N{NO-BREAK SPACE}%"
    assert view._gap.isVisible()
    view.show_result(
        replace(result, attribution=replace(result.attribution, completeness_gap=None))
    )
    assert not view._gap.isVisible()
    assert "completeness" not in view.text()


def test_without_a_control_there_is_a_dash(view, result):
    view.show_result(replace(result, random_explanation=None, random_removed=None))
    assert cells(view, Variant.EXPLANATION)[2] == "–"


def test_every_kind_of_number_has_its_question_mark(view):
    asked = {button.number for button in view.findChildren(HelpButton)}
    assert asked == {
        "probability", "latent", "round_trip", "random", "level", "completeness_gap",
    }  # fmt: skip
    assert asked <= set(NUMBER_HELP)


def test_the_text_twin_can_be_copied(view, result):
    view.show_result(result)
    lines = view.text().splitlines()
    assert lines[0] == "“yes” .90"
    assert "Explanation: latents .86, round trip .84, random .31 ± .12, dB −8.2" in lines
    assert view.accessibleDescription() == view.text()
    view.customContextMenuRequested.emit(QPoint(5, 5))
    menu = view.findChild(QMenu)
    menu.actions()[0].trigger()
    menu.close()
    assert QGuiApplication.clipboard().text() == view.text()


def test_a_label_is_never_read_as_markup(view, result):
    labels = ("<b>x</b>", *result.original.labels[1:])
    odd = replace(result.original, labels=labels)
    view.show_result(
        replace(
            result,
            target="<b>x</b>",
            original=odd,
            reconstruction=odd,
            explanation=replace(result.explanation, latent=odd, round_trip=odd),
            removed=replace(result.removed, latent=odd, round_trip=odd),
        )
    )
    plain = view._label.textFormat()
    assert view._label.text() == "“<b>x</b>”"
    assert view._verdict.textFormat() == view._table._heading.textFormat() == plain
