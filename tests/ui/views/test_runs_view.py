"""The list of runs and the comparison, with real clicks and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from core.types import SpacePrediction
from tests.results import made_up_result, prediction
from ui.views.runs_view import KEPT, NAME, PIN, RunRow, RunsView

ROWS = [
    RunRow(3, "Saliency", "10 % / 5 %", "fill: Zeros", 0.93, 0.2),
    RunRow(5, "Integrated Gradients", "30 % / 5 %", "fill: Mean", 0.999, 0.001, shown=True),
    RunRow(8, "SmoothGrad", "30 % / 5 %", "fill: Noise", 0.5, 0.5, pinned=True),
]


@pytest.fixture
def view(qtbot):
    view = RunsView()
    view.resize(220, 400)
    qtbot.addWidget(view)
    view.show()
    qtbot.waitExposed(view)
    view.events = []
    view.run_chosen.connect(view.events.append)
    view.pin_requested.connect(lambda run_id: view.events.append(("pin", run_id)))
    view.show_runs(ROWS)
    return view


def click(view, row, column):
    item = view.tree.topLevelItem(row)
    rect = view.tree.visualRect(view.tree.indexFromItem(item, column))
    QTest.mouseClick(view.tree.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())


def test_each_run_has_its_choices_and_numbers(view):
    item = view.tree.topLevelItem(1)
    assert item.text(NAME) == "Integrated Gradients\n30 % / 5 %"
    assert (item.text(KEPT), item.text(KEPT + 1)) == (">.99", "<.01")
    assert item.toolTip(NAME) == "fill: Mean"
    assert item.font(NAME).bold()
    assert view.tree.currentItem() is item
    assert view.events == []


def test_a_click_goes_to_a_run_unless_it_is_shown(view):
    click(view, 0, NAME)
    click(view, 1, NAME)
    click(view, 2, KEPT)
    assert view.events == [3, 8]


def test_the_pin_pins_and_unpins(view):
    click(view, 0, PIN)
    click(view, 2, PIN)
    assert view.events == [("pin", 3), ("pin", None)]
    assert view.tree.topLevelItem(0).toolTip(PIN) == "Pin to compare with"
    assert view.tree.topLevelItem(2).toolTip(PIN) == "Unpin"


def test_keys_choose_and_pin(qtbot, view):
    view.tree.setFocus()
    QTest.keyClick(view.tree, Qt.Key.Key_Up)
    QTest.keyClick(view.tree, Qt.Key.Key_Return)
    assert view.events == [3]
    QTest.keyClick(view.tree, Qt.Key.Key_Menu)
    menu = view.findChild(QMenu)
    [show, pin] = menu.actions()
    pin.trigger()
    show.trigger()
    menu.close()
    assert view.events[1:] == [("pin", 3), 3]


def test_without_runs_it_says_what_will_be_here(view):
    view.show_runs([])
    assert not view.tree.isVisible()
    assert view._hint.isVisible()
    assert view.text_twin == ""


def test_the_pinned_run_stands_beside_the_shown_one(view):
    assert not view.comparison.isVisible()
    other = SpacePrediction(prediction(0.5, 0.4, 0.1), prediction(0.4, 0.5, 0.1))
    view.show_comparison(made_up_result(), made_up_result(explanation=other))
    assert view.comparison.isVisible()
    assert view.comparison.lines == [
        "Original: pinned .80, shown .80",
        "Codec: pinned .75, shown .75",
        "Explanation: pinned .60, shown .40",
        "Removed: pinned .30, shown .30",
        "gap: pinned 1.2\N{NO-BREAK SPACE}%, shown 1.2\N{NO-BREAK SPACE}%",
    ]
    assert view.comparison._heading.text() == "p(“yes”)"
    assert "Explanation: pinned .60, shown .40" in view.tree.accessibleDescription()
    view.show_comparison(made_up_result(), made_up_result(target="no"))
    assert view.comparison._heading.text() == "p"
    view.show_comparison(made_up_result(), None)
    assert view.comparison.lines[0] == "Original: pinned .80, shown –"


def test_everything_is_named(view):
    assert view.tree.accessibleName() == "Runs"
    assert "Saliency 10 % / 5 %: kept .93, gone .20" in view.tree.accessibleDescription()
