from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtGui import QColor

from ui.views.live_canvas import SECONDS, LiveCanvas
from ui.views.live_view import LiveView

FREQUENCIES = np.linspace(0, 8000, 513, dtype=np.float32)


@dataclass
class Event:
    number: int
    label: str = "yes"
    probability: float = 0.9
    time: float = 3.2
    explained: bool = True
    problem: str | None = None


@pytest.fixture
def view(qtbot):
    view = LiveView()
    qtbot.addWidget(view)
    view.resize(1000, 260)
    view.show()
    return view


@pytest.fixture
def canvas(qtbot):
    canvas = LiveCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(700, 260)
    canvas.show()
    canvas.show_classes(("yes", "no"), ())
    return canvas


def color_at(canvas, seconds, y):
    image = canvas.grab().toImage()
    scale = image.width() / canvas.width()
    x = 52 + (1 - (canvas._now - seconds) / SECONDS) * (canvas.width() - 52 - 62)
    return QColor(image.pixel(int(x * scale), int(y * scale)))


def test_the_newest_sound_is_at_the_right_and_moves_to_the_left(canvas):
    loud, soft = np.zeros((513, 8)), np.full((513, 600), -80.0)
    canvas.show_columns(soft.astype(np.float32), FREQUENCIES, 9.6, -80.0)
    canvas.show_columns(loud.astype(np.float32), FREQUENCIES, 9.728, -80.0)
    canvas.show_now(9.728)
    assert color_at(canvas, 9.66, 60).lightness() > 150
    assert color_at(canvas, 8.0, 60).lightness() < 30
    canvas.show_columns(soft[:, :125].astype(np.float32), FREQUENCIES, 11.728, -80.0)
    canvas.show_now(11.728)
    assert color_at(canvas, 9.66, 60).lightness() > 150
    assert color_at(canvas, 11.6, 60).lightness() < 30


def test_nothing_grows_with_time(canvas):
    columns = np.zeros((513, 20), dtype=np.float32)
    for number in range(400):
        now = 0.32 * number
        canvas.show_columns(columns, FREQUENCIES, now, -80.0)
        canvas.show_decision(now, np.array([0.5, 0.5]))
        canvas.show_relevance(np.zeros(50), now - 1, now)
        canvas.show_event(now, "yes")
        canvas.show_now(now)
    assert canvas._indices.shape[1] <= 1.2 * SECONDS / canvas._hop + 1
    assert len(canvas._points) <= 1.3 * SECONDS / 0.32
    assert len(canvas._relevance) <= 1.3 * SECONDS / 0.32 + 4
    assert len(canvas._marks) <= 50
    canvas.grab()


def test_only_classes_that_were_probable_have_a_curve(canvas):
    canvas.show_decision(1.0, np.array([0.95, 0.05]))
    assert canvas._chosen_classes() == [0]
    canvas.show_decision(1.1, np.array([0.4, 0.6]))
    assert canvas._chosen_classes() == [0, 1]


def test_starting_again_forgets_what_was(view):
    view.canvas.show_classes(("yes", "no"), ())
    view.canvas.show_decision(1.0, np.array([0.95, 0.05]))
    view.canvas.show_now(5.0)
    view.show_running(True)
    assert view.canvas._chosen_classes() == []
    assert view.canvas._now == 0.0


def test_the_clock_says_how_old_the_answer_is(view):
    view.show_clock(0.27, 3, None)
    assert view._clock.text() == "analysing 0.3 s ago, 3 skipped"
    view.show_clock(0.27, 3, "“Mic” stopped answering.")
    assert view._clock.text() == "“Mic” stopped answering."


def test_events_are_listed_newest_first_and_can_be_cleared(view):
    view.show_events([Event(1), Event(2, "no", explained=False)])
    assert [view.events.topLevelItem(row).text(1) for row in range(2)] == ["no", "yes"]
    view.show_events([])
    assert view.events.topLevelItemCount() == 0
    assert not view.export.isEnabled()


def test_showing_a_threshold_is_not_choosing_one(view, qtbot):
    chosen = []
    view.threshold_changed.connect(chosen.append)
    view.show_threshold(0.8)
    assert chosen == []
    view.threshold.setValue(60)
    assert chosen == [0.6]
