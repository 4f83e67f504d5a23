"""Which moments stand out, with relevance and sounds of which that is known."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.latents import LatentCode
from core.prepare import between
from core.stretches import (
    HELD,
    Stretch,
    dense_runs,
    explained_window,
    kept_relevance,
    relevant_stretches,
    sounding_range,
)
from core.timeline import WindowSummary
from core.types import Attribution, AudioClip, ExplanationResult, Variant
from tests.results import latent_code, made_up_result, summary

RATE = 8_000


def tone(hertz: float, seconds: float = 1.0) -> AudioClip:
    time = np.arange(round(seconds * RATE)) / RATE
    return AudioClip(0.3 * np.sin(2 * np.pi * hertz * time), RATE)


def explained(weights: list[float], hertz: float = 1_000) -> ExplanationResult:
    """One second in which the relevance is known frame by frame and the explanation is a tone."""
    values = np.zeros((2, len(weights)))
    values[1] = weights
    return made_up_result(
        code=latent_code(values, RATE),
        attribution=Attribution(values, "saliency", "yes"),
        keep_mask=values > 0,
        remove_mask=values > 0,
        audio=dict.fromkeys(Variant, tone(hertz)),
        start=2.0,
        end=3.0,
    )


@pytest.mark.parametrize(
    ("weights", "pause", "runs"),
    [
        ([0, 0, 4, 4, 0], 0, [(2, 4)]),
        ([1, 9, 9, 1, 0], 0, [(1, 3)]),  # 18 of 20 hold more than four fifths
        ([5, 0, 5, 0, 0], 0, [(0, 1), (2, 3)]),
        ([5, 0, 5, 0, 0], 1, [(0, 3)]),
        ([5, 0, 0, 5], 1, [(0, 1), (3, 4)]),
        ([5, 0, 0, 5], 2, [(0, 4)]),
        ([1, 1, 1, 1, 1], 0, [(0, 5)]),  # all alike: none is left out for its place
        ([2, 2, 2, 2, 1, 1], 0, [(0, 4)]),  # exactly four fifths
        ([0, 0, 0], 0, []),
        ([7], 0, [(0, 1)]),
        ([0, 0, 7], 0, [(2, 3)]),
    ],
)
def test_the_heaviest_frames_make_the_runs(weights, pause, runs) -> None:
    assert dense_runs(np.array(weights, dtype=np.float64), pause) == runs


@given(st.lists(st.floats(0.0, 1e3, width=32), min_size=1, max_size=60), st.integers(0, 5))
def test_runs_are_apart_in_order_and_hold_what_they_must(weights, pause) -> None:
    array = np.array(weights)
    runs = dense_runs(array, pause)
    held = sum(array[first:last].sum() for first, last in runs)
    assert held >= (HELD - 1e-6) * array.sum()
    for (_, end), (start, _) in itertools.pairwise(runs):
        assert start - end > pause
    assert all(0 <= first < last <= len(array) for first, last in runs)


def test_only_what_is_kept_and_speaks_for_the_class_counts() -> None:
    values = np.array([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]], dtype=np.float32)
    mask = np.array([[True, True, False], [False, True, True]])
    np.testing.assert_array_equal(kept_relevance(values, mask), [1.0, 5.0, 0.0])


def test_stretches_have_moments_share_and_frequencies() -> None:
    found = relevant_stretches(explained([0, 0, 3, 3, 0, 0, 0, 2, 0, 0.1], hertz=1_000))
    assert [(s.start, s.end, s.label) for s in found] == [
        (pytest.approx(0.2), pytest.approx(0.4), "yes"),
        (pytest.approx(0.7), pytest.approx(0.8), "yes"),
    ]
    assert [s.share for s in found] == [pytest.approx(6 / 8.1), pytest.approx(2 / 8.1)]
    for stretch in found:
        assert stretch.low == pytest.approx(1_000, abs=40)
        assert stretch.high == pytest.approx(1_000, abs=40)


def test_stretches_lie_where_their_frames_do_not_evenly_in_the_sound() -> None:
    values = np.zeros((2, 10))
    values[0, [2, 9]] = 1.0
    result = explained([0.0] * 10)
    cut_off = {variant: between(clip, 0, 7_400) for variant, clip in result.audio.items()}
    result = replace(
        result,
        code=LatentCode(values, 7_400, RATE, 10.0),  # ends a quarter into its last frame
        attribution=Attribution(values, "saliency", "yes"),
        keep_mask=values > 0,
        audio=cut_off,
    )
    moments = [(stretch.start, stretch.end) for stretch in relevant_stretches(result)]
    assert moments == [pytest.approx((0.2, 0.3)), pytest.approx((0.9, 0.925))]


@pytest.mark.parametrize(("frame_rate", "bridged"), [(50.0, 2), (75.0, 3), (100.0, 5), (10.0, 0)])
def test_a_pause_of_more_than_50_ms_is_not_bridged(frame_rate: float, bridged: int) -> None:
    for pause in (bridged, bridged + 1):
        values = np.zeros((2, 20))
        values[0, [4, 5 + pause]] = 1.0
        result = replace(
            explained([0.0] * 20),
            code=LatentCode(values, round(20 / frame_rate * RATE), RATE, frame_rate),
            attribution=Attribution(values, "saliency", "yes"),
            keep_mask=values > 0,
            audio=dict.fromkeys(Variant, tone(1_000, 20 / frame_rate)),
        )
        assert len(relevant_stretches(result)) == (1 if pause <= bridged else 2)


def test_short_pauses_are_bridged() -> None:
    weights = [0.0] * 100  # 10 ms each; pauses of up to 50 ms belong to the stretch
    for frame in (10, 16, 40, 47):
        weights[frame] = 1.0
    found = relevant_stretches(explained(weights))
    assert [(round(s.start, 2), round(s.end, 2)) for s in found] == [
        (0.10, 0.17),
        (0.40, 0.41),
        (0.47, 0.48),
    ]


def test_where_nothing_speaks_for_the_class_there_is_no_stretch() -> None:
    assert relevant_stretches(explained([-1.0, 0.0, -3.0])) == ()


def test_the_range_is_where_the_energy_lies() -> None:
    low, high = sounding_range(AudioClip(tone(400).samples + tone(2_000).samples, RATE))
    assert low == pytest.approx(400, abs=20)
    assert high == pytest.approx(2_000, abs=20)
    assert sounding_range(AudioClip(np.zeros(RATE), RATE)) == (None, None)


def windows(*starts: float) -> tuple[WindowSummary, ...]:
    return tuple(
        summary(start, start + 1.0, label, p, label, p, p, 0.5, 0.1, None)
        for start, label, p in zip(starts, ("no", "yes", "yes"), (0.7, 0.8, 0.9), strict=False)
    )


def test_where_every_window_was_explained_they_are_the_stretches() -> None:
    result = made_up_result(windows=windows(5.0, 5.75, 6.5), start=5.0, end=7.5)
    assert relevant_stretches(result) == (
        Stretch(0.0, 0.875, "no", 0.7),
        Stretch(0.875, 1.625, "yes", 0.8),
        Stretch(1.625, 2.5, "yes", 0.9),
    )


def test_the_window_explained_is_all_there_is_or_the_most_telling_of_many() -> None:
    assert explained_window(made_up_result()) == (0.0, 0.5)
    # “yes” is at .8 in the result: the second window is the one its relevance is of.
    result = made_up_result(windows=windows(5.0, 5.75, 6.5), start=5.0, end=7.5)
    assert explained_window(result) == (0.75, 1.25)
