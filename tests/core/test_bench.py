from __future__ import annotations

import numpy as np
import pytest
import torch

from core import bench
from core.types import AudioClip


def test_works_take_turns_after_a_round_that_is_not_counted() -> None:
    calls: list[str] = []
    shares: list[float] = []
    times = bench.in_turns(
        [lambda: calls.append("a"), lambda: calls.append("b")],
        2,
        lambda share, stage: shares.append(share),
    )
    assert calls == ["a", "b"] * 3
    assert [len(seconds) for seconds in times] == [2, 2]
    assert shares[-1] == 1.0


def test_the_median_is_that_of_the_runs() -> None:
    assert bench.Timing("x", "x", (5.0, 1.0, 2.0)).median == 2.0


def test_the_published_procedure_and_ours_explain_the_same_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Fewer steps only shorten the test.
    monkeypatch.setattr(bench, "PUBLISHED_STEPS", 24)
    rng = np.random.default_rng(0)
    clip = AudioClip(0.1 * rng.standard_normal((1, 24_000)), 24_000)
    state = torch.get_rng_state()
    comparison = bench.compare_with_published(clip, torch.device("cpu"), 1)
    assert torch.equal(state, torch.get_rng_state())
    assert comparison.gap_published < 0.01
    assert comparison.gap_ours <= 0.02
    assert (comparison.steps_published, comparison.steps_ours % 8) == (24, 0)
    ratio = comparison.published.seconds[0] / comparison.ours.seconds[0]
    assert comparison.ratio == pytest.approx(ratio)
