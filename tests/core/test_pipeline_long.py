"""Clips longer than the classifier's window: a known event, found, explained and joined."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from mmap import mmap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.coding import classify_batch, encode
from core.errors import RequestError
from core.every_window import OVERLAP
from core.export import proposed_base
from core.models import Toolbox
from core.picture import picture_title
from core.pipeline import explain, with_shares
from core.prepare import cut
from core.record import result_record
from core.scratch import Scratch
from core.types import AudioClip, ExplanationResult, Variant
from tests.fakes import LinearClassifier
from tests.toys import RATE, D, asked, samples, tools

WINDOW = 0.5  # s
EVENT = (2.65, 2.85)  # s: a constant, which the first dimension alone hears
SIGNS = torch.zeros(D, 1)
SIGNS[0] = 0.02  # a constant c over a whole window adds 250 frames · 4·c · 0.02 = 20·c


def listener(background: tuple[str, ...] = ("no",), minimum: float = 0.1) -> Toolbox:
    """“yes” where the constant is high, “no” (p = .88) in silence."""
    classifier = LinearClassifier(SIGNS, bias=-2.0)
    return tools(classifier=classifier, window=WINDOW, minimum=minimum, background=background)


def recording(seconds: float = 4.0, low: tuple[float, float] = (1.0, 1.2)) -> AudioClip:
    """Silence with the event, and before it a negative constant that makes “no” sure."""
    rng = np.random.default_rng(0)
    signal = 0.01 * rng.standard_normal((1, round(seconds * RATE)))
    signal[:, round(EVENT[0] * RATE) : round(EVENT[1] * RATE)] += 0.5
    signal[:, round(low[0] * RATE) : round(low[1] * RATE)] -= 0.5
    return AudioClip(signal.astype(np.float32), RATE, "long")


def explained(clip: AudioClip | None = None, **changes: Any) -> ExplanationResult:
    return explain(clip or recording(), asked(**changes), listener())


def test_the_window_with_the_event_is_explained_and_placed_in_the_clip() -> None:
    clip = recording()
    result = explained(clip)
    assert result.target == result.original.label == "yes"
    assert result.start <= EVENT[0] and EVENT[1] <= result.end
    assert result.end - result.start == pytest.approx(WINDOW)
    window = cut(clip, result.start, result.end).samples
    assert np.array_equal(samples(result, Variant.ORIGINAL), window)
    assert all(version.samples.shape == window.shape for version in result.audio.values())
    np.testing.assert_allclose(samples(result, Variant.RECONSTRUCTION), window, atol=1e-6)


def test_background_is_passed_over_only_where_it_is_declared() -> None:
    result = explain(recording(), asked(), listener(background=()))
    assert result.target == "no"
    assert result.start <= 1.0 and result.end >= 1.2  # where “no” is surest


def test_a_target_is_explained_where_it_is_most_probable() -> None:
    result = explained(target="no")
    assert result.target == "no"
    assert result.start <= 1.0 and result.end >= 1.2


def test_the_timeline_goes_with_the_result() -> None:
    clip, toolbox = recording(3.9), listener()
    overview = explain(clip, asked(), toolbox).timeline
    assert overview is not None
    assert (overview.window, overview.hop) == (WINDOW, WINDOW / 4)
    np.testing.assert_allclose(overview.starts[:-1], 0.125 * np.arange(28), atol=1e-6)
    assert overview.starts[-1] == pytest.approx(3.4)
    for start, row in zip(overview.starts, overview.probabilities, strict=True):
        code = encode(toolbox.codec, cut(clip, float(start), float(start) + WINDOW))
        (alone,) = classify_batch(toolbox.classifier, toolbox.codec, code.values[None])
        np.testing.assert_allclose(row, alone.probabilities, atol=1e-5)


@pytest.mark.parametrize(
    ("start", "end"), [(0.5, 0.9), (2.6, 3.0), (None, 0.3), (3.75, None), (1.0, 1.05)]
)
def test_a_stretch_within_the_window_is_explained_as_asked(
    start: float | None, end: float | None
) -> None:
    clip = recording()
    result = explained(clip, start=start, end=end)
    begin, stop = start or 0.0, 4.0 if end is None else end
    assert (result.start, result.end) == pytest.approx((begin, stop))
    original = samples(result, Variant.ORIGINAL)[:, : round((stop - begin) * RATE)]
    expected = clip.samples[:, round(begin * RATE) : round(stop * RATE)]
    assert np.array_equal(original, expected)
    assert result.timeline is None
    assert bool(result.notes) is (stop - begin < 0.1)  # 50 ms are padded


def test_of_a_stretch_longer_than_the_window_the_best_window_in_it_is_explained() -> None:
    clip = recording()
    result = explained(clip, start=1.9, end=3.3)
    assert result.start <= EVENT[0] and EVENT[1] <= result.end
    assert np.array_equal(
        samples(result, Variant.ORIGINAL), cut(clip, result.start, result.end).samples
    )
    assert result.timeline is not None
    assert result.timeline.starts[0] == pytest.approx(1.9)
    assert result.timeline.starts[-1] == pytest.approx(2.8)
    without = explained(clip, end=2.0)  # nothing but background there
    assert without.target == "no" and without.end <= 2.0


def test_a_clip_of_exactly_the_window_needs_no_timeline() -> None:
    assert explained(AudioClip(np.zeros((1, 4_000)), RATE)).timeline is None
    longer = explained(AudioClip(np.zeros((1, 4_001)), RATE))
    assert longer.timeline is not None and len(longer.timeline.starts) == 2


@pytest.mark.parametrize("n_samples", [32_000, 31_003, 4_001])
def test_every_window_joined_is_as_long_as_the_clip_and_kept_whole_is_the_clip(
    n_samples: int,
) -> None:
    clip = AudioClip(recording().samples[:, :n_samples], RATE, "long")
    result = explained(clip, every_window=True, keep=1.0, remove=0.0)
    assert (result.start, result.end) == (0.0, pytest.approx(n_samples / RATE))
    for version in result.audio.values():
        assert (version.sample_rate, version.samples.shape) == (RATE, clip.samples.shape)
        np.testing.assert_allclose(version.samples, clip.samples, atol=1e-6)
    assert result.level_db[Variant.EXPLANATION] == pytest.approx(0.0, abs=1e-3)


def test_every_window_with_nothing_kept_is_silent_and_with_all_removed_too() -> None:
    result = explained(every_window=True, keep=0.0, remove=1.0)
    for variant in (Variant.EXPLANATION, Variant.REMOVED):
        assert not samples(result, variant).any()
        assert result.level_db[variant] is None


def test_every_window_is_summed_up() -> None:
    clip, toolbox = recording(), listener()
    result = explain(clip, asked(every_window=True), toolbox)
    hop = WINDOW * (1 - OVERLAP)
    starts = [window.start for window in result.windows]
    assert starts == pytest.approx([*np.arange(0.0, 3.5, hop), 3.5])
    assert [w.end - w.start for w in result.windows] == pytest.approx([WINDOW] * len(starts))
    for window in result.windows:
        alone = explain(clip, asked(start=window.start, end=window.end), toolbox)
        assert (window.label, window.target) == (alone.original.label, alone.target)
        assert window.probability == pytest.approx(alone.original.probability, abs=1e-5)
        assert window.p_original == pytest.approx(window.probability)
        for name in ("explanation", "removed"):
            p = getattr(alone, name).round_trip.probability_of(alone.target)
            assert getattr(window, f"p_{name}") == pytest.approx(p, abs=1e-5)
    heard = [window for window in result.windows if window.label == "yes"]
    assert heard and all(w.start < EVENT[1] and w.end > EVENT[0] for w in heard)


def test_the_most_telling_window_stands_for_all_of_them() -> None:
    result = explained(every_window=True)
    assert result.target == "yes" and result.code.n_samples == WINDOW * RATE
    heard = [window.probability for window in result.windows if window.label == "yes"]
    assert result.original.probability == pytest.approx(max(heard))
    assert result.timeline is not None


def test_the_seconds_are_those_of_every_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.pipeline.time.perf_counter", count(0.0, 1.0).__next__)
    result = explained(every_window=True)
    assert len(result.windows) == 10
    # Each stage of a window takes one tick of this clock; “classify” has two.
    expected = {"encode": 10, "attribute": 10, "synthesise": 10, "classify": 20, "random": 10}
    assert {**result.seconds, "total": 0} == {**expected, "total": 0}
    assert result.seconds["total"] > sum(expected.values())


def test_without_a_target_each_window_is_explained_for_its_own_class_and_that_is_said() -> None:
    result = explained(every_window=True)
    assert result.targets == ("no", "yes")
    assert {w.target for w in result.windows if w.label == w.target} == {"no", "yes"}
    (note,) = result.notes
    own = [window.target for window in result.windows]
    assert note == (
        f"each of the {len(own)} windows that are joined is explained for the class heard in it "
        f"(no {own.count('no')}, yes {own.count('yes')})"
    )
    assert result_record(result)["targets"] == ["no", "yes"]
    assert proposed_base(result) == "long_own classes"
    assert picture_title(result).startswith("long · each window's own class · kept")


def test_with_a_target_every_window_is_explained_for_it() -> None:
    result = explained(every_window=True, target="no")
    assert result.targets == ("no",) and result.notes == ()
    assert {window.target for window in result.windows} == {"no"}
    assert result_record(result)["targets"] == ["no"]
    assert proposed_base(result) == "long_no"
    assert picture_title(result).startswith("long · “no” · kept")


def test_new_shares_of_a_joined_sound_are_refused() -> None:
    result = explained(every_window=True)
    with pytest.raises(RequestError, match=r"Every window .* explain it again for other shares"):
        with_shares(result, replace(result.request, keep=0.5), listener())


def test_long_joined_sounds_are_kept_in_files(tmp_path: Path) -> None:
    clip, request = recording(), asked(every_window=True)
    in_memory = explain(clip, request, listener())
    scratch = Scratch(tmp_path, from_bytes=4 * clip.n_samples)
    mapped = explain(clip, request, listener(), scratch=scratch)
    for variant in (Variant.RECONSTRUCTION, Variant.EXPLANATION, Variant.REMOVED):
        assert isinstance(samples(mapped, variant).base, mmap)
        assert np.array_equal(samples(mapped, variant), samples(in_memory, variant))
    assert samples(mapped, Variant.ORIGINAL) is clip.samples  # which is where it was before
    assert mapped.level_db == in_memory.level_db


def test_a_short_clip_is_one_window_even_when_every_window_is_asked_for() -> None:
    clip = AudioClip(recording().samples[:, :3_000], RATE)
    result = explained(clip, every_window=True)
    assert result.timeline is None and result.windows == ()
    assert result.audio[Variant.EXPLANATION].n_samples == 3_000


def test_an_equal_request_on_a_long_clip_gives_an_equal_result() -> None:
    first, second = (explained(every_window=True, fill="noise") for _ in range(2))
    for variant in Variant:
        assert np.array_equal(samples(first, variant), samples(second, variant))
    assert first.windows == second.windows
