from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from core.coding import classify_batch, encode
from core.errors import Cancelled, RequestError
from core.job import CancelToken, silent
from core.models import Toolbox
from core.prepare import between
from core.timeline import Timeline
from core.types import AudioClip
from core.windowing import CHUNK, LONG, most_confident, require_label, timeline
from tests.fakes import LinearClassifier, ToyCodec

RATE = 1_600  # of the toy codec: 100 frames of 16 samples a second
LABELS = ("noise", "yes", "no")


class Counting(ToyCodec):
    """Remembers how many windows it was given at a time."""

    def __init__(self) -> None:
        super().__init__(sample_rate=RATE)
        self.rows: list[int] = []

    def encode(self, samples: Tensor) -> Tensor:
        self.rows.append(len(samples))
        return super().encode(samples)


def toolbox(window: float = 1.0) -> Toolbox:
    classifier = LinearClassifier(torch.linspace(-0.05, 0.1, 16)[:, None])
    classifier.spec = replace(classifier.spec, window=window)
    return Toolbox(Counting(), classifier, torch.device("cpu"))


def clip(seconds: float) -> AudioClip:
    samples = np.random.default_rng(0).standard_normal((1, round(seconds * RATE)))
    return AudioClip(samples.astype(np.float32), RATE)


def over(probabilities: list[list[float]], hop: float = 0.5) -> Timeline:
    n_hop = round(hop * RATE)
    firsts = n_hop * np.arange(len(probabilities))
    return Timeline(LABELS, firsts, np.array(probabilities), RATE, n_hop, RATE)


def chosen(overview: Timeline, target: str | None, background: tuple[str, ...]) -> Any:
    """The window to explain, in seconds."""
    return tuple(place / RATE for place in most_confident(overview, target, background))


def test_windows_begin_every_quarter_and_the_last_ends_with_the_clip() -> None:
    found = timeline(clip(2.6), toolbox(), silent, CancelToken())
    expected = [0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.6]
    np.testing.assert_allclose(found.starts, expected, atol=1e-6)
    assert (found.window, found.hop, found.labels) == (1.0, 0.25, ("no", "yes"))
    assert found.probabilities.shape == (8, 2)


def test_the_hop_is_coarser_in_very_long_clips() -> None:
    found = timeline(clip(LONG + 1.0), toolbox(), silent, CancelToken())
    assert found.hop == 0.5
    np.testing.assert_allclose(np.diff(found.starts), 0.5, atol=1e-6)
    assert found.starts[-1] == LONG


def test_each_row_is_what_the_classifier_says_of_that_window_alone() -> None:
    sound, models = clip(3.1), toolbox(window=0.8)
    found = timeline(sound, models, silent, CancelToken())
    for first, row in zip(found.firsts, found.probabilities, strict=True):
        window = between(sound, first, first + found.n_window)
        code = encode(models.codec, window).values
        (alone,) = classify_batch(models.classifier, models.codec, code[None])
        np.testing.assert_allclose(row, alone.probabilities, atol=1e-6)


def test_a_window_after_a_day_begins_at_its_very_sample() -> None:
    # As float32, seconds of that time lie 125 samples apart.
    firsts = 24 * 3_600 * 16_000 + np.array([0, 1, 60, 4_001])
    rows = np.array([[0.1, 0.6, 0.3], [0.1, 0.8, 0.1], [0.1, 0.9, 0.0], [0.1, 0.7, 0.2]])
    day = Timeline(LABELS, firsts, rows, 16_000, 4_000, 16_000)
    assert most_confident(day, None, ()) == (firsts[2], firsts[2] + 16_000)
    np.testing.assert_array_equal(np.round(day.starts * 16_000), firsts)
    np.testing.assert_array_equal(day.shifted(7).firsts, firsts + 7)


def test_windows_are_encoded_a_bounded_number_at_a_time() -> None:
    models = toolbox()
    found = timeline(clip(30.0), models, silent, CancelToken())
    assert isinstance(models.codec, Counting)
    assert max(models.codec.rows) <= CHUNK and sum(models.codec.rows) == len(found.starts) == 117


def test_a_cancel_takes_effect_at_the_next_chunk() -> None:
    cancel, models, seen = CancelToken(), toolbox(), []

    def report(share: float, stage: str) -> None:
        seen.append((share, stage))
        if len(seen) == 2:
            cancel.set()

    with pytest.raises(Cancelled):
        timeline(clip(60.0), models, report, cancel)
    assert isinstance(models.codec, Counting) and models.codec.rows == [CHUNK]
    assert seen[0] == (0.0, "Looking over the clip") and 0.0 < seen[1][0] < 0.5


def test_without_a_target_the_most_confident_window_is_chosen() -> None:
    overview = over([[0.1, 0.6, 0.3], [0.1, 0.1, 0.8], [0.2, 0.7, 0.1]])
    assert chosen(overview, None, ()) == (0.5, 1.5)


def test_background_is_passed_over_however_confident() -> None:
    overview = over([[0.99, 0.01, 0.0], [0.3, 0.4, 0.3], [0.9, 0.05, 0.05], [0.2, 0.3, 0.5]])
    assert chosen(overview, None, ("noise",)) == (1.5, 2.5)


def test_where_there_is_only_background_the_most_confident_of_it_is_chosen() -> None:
    overview = over([[0.6, 0.2, 0.2], [0.8, 0.1, 0.1], [0.7, 0.2, 0.1]])
    assert chosen(overview, None, ("noise",)) == (0.5, 1.5)


def test_a_target_is_explained_where_it_is_most_probable() -> None:
    overview = over([[0.0, 0.9, 0.1], [0.7, 0.0, 0.3], [0.0, 0.8, 0.2]])
    assert chosen(overview, "no", ("noise",)) == (0.5, 1.5)
    assert chosen(overview, "noise", ("noise",)) == (0.5, 1.5)


def test_of_equally_confident_windows_the_first_is_chosen() -> None:
    assert chosen(over([[0.0, 0.8, 0.2]] * 3), None, ()) == (0.0, 1.0)


def test_an_unknown_class_is_refused_with_those_there_are() -> None:
    for ask in (lambda: require_label(LABELS, "maybe"), lambda: most_confident(over([]), "x", ())):
        with pytest.raises(RequestError, match="it knows noise, yes, no"):
            ask()
