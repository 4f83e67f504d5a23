"""What is done once for a clip: the same explanations come of it as from scratch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import Cancelled
from core.job import CancelToken
from core.pipeline import Groundwork, explain, lay_ground
from core.scratch import Scratch
from core.timeline import Timeline
from core.types import AudioClip, ExplanationResult, Variant
from tests.core.test_pipeline_long import WINDOW, listener, recording
from tests.toys import RATE, asked

TOOLS = listener()


@pytest.fixture(scope="module")
def clip() -> AudioClip:
    return recording()


@pytest.fixture(scope="module")
def ground(clip: AudioClip) -> Groundwork:
    return lay_ground(clip, TOOLS)


def assert_same(found: ExplanationResult, expected: ExplanationResult) -> None:
    for name in ("target", "start", "end", "level_db", "windows", "notes"):
        assert getattr(found, name) == getattr(expected, name)
    assert np.array_equal(found.attribution.values, expected.attribution.values)
    for variant in Variant:
        assert np.array_equal(found.audio[variant].samples, expected.audio[variant].samples)
    assert np.array_equal(
        found.removed.round_trip.probabilities, expected.removed.round_trip.probabilities
    )


def assert_same_timeline(found: Timeline | None, expected: Timeline | None) -> None:
    assert found is not None and expected is not None
    assert np.array_equal(found.starts, expected.starts)
    assert np.array_equal(found.probabilities, expected.probabilities)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"target": "no"},
        {"start": 1.25, "end": 1.25 + WINDOW},
        {"start": 2.0, "end": 3.5},
        {"every_window": True},
    ],
    ids=["whole", "target", "window", "stretch", "every window"],
)
def test_explanations_are_those_from_scratch(
    clip: AudioClip, ground: Groundwork, changes: dict[str, Any]
) -> None:
    request = asked(**changes)
    found = explain(clip, request, TOOLS, ground=ground)
    expected = explain(clip, request, TOOLS)
    assert_same(found, expected)
    whole = explain(clip, asked(), TOOLS).timeline
    assert_same_timeline(found.timeline, whole)  # of all of the clip, whatever was asked for


def test_another_rate_and_short_clips_have_their_ground_too() -> None:
    time = np.arange(round(0.4 * 2 * RATE)) / (2 * RATE)
    clip = AudioClip(0.3 * np.sin(2000 * time), 2 * RATE, "short")
    ground = lay_ground(clip, TOOLS)
    assert ground.overview is None and ground.prepared.sample_rate == RATE
    found = explain(clip, asked(), TOOLS, ground=ground)
    assert_same(found, explain(clip, asked(), TOOLS))
    assert found.timeline is None


def test_the_ground_may_lie_outside_of_memory(tmp_path: Path) -> None:
    clip = AudioClip(np.repeat(recording().samples, 2, axis=1), 2 * RATE, "double")
    mapped = lay_ground(clip, TOOLS, scratch=Scratch(tmp_path, 1000))
    assert list(tmp_path.iterdir()) == []
    plain = lay_ground(clip, TOOLS)
    assert mapped.prepared.samples.base is not None
    assert np.array_equal(mapped.prepared.samples, plain.prepared.samples)
    assert_same_timeline(mapped.overview, plain.overview)


def test_it_tells_how_far_it_is_and_can_be_cancelled(clip: AudioClip) -> None:
    told: list[tuple[float, str]] = []
    cancel = CancelToken()

    def report(share: float, stage: str) -> None:
        told.append((share, stage))
        if stage == "Looking over the clip":
            cancel.set()

    with pytest.raises(Cancelled):
        double = AudioClip(np.repeat(clip.samples, 2, axis=1), 2 * RATE)
        lay_ground(double, TOOLS, report, cancel)
    assert [stage for _, stage in told] == ["Resampling", "Looking over the clip"]
    assert [share for share, _ in told] == sorted(share for share, _ in told)
