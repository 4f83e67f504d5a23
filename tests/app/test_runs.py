"""What counts as a run, what is kept of them, and going back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.runs import MOST_RUNS, ONE_RUN, Runs
from app.session import ClipItem, Session
from core.types import ExplanationRequest
from tests.results import controls, made_up_result

A, B = (ClipItem(Path(f"/{name}.wav"), name, "files") for name in "ab")


class Explain:
    """What the runs ask of the explain controller."""

    cancelled = 0

    def cancel(self):
        self.cancelled += 1


class Bench:
    def __init__(self):
        self.now = 1_000.0
        self.session = Session(ExplanationRequest())
        self.session.add_items([A, B])
        self.session.choose(A.key)
        self.explain = Explain()
        self.runs = Runs(self.session, self.explain, clock=lambda: self.now)

    def result(self, wait=2 * ONE_RUN, controlled=True, **request):
        """Another explanation, some time after the one before."""
        self.now += wait
        asked = replace(made_up_result().request, **request)
        control = controls(0.4) if controlled else None
        result = made_up_result(request=asked, random_explanation=control)
        self.session.set_request(asked)
        self.session.set_result(result)
        return result

    @property
    def results(self):
        return [run.result for run in self.runs.runs]


@pytest.fixture
def bench(qapp):
    return Bench()


def test_each_explanation_is_a_run_and_the_newest_is_shown(bench):
    made = [bench.result(method=method) for method in ("saliency", "smoothgrad")]
    assert bench.results == made
    assert [run.id for run in bench.runs.runs] == [1, 2]
    assert bench.runs.shown.result is made[1]


def test_the_same_choices_are_one_run(bench):
    bench.result(keep=0.3)
    bench.result(keep=0.5)
    again = bench.result(keep=0.3)
    assert [result.request.keep for result in bench.results] == [0.3, 0.5]
    assert bench.results[0] is again
    assert bench.runs.shown.id == 1


def test_a_slider_on_its_way_is_one_run(bench):
    bench.result(keep=0.1)
    bench.result(keep=0.2, controlled=False)
    bench.result(wait=0.1, keep=0.3, controlled=False)
    bench.result(wait=5.0, keep=0.4, controlled=False)  # held still for a while
    bench.result(wait=5.0, keep=0.5)
    assert [result.request.keep for result in bench.results] == [0.1, 0.5]
    bench.result(wait=0.1, keep=0.6)
    assert [result.request.keep for result in bench.results] == [0.1, 0.6]
    bench.result(wait=0.1, keep=0.7, method="saliency")
    assert [result.request.keep for result in bench.results] == [0.1, 0.6, 0.7]


def test_going_back_shows_the_run_and_its_choices_at_once(bench):
    first = bench.result(keep=0.3, method="saliency")
    bench.result(keep=0.6)
    bench.runs.go_to(1)
    assert bench.session.state.result is first
    assert bench.session.state.request == first.request
    assert bench.runs.shown.id == 1
    assert len(bench.runs.runs) == 2
    assert bench.explain.cancelled == 1
    bench.runs.go_to(1)
    bench.runs.go_to(99)
    assert bench.explain.cancelled == 1


def test_another_clip_starts_anew(bench):
    bench.result()
    bench.runs.pin(1)
    bench.session.choose(B.key)
    assert (bench.runs.runs, bench.runs.shown, bench.runs.pinned) == ((), None, None)


def test_while_nothing_is_explained_none_is_shown(bench):
    bench.result()
    bench.session.set_result(None)
    assert bench.runs.shown is None
    assert len(bench.runs.runs) == 1


def test_one_run_is_pinned_at_most(bench):
    bench.result(keep=0.3)
    bench.result(keep=0.6)
    bench.runs.pin(1)
    bench.runs.pin(2)
    assert bench.runs.pinned.id == 2
    bench.runs.pin(None)
    assert bench.runs.pinned is None
    bench.runs.pin(99)
    assert bench.runs.pinned is None


def test_the_oldest_go_first_but_not_the_pinned_one(bench):
    for number in range(MOST_RUNS + 5):
        bench.result(seed=number)
        if number == 1:
            bench.runs.pin(2)
    ids = [run.id for run in bench.runs.runs]
    assert ids == [2, *range(7, MOST_RUNS + 6)]


def test_memory_is_bounded(bench, monkeypatch):
    bench.result(seed=0)
    one = bench.runs.runs[0].n_bytes
    assert one == 4 * (3 * 4_000 + 2 * 24)
    monkeypatch.setattr("app.runs.MOST_BYTES", 3 * one)
    for number in range(1, 6):
        bench.result(seed=number)
    assert [run.id for run in bench.runs.runs] == [4, 5, 6]
    monkeypatch.setattr("app.runs.MOST_BYTES", 1)
    bench.result(seed=9)
    assert [run.id for run in bench.runs.runs] == [7]  # what is shown stays


def test_it_tells_of_each_change(bench, qtbot):
    for do in (
        lambda: bench.result(keep=0.3),
        lambda: bench.result(keep=0.6),
        lambda: bench.runs.go_to(1),
        lambda: bench.runs.pin(1),
        lambda: bench.session.choose(B.key),
    ):
        with qtbot.waitSignal(bench.runs.changed, timeout=100):
            do()
