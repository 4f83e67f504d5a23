from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtGui import QColor

from core.types import Variant
from ui.views.live_canvas import SECONDS, LiveCanvas
from ui.views.live_relevance import StreamRelevance
from ui.views.live_view import LiveView

EDGES = (0.0, 1_000.0, 8_000.0)
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
        canvas.show_relevance(np.zeros((2, 50)), EDGES, now - 1, now, 0.02)
        canvas.show_event(now, "yes")
        canvas.show_now(now)
    assert canvas._indices.shape[1] <= 1.2 * SECONDS / canvas._hop + 1
    assert len(canvas._points) <= 1.3 * SECONDS / 0.32
    assert canvas._relevance.mean().shape[1] <= 1.3 * SECONDS * 50
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
    assert [view.events.list.topLevelItem(row).text(1) for row in range(2)] == ["no", "yes"]
    view.show_events([])
    assert view.events.list.topLevelItemCount() == 0
    assert not view.events.export.isEnabled()


def test_showing_a_choice_is_not_making_one(view):
    controls, chosen = view.controls, []
    for signal in (
        controls.threshold_changed,
        controls.gain_changed,
        controls.microphone_chosen,
        controls.monitored_chosen,
    ):
        signal.connect(chosen.append)
    view.show_threshold(0.8)
    controls.show_gain(6.0)
    controls.show_microphones([("a", "Mic A")], "a")
    controls.show_monitored(Variant.REMOVED)
    assert chosen == []
    controls.threshold.setValue(60)
    controls.gain.setValue(12)
    assert chosen == [0.6, 12.0]
    assert view.canvas.threshold == 0.6


def test_a_microphone_is_chosen_by_its_key(view, qtbot):
    controls = view.controls
    controls.show_microphones([("a", "Mic A"), ("b", "Mic B")], "b")
    assert controls.microphone.currentText() == "Mic B"
    controls.show_microphones([("a", "Mic A")], "b")
    assert "not connected" in controls.microphone.currentText()
    with qtbot.waitSignal(controls.microphone_chosen) as chosen:
        controls.microphone.activated.emit(controls.microphone.findData("a"))
    assert chosen.args == ["a"]


def test_what_is_heard_is_chosen_and_off_at_first(view, qtbot):
    controls = view.controls
    assert controls.monitored.currentText() == "Off"
    for text, variant in (("Removed", Variant.REMOVED), ("Explanation", Variant.EXPLANATION)):
        with qtbot.waitSignal(controls.monitored_chosen) as chosen:
            controls.monitored.activated.emit(controls.monitored.findText(text))
        assert chosen.args == [variant]
    with qtbot.waitSignal(controls.monitored_chosen) as chosen:
        controls.monitored.activated.emit(0)
    assert chosen.args == [None]


def test_the_delay_of_what_is_heard_is_stated(view):
    view.show_clock(0.2, 0, None, 1.62)
    assert view._clock.text().endswith("heard 1.6 s late")


def explained_canvas(canvas, values):
    """Ten seconds of an even sound, of which the second before the last was explained."""
    even = np.full((513, 625), -40.0, dtype=np.float32)
    canvas.show_columns(even, FREQUENCIES, 10.0, -80.0)
    canvas.show_relevance(values, EDGES, 8.0, 9.0, 0.02)
    canvas.show_now(10.0)


def test_what_is_explained_is_grey_with_the_relevance_in_colour(canvas):
    values = np.zeros((2, 50))
    values[1, 20:30], values[0, 20:30] = 1.0, -1.0
    explained_canvas(canvas, values)
    height = canvas.height() - 18
    high, low = color_at(canvas, 8.5, 10), color_at(canvas, 8.5, height - 8)
    assert high.red() > high.blue() + 60  # for: yellow
    assert low.blue() > low.red() + 60  # against: blue
    before, after = color_at(canvas, 8.1, 10), color_at(canvas, 9.6, 10)
    assert before.saturation() < 10
    assert after.saturation() > 100


def test_what_spoke_for_background_is_only_grey(canvas):
    even = np.full((513, 625), -40.0, dtype=np.float32)
    canvas.show_columns(even, FREQUENCIES, 10.0, -80.0)
    canvas.show_explained(9.0)
    canvas.show_now(10.0)
    assert color_at(canvas, 8.5, 10).saturation() < 10


def test_relevance_of_a_moment_is_the_mean_of_the_windows_that_hold_it():
    relevance = StreamRelevance(10.0)
    relevance.add(np.ones((1, 10)), (0.0, 1.0), 0.0, 1.0, 0.1)
    relevance.add(np.zeros((1, 10)), (0.0, 1.0), 0.5, 1.5, 0.1)
    mean = relevance.mean()[0]
    assert mean[:5] == pytest.approx(np.ones(5))
    assert np.all(np.diff(mean[4:10]) < 0)
    assert not mean[10:].any()
    assert relevance.end == 1.5


def test_relevance_far_ahead_begins_anew():
    relevance = StreamRelevance(2.0)
    relevance.add(np.ones((1, 10)), (0.0, 1.0), 0.0, 1.0, 0.1)
    relevance.add(np.ones((1, 10)), (0.0, 1.0), 60.0, 61.0, 0.1)
    assert relevance.start == pytest.approx(59.0)
    assert relevance.mean().shape == (1, 20)
    assert relevance.mean()[0, -10:] == pytest.approx(np.ones(10))
