from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from core.types import Prediction, Variant
from tests.results import made_up_result
from ui.theme import LIGHT, apply_theme
from ui.views.class_bars import COLUMNS, ClassBars, bar_rows


def test_the_classes_that_matter_in_any_version_are_shown_and_the_rest_is_summed(result):
    rows = bar_rows(result)
    assert [row.label for row in rows] == ["yes", "no", "left", "unknown", "on", None]
    assert [row.explained for row in rows] == [True, False, False, False, False, False]
    for column in range(len(COLUMNS)):
        assert sum(row.cells[column].probability for row in rows) == pytest.approx(1.0)


def test_explanation_and_removed_have_both_spaces_and_the_control_of_the_class(result):
    original, codec, explanation, removed = bar_rows(result)[0].cells
    assert (original.probability, original.latent, original.random) == (
        pytest.approx(0.9), None, None,
    )  # fmt: skip
    assert codec.probability == pytest.approx(0.88)
    assert explanation.probability == pytest.approx(0.84)
    assert explanation.latent == pytest.approx(0.86)
    assert explanation.random == (0.31, 0.12)
    assert removed.random == (0.85, 0.05)
    left = bar_rows(result)[2].cells[3]
    assert left.probability == pytest.approx(0.61)
    assert left.latent == pytest.approx(0.9)
    assert left.random is None


def test_few_classes_leave_no_rest_and_no_control_no_whisker():
    rows = bar_rows(made_up_result(random_explanation=None, random_removed=None))
    assert [row.label for row in rows] == ["yes", "no", "silence"]
    assert all(cell.random is None for row in rows for cell in row.cells)


def test_a_target_that_is_improbable_everywhere_is_shown(result):
    labels = [row.label for row in bar_rows(replace(result, target="silence"))]
    assert "silence" in labels


@pytest.fixture
def bars(qtbot, qapp, result):
    apply_theme(qapp, "light")
    bars = ClassBars()
    qtbot.addWidget(bars)
    bars.show_rows(bar_rows(result))
    bars.resize(400, bars.height())
    bars.show()
    return bars


def test_the_bars_are_as_long_as_the_probabilities(bars, result):
    image = bars.grab().toImage()
    rows = bar_rows(result)
    for row, column in ((0, 0), (0, 1), (0, 2), (2, 3)):
        variant = COLUMNS[column]
        cell = bars._cell(row, column)
        y = round(cell.bottom() - 9)  # the middle of the bar
        own = QColor(LIGHT.variants[variant]).name()
        length = sum(
            image.pixelColor(x, y).name() == own
            for x in range(int(cell.left()), int(cell.right()) + 1)
        )
        wanted = rows[row].cells[column].probability * cell.width()
        assert length == pytest.approx(wanted, abs=3.5)  # the mark of the latents hides two


def test_hovering_reads_the_numbers(bars):
    place = bars._cell(0, COLUMNS.index(Variant.EXPLANATION)).center().toPoint()
    event = QHelpEvent(QEvent.Type.ToolTip, place, bars.mapToGlobal(place))
    QApplication.sendEvent(bars, event)
    assert QToolTip.text() == "yes, explanation .84 (latents .86), random masks .31 ± .12"
    QApplication.sendEvent(bars, QHelpEvent(QEvent.Type.ToolTip, QPoint(1, 1), QPoint(1, 1)))
    QToolTip.hideText()


def test_the_text_twin_has_every_number(bars):
    lines = bars.text().splitlines()
    assert lines[0] == (
        "yes: original .90, codec .88, explanation .84 (latents .86), random masks .31 ± .12, "
        "removed .06 (latents .02), random masks .85 ± .05"
    )
    assert lines[-1].startswith("others: original ")
    assert bars.accessibleDescription() == bars.text()


def test_silent_probabilities_draw_nothing_beyond_their_cell(qtbot, result):
    certain = Prediction(result.original.labels, np.eye(12)[0])
    bars = ClassBars()
    qtbot.addWidget(bars)
    bars.show_rows(bar_rows(replace(result, original=certain, reconstruction=certain)))
    bars.resize(260, bars.height())
    assert not bars.grab().isNull()
