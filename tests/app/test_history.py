"""Steps back and forth: of choices, selections and clips taken off the list."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.history import MOST_STEPS, ONE_STEP, History, RemovalStep, RequestStep, SelectionStep
from app.session import ClipItem, Session
from core.types import ExplanationRequest
from tests.sessions import recording

A, B, C = (ClipItem(Path(f"/{name}.wav"), name, "files") for name in "abc")


class Explain:
    """What the history asks of the explain controller, done at once."""

    def __init__(self, session):
        self._session = session

    def change_request(self, request):
        self._session.set_request(request)

    def open_item(self, key):
        self._session.choose(key)
        self._session.set_clip(recording(100))


class Bench:
    def __init__(self):
        self.now = 1_000.0
        self.session = Session(ExplanationRequest())
        self.explain = Explain(self.session)
        self.session.add_items([A, B, C])
        self.explain.open_item(A.key)
        self.history = History(self.session, self.explain, self.close, clock=lambda: self.now)

    def close(self, key):
        was_open = self.session.state.current == key
        self.session.remove_item(key)
        if was_open:
            self.explain.open_item(self.session.state.items[0].key)

    @property
    def request(self):
        return self.session.state.request

    def choose(self, wait=2 * ONE_STEP, **changes):
        self.now += wait
        self.explain.change_request(replace(self.request, **changes))


@pytest.fixture
def bench(qapp):
    return Bench()


def test_at_first_there_is_nothing(bench):
    bench.history.undo()
    bench.history.redo()
    assert (bench.history.next_undo, bench.history.next_redo) == (None, None)
    assert bench.request == ExplanationRequest()


def test_choices_are_undone_one_by_one_and_redone(bench):
    bench.choose(keep=0.2)
    bench.choose(method="saliency", fill="mean")
    bench.choose(target="yes")
    requests = [bench.request]
    for _ in range(3):
        bench.history.undo()
        requests.append(bench.request)
    assert [(r.keep, r.method, r.target) for r in requests] == [
        (0.2, "saliency", "yes"),
        (0.2, "saliency", None),
        (0.2, "integrated_gradients", None),
        (0.1, "integrated_gradients", None),
    ]
    assert bench.history.next_undo is None
    for expected in reversed(requests[:-1]):
        bench.history.redo()
        assert bench.request == expected
    assert bench.history.next_redo is None


def test_a_step_says_what_it_did(bench):
    bench.choose(keep=0.2)
    assert bench.history.next_undo == RequestStep({"keep": 0.1}, {"keep": 0.2})
    bench.history.undo()
    assert bench.history.next_redo == RequestStep({"keep": 0.1}, {"keep": 0.2})


def test_a_new_choice_ends_what_could_be_redone(bench):
    bench.choose(keep=0.2)
    bench.history.undo()
    bench.choose(remove=0.3)
    assert bench.history.next_redo is None


def test_a_drag_is_one_step_however_long(bench):
    bench.choose(keep=0.2)
    bench.history.begin_drag()
    for keep in (0.3, 0.4, 0.5):
        bench.choose(wait=10.0, keep=keep)
    bench.history.end_drag()
    bench.history.begin_drag()
    bench.choose(wait=0.0, keep=0.6)
    bench.choose(wait=0.0, keep=0.7)
    bench.history.end_drag()
    bench.choose(wait=0.0, keep=0.8)
    seen = []
    while bench.history.next_undo is not None:
        bench.history.undo()
        seen.append(bench.request.keep)
    assert seen == [0.7, 0.5, 0.2, 0.1]


def test_a_drag_back_to_where_it_began_is_no_step(bench):
    bench.history.begin_drag()
    bench.choose(keep=0.5)
    bench.choose(keep=0.1)
    bench.history.end_drag()
    assert bench.history.next_undo is None


def test_a_key_held_down_is_one_step_and_pressed_again_later_another(bench):
    for keep in (0.2, 0.3, 0.4):
        bench.choose(wait=ONE_STEP / 2, keep=keep)
    bench.choose(wait=ONE_STEP / 2, remove=0.3)  # another slider is another step
    bench.choose(wait=2 * ONE_STEP, remove=0.4)
    seen = []
    while bench.history.next_undo is not None:
        bench.history.undo()
        seen.append((bench.request.keep, bench.request.remove))
    assert seen == [(0.4, 0.3), (0.4, 0.1), (0.1, 0.1)]


def test_an_undone_step_is_not_added_to(bench):
    bench.choose(keep=0.2)
    bench.choose(keep=0.3)
    bench.history.undo()
    bench.choose(wait=0.0, keep=0.4)
    bench.history.undo()
    assert bench.request.keep == 0.2


def test_selections_are_undone(bench):
    bench.session.set_selection((0.1, 0.2))
    bench.session.set_selection((0.3, 0.4))
    bench.session.set_selection(None)
    assert bench.history.next_undo == SelectionStep((0.3, 0.4), None)
    seen = []
    for _ in range(3):
        bench.history.undo()
        seen.append(bench.session.state.selection)
    assert seen == [(0.3, 0.4), (0.1, 0.2), None]
    bench.history.redo()
    assert bench.session.state.selection == (0.1, 0.2)


def test_another_clip_forgets_what_belongs_to_the_clip_and_keeps_the_choices(bench):
    bench.choose(keep=0.2)
    bench.session.set_selection((0.1, 0.2))
    bench.choose(start=0.0, end=0.5)
    bench.choose(method="saliency")
    bench.history.undo()
    bench.explain.open_item(B.key)
    assert bench.history.next_undo == RequestStep({"keep": 0.1}, {"keep": 0.2})
    bench.history.undo()
    assert bench.session.state.current == B.key
    assert (bench.request.keep, bench.request.end) == (0.1, 0.5)
    assert bench.history.next_undo is None


def test_a_removed_clip_comes_back_to_its_place(bench):
    bench.session.remove_item(B.key)
    assert bench.history.next_undo == RemovalStep(B, 1, was_open=False)
    bench.history.undo()
    assert bench.session.state.items == (A, B, C)
    assert bench.session.state.current == A.key
    bench.history.redo()
    assert bench.session.state.items == (A, C)


def test_a_closed_clip_is_opened_again(bench):
    bench.close(A.key)
    assert bench.session.state.current == B.key
    bench.history.undo()
    assert bench.session.state.items == (A, B, C)
    assert bench.session.state.current == A.key
    bench.history.redo()
    assert bench.session.state.items == (B, C)
    assert bench.session.state.current == B.key


def test_a_removed_clip_that_was_added_again_is_there_once(bench):
    bench.session.remove_item(B.key)
    bench.session.add_items([B])
    bench.history.undo()
    assert bench.session.state.items == (A, C, B)


def test_added_clips_are_no_steps(bench):
    bench.session.add_items([ClipItem(Path("/d.wav"), "d", "files")])
    assert bench.history.next_undo is None


def test_a_cleared_history_is_empty(bench):
    bench.choose(keep=0.2)
    bench.choose(keep=0.4)
    bench.history.undo()
    bench.history.clear()
    assert (bench.history.next_undo, bench.history.next_redo) == (None, None)


def test_it_does_not_grow_without_end(bench):
    for number in range(MOST_STEPS + 50):
        bench.choose(seed=number + 1)
    count = 0
    while bench.history.next_undo is not None:
        bench.history.undo()
        count += 1
    assert count == MOST_STEPS
    assert bench.request.seed == 50


def test_it_tells_when_other_steps_can_be_taken(bench, qtbot):
    for do in (lambda: bench.choose(keep=0.2), bench.history.undo, bench.history.redo):
        with qtbot.waitSignal(bench.history.changed, timeout=100):
            do()
