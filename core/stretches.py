"""Which moments of a sound the explanation points at: for labels, and for plots told in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor

import numpy as np

from core.prepare import cut
from core.spectrogram import spectrogram
from core.timeline import WindowSummary
from core.types import AudioClip, BoolArray, ExplanationResult, FloatArray, Variant

HELD = 0.8  # share of the relevance kept that the stretches hold between them
PAUSE = 0.05  # s; shorter pauses belong to the stretch around them
LEFT_OUT = 0.05  # share of a stretch's energy outside its frequencies, at each end
FAINTEST_DB = -100.0  # below a stretch's loudest cell; softer is taken for silence


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a sound that stands out.

    start, end: seconds from the start of the sound. label: the class heard there. share: of the
    relevance kept that lies in it, or, of a window, the probability of its class.
    low, high: Hz between which the explanation sounds there; None where that is not known.
    """

    start: float
    end: float
    label: str
    share: float
    low: float | None = None
    high: float | None = None


def relevant_stretches(result: ExplanationResult) -> tuple[Stretch, ...]:
    """Where in the result's sounds the decision lies, in order, none overlapping.

    Of one window: the runs of frames that hold most of what the explanation keeps
    (`dense_runs`), with the frequencies the explanation has there. Where every window was
    explained: the windows themselves, overlaps divided in the middle.
    """
    if result.windows:
        return _windows_apart(result.windows, result.start)
    edges = result.code.edges()
    weights = kept_relevance(result.attribution.values, result.keep_mask)
    found = []
    for first, last in dense_runs(weights, floor(PAUSE * result.code.frame_rate + 1e-6)):
        start, end = float(edges[first]), float(edges[last])
        share = float(weights[first:last].sum() / weights.sum())
        low, high = sounding_range(cut(result.audio[Variant.EXPLANATION], start, end))
        found.append(Stretch(start, end, result.target, share, low, high))
    return tuple(found)


def explained_window(result: ExplanationResult) -> tuple[float, float]:
    """Where in the result's sounds the window lies that its relevance is of: start and end in s.

    All of them, unless every window was explained; then that of the most telling window.
    """
    if not result.windows:
        return 0.0, result.code.seconds
    probability = result.original.probability_of(result.target)
    telling = min(
        result.windows,
        key=lambda window: (window.target != result.target, abs(window.p_original - probability)),
    )
    start = (telling.first - result.first) / result.sample_rate
    return start, start + result.code.seconds


def kept_relevance(values: FloatArray, mask: BoolArray) -> FloatArray:
    """How much of what is kept speaks for the class, frame by frame.

    values: signed relevance (D, F); mask: the cells kept, (D, F). Returns: ≥ 0, shape (F,).
    """
    positive = np.where(mask, np.maximum(values, 0.0), 0.0)
    return np.asarray(positive.sum(axis=0, dtype=np.float64))


def dense_runs(weights: FloatArray, pause: int = 0) -> list[tuple[int, int]]:
    """The runs of frames, first and one after the last, that together hold `HELD` of the weight.

    The heaviest frames are taken first, and all that weigh as much as the last one taken; runs
    that no more than `pause` frames keep apart are one. weights: ≥ 0, shape (F,). Nothing weighs,
    nothing is dense.
    """
    total = weights.sum()
    if not total > 0.0:
        return []
    ordered = np.sort(weights)[::-1]
    # A trace less than the share, so that rounding does not ask for one more frame.
    needed = int(np.searchsorted(np.cumsum(ordered), (HELD - 1e-9) * total))
    dense = np.flatnonzero(weights >= ordered[min(needed, len(ordered) - 1)])
    breaks = np.flatnonzero(np.diff(dense) > pause + 1)
    firsts = dense[np.concatenate([[0], breaks + 1])]
    lasts = dense[np.concatenate([breaks, [len(dense) - 1]])]
    return [(int(first), int(last) + 1) for first, last in zip(firsts, lasts, strict=True)]


def sounding_range(clip: AudioClip) -> tuple[float, float] | tuple[None, None]:
    """The frequencies in Hz between which all but `LEFT_OUT` of the energy lies at either end.

    None, None for silence.
    """
    picture = spectrogram(clip, floor_db=FAINTEST_DB)
    if picture.reference == 0.0:
        return None, None
    power = 10.0 ** (np.asarray(picture.db, dtype=np.float64) / 10.0)
    power[picture.db <= FAINTEST_DB] = 0.0
    reached = np.cumsum(power.sum(axis=1))
    ends = np.searchsorted(reached, np.array([LEFT_OUT, 1.0 - LEFT_OUT]) * reached[-1])
    low, high = (float(picture.frequencies[row]) for row in ends)
    return low, high


def _windows_apart(windows: Sequence[WindowSummary], begin: float) -> tuple[Stretch, ...]:
    """begin: where the joined sound starts, in seconds of the clip."""
    meetings = [(before.end + after.start) / 2 for before, after in pairwise(windows)]
    edges = [windows[0].start, *meetings, windows[-1].end]
    return tuple(
        Stretch(start - begin, end - begin, window.label, window.probability)
        for window, (start, end) in zip(windows, pairwise(edges), strict=True)
    )
