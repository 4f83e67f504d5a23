"""How the pipeline tells how far it is, and that it stops when asked."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from torch import Tensor

from core.errors import Cancelled
from core.job import CancelToken
from core.models import Toolbox
from core.pipeline import explain
from core.types import ExplanationRequest
from tests.fakes import LinearClassifier
from tests.toys import BIAS, WEIGHT, asked, sound, tools

SHORT, LONG = sound(4_000), sound(40_000)  # 0.5 s and 5 s for a window of 0.5 s
STAGES = ["Encoding", "Attributing", "Synthesising", "Comparing with random masks", "Explained"]


class Counting(LinearClassifier):
    """Counts its forward calls."""

    def __init__(self) -> None:
        super().__init__(WEIGHT, BIAS)
        self.calls = 0

    def logits(self, latents: Tensor) -> Tensor:
        self.calls += 1
        return super().logits(latents)


def counting() -> tuple[Toolbox, Counting]:
    classifier = Counting()
    return tools(classifier=classifier, window=0.5), classifier


def reported(request: ExplanationRequest, seconds: int) -> list[tuple[float, str]]:
    seen: list[tuple[float, str]] = []
    clip = SHORT if seconds < 1 else LONG
    explain(clip, request, counting()[0], lambda share, stage: seen.append((share, stage)))
    return seen


@pytest.mark.parametrize("seconds", [0, 5])
@pytest.mark.parametrize(
    "request_",
    [
        asked(),
        asked(method="saliency", random_masks=0),
        asked(method="random", fill="noise"),
        asked(every_window=True),
    ],
    ids=["integrated gradients", "saliency", "random", "every window"],
)
def test_progress_rises_from_nought_to_one(request_: ExplanationRequest, seconds: int) -> None:
    shares = [share for share, _ in reported(request_, seconds)]
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert all(0.0 <= earlier <= later <= 1.0 for earlier, later in pairwise(shares))
    assert len(set(shares)) >= 4


def test_the_stages_are_named_in_order() -> None:
    for request in (asked(), asked(method="random")):
        stages = [stage for _, stage in reported(request, 0)]
        assert list(dict.fromkeys(stages)) == STAGES
    stages = [stage for _, stage in reported(asked(), 5)]
    assert list(dict.fromkeys(stages)) == ["Looking over the clip", *STAGES]


@pytest.mark.parametrize("every_window", [False, True])
@pytest.mark.parametrize("stage", ["Looking over the clip", *STAGES[:-1]])
def test_a_cancel_in_any_stage_stops_after_one_more_call_of_the_classifier(
    stage: str, every_window: bool
) -> None:
    toolbox, classifier = counting()
    cancel = CancelToken()
    calls_then = 0

    def report(share: float, name: str) -> None:
        nonlocal calls_then
        if name == stage and not cancel.is_set:
            cancel.set()
            calls_then = classifier.calls

    with pytest.raises(Cancelled):
        explain(LONG, asked(every_window=every_window), toolbox, report, cancel)
    assert cancel.is_set and classifier.calls - calls_then <= 1


def test_a_cancel_at_the_end_of_a_stage_does_not_begin_the_next() -> None:
    cancel, stages = CancelToken(), []

    def report(share: float, stage: str) -> None:
        stages.append(stage)
        if stage == "Attributing":
            cancel.set()

    with pytest.raises(Cancelled):  # this method asks the classifier nothing
        explain(SHORT, asked(method="random"), counting()[0], report, cancel)
    assert stages == ["Encoding", "Attributing"]


@pytest.mark.parametrize("method", ["integrated_gradients", "smoothgrad", "random", "saliency"])
def test_what_is_cancelled_before_it_begins_does_next_to_nothing(method: str) -> None:
    toolbox, classifier = counting()
    cancel = CancelToken()
    cancel.set()
    for clip in (SHORT, LONG):
        with pytest.raises(Cancelled):
            explain(clip, asked(method=method), toolbox, cancel=cancel)
    assert classifier.calls <= 2


def test_a_cancel_during_one_window_leaves_the_others_alone() -> None:
    toolbox, _ = counting()
    cancel = CancelToken()
    seen: list[float] = []

    def report(share: float, stage: str) -> None:
        seen.append(share)
        if share > 0.6:
            cancel.set()

    with pytest.raises(Cancelled):
        explain(LONG, replace(asked(), every_window=True), toolbox, report, cancel)
    assert max(seen) < 0.7
