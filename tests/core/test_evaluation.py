"""The fidelity of many clips, with a classifier whose answers are known by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from core import fidelity
from core.errors import Cancelled, DataError, RequestError
from core.evaluation import (
    AGAINST_ORIGINAL,
    COMPARED_WITH,
    Fidelity,
    FidelityReport,
    evaluate_fidelity,
)
from core.job import CancelToken, silent
from core.masking import keep, most_relevant, random_mask, remove
from core.models import Toolbox
from core.pipeline import explain
from core.seeds import seed_of
from core.types import AudioClip, BoolArray, ExplanationRequest, FloatArray
from tests.fakes import LinearClassifier, ToyCodec
from tests.toys import BIAS, RATE, WEIGHT, D, asked, p_yes, sound, tools

CLIPS = [replace(sound(4_000, seed), name=f"clip {seed}") for seed in range(6)]
SPACES = ("latent", "round_trip")
NOTHING = Fidelity(1.0, 0.0, 0.0, 0.0, 0.0, 0.0)  # has changed


class Softer(ToyCodec):
    """Decodes everything at half its amplitude."""

    def decode(self, latents: Tensor, n_samples: int) -> Tensor:
        return super().decode(latents / 2, n_samples)


class Uneven(LinearClassifier):
    """Each row of a batch a trace surer than the one before, as rounding makes it."""

    def logits(self, latents: Tensor) -> Tensor:
        trace = 1e-3 * torch.arange(len(latents))[:, None]
        return super().logits(latents) + trace * torch.tensor([-1.0, 1.0])


def evaluated(
    request: ExplanationRequest, clips: list[AudioClip] = CLIPS, toolbox: Toolbox | None = None
) -> FidelityReport:
    return evaluate_fidelity(clips, request, toolbox or tools(), silent, CancelToken())


def both(latents: FloatArray) -> list[float]:
    """Probabilities of no and yes."""
    return [1 - p_yes(latents), p_yes(latents)]


def latents_of(clip: AudioClip) -> FloatArray:
    return ToyCodec().encode(torch.tensor(clip.samples)[None])[0].numpy()


def by_hand(
    share_kept: float, share_removed: float, number: int | None, seed: int = 0
) -> dict[str, float]:
    """The report's numbers for the linear classifier; number: of the random mask that each clip
    has of its own, None for relevance."""
    full, kept, removed = [], [], []
    for clip in CLIPS:
        code = latents_of(clip)
        fill = np.zeros_like(code)
        full.append(both(code))
        sign = 1.0 if p_yes(code) > 0.5 else -1.0
        relevance = sign * WEIGHT.numpy() * code
        for share, apply, judged in ((share_kept, keep, kept), (share_removed, remove, removed)):
            mask = (
                most_relevant(relevance, share)
                if number is None
                else random_mask(code.shape, share, seed=(seed_of(clip, seed), number))
            )
            judged.append(both(apply(code, fill, mask)))
    target = np.argmax(full, axis=1)
    p, o, q = (np.array(rows)[np.arange(len(CLIPS)), target] for rows in (full, kept, removed))
    return {
        "fid_in": fidelity.input_fidelity(full, kept),
        "average_increase": fidelity.average_increase(p, o),
        "average_drop": fidelity.average_drop(p, o),
        "average_gain": fidelity.average_gain(p, o),
        "fid_out": fidelity.output_fidelity(full, removed),
        "faithfulness": fidelity.faithfulness(p, q),
    }


def test_the_numbers_are_those_of_the_masked_latents() -> None:
    report = evaluated(asked(keep=0.4, remove=0.4, random_masks=3, seed=7))
    explained = by_hand(0.4, 0.4, None)
    random = [by_hand(0.4, 0.4, number, seed=7) for number in range(3)]
    assert report.spread is not None
    for space in COMPARED_WITH:  # the toy codec loses nothing, so both spaces say the same
        for name, value in explained.items():
            drawn = [row[name] for row in random]
            for found, expected in (
                (report.explained[space], value),
                (report.random[space], np.mean(drawn)),
                (report.spread[space], np.std(drawn, ddof=1)),
            ):
                assert getattr(found, name) == pytest.approx(expected, rel=1e-3, abs=2e-3), name
    assert report.clips == len(CLIPS)


def test_relevance_beats_random_masks_on_a_linear_classifier() -> None:
    report = evaluated(asked(keep=0.2, remove=0.2))
    assert report.spread is not None
    for space in SPACES:
        explained, random = report.explained[space], report.random[space]
        assert explained.faithfulness > random.faithfulness + 3 * report.spread[space].faithfulness
        assert explained.average_drop <= random.average_drop
        assert explained.fid_in == 1.0


def test_keeping_all_and_removing_nothing_changes_nothing_and_does_not_spread() -> None:
    report = evaluated(asked(keep=1.0, remove=0.0), toolbox=tools(Softer(), Uneven(WEIGHT, BIAS)))
    for space in SPACES:
        for found in (report.explained[space], report.random[space]):
            assert found == NOTHING
        assert report.spread is not None
        assert report.spread[space] == Fidelity(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def test_by_round_trip_explanations_are_compared_with_the_reconstruction() -> None:
    request, codec = asked(keep=1.0, remove=0.0, method="input_x_gradient"), Softer()
    report = evaluated(request, toolbox=tools(codec))
    codes = [latents_of(clip) for clip in CLIPS]
    rows = [(both(code), both(code / 2)) for code in codes]
    p = [max(original) for original, _ in rows]
    o = [half[int(np.argmax(original))] for original, half in rows]
    assert report.p_original == pytest.approx(np.mean(p), abs=1e-5)
    assert report.p_reconstruction == pytest.approx(np.mean(o), abs=1e-5)
    against = report.explained[AGAINST_ORIGINAL]
    assert against.average_drop == pytest.approx(fidelity.average_drop(p, o), abs=1e-3)
    assert against.faithfulness == pytest.approx(fidelity.faithfulness(p, o), abs=1e-5)
    assert abs(against.faithfulness) > 0.01
    assert report.explained["round_trip"] == report.explained["latent"] == NOTHING
    assert report.record()["compared_with"] == {
        "latent": "original",
        "round_trip": "reconstruction",
        "round_trip_against_original": "original",
    }


def test_a_report_says_with_what_it_cannot_be_compared_and_over_what_it_spreads() -> None:
    record = evaluated(asked()).record()
    assert "masked latents in training" in record["comparable"]
    assert "means over all clips" in record["spread_over"]


def test_one_mask_a_clip_has_no_spread() -> None:
    report = evaluated(asked(random_masks=1))
    assert report.spread is None
    assert report.record()["spread"] is None


def test_each_clip_has_masks_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[bytes] = []

    def remembered(*args: Any) -> BoolArray:
        mask = random_mask(*args)
        drawn.append(mask.tobytes())
        return mask

    monkeypatch.setattr("core.random_control.random_mask", remembered)
    evaluated(asked(keep=0.3, remove=0.3, random_masks=5))
    assert len(set(drawn)) == 5 * len(CLIPS)
    first = list(drawn)
    drawn.clear()
    evaluated(asked(keep=0.3, remove=0.3, random_masks=5))
    assert drawn == first


def test_random_relevance_is_drawn_for_each_clip() -> None:
    maps = [explain(clip, asked(method="random"), tools()).attribution.values for clip in CLIPS]
    assert len({values.tobytes() for values in maps}) == len(CLIPS)


def test_every_prediction_survives_a_codec_that_loses_nothing() -> None:
    assert evaluated(asked()).survives == 1.0


def test_the_share_that_survives_is_that_of_the_codecs_round_trip() -> None:
    class Deaf(ToyCodec):
        """Decodes the quieter clips to silence."""

        def decode(self, latents: Tensor, n_samples: int) -> Tensor:
            loud = (latents.square().sum((1, 2)) > 3.0)[:, None, None]
            return super().decode(latents * loud, n_samples)

    classifier = LinearClassifier(torch.full((D, 1), 0.01), bias=-0.5)  # silence is “no”
    clips = [AudioClip(np.full((1, 4_000), level), RATE) for level in (0.1, 0.1, 0.02, 0.1)]
    report = evaluated(asked(), clips, tools(Deaf(), classifier))
    assert report.survives == 1.0  # the quiet clip was “no” before
    classifier = LinearClassifier(torch.full((D, 1), 0.01), bias=-0.05)
    assert evaluated(asked(), clips, tools(Deaf(), classifier)).survives == 0.75


def test_the_gap_is_the_median_and_there_is_none_without_the_promise() -> None:
    gap = evaluated(asked()).gap
    assert gap is not None and gap < 1e-3
    assert evaluated(asked(method="saliency")).gap is None


def test_of_a_longer_clip_the_middle_window_is_judged() -> None:
    middle = sound(4_000, seed=1)
    samples = np.zeros((1, 12_000), np.float32)
    samples[:, 4_000:8_000] = middle.samples
    long = AudioClip(samples, RATE)
    toolbox = tools(window=0.5)
    assert (
        evaluated(asked(), [long], toolbox).record()
        == evaluated(asked(), [middle], toolbox).record()
    )


def test_short_clips_and_other_rates_are_made_to_fit() -> None:
    clips = [sound(10), AudioClip(np.zeros((2, 22_050)), 44_100)]
    assert evaluated(asked(), clips).clips == 2


def test_the_predicted_class_is_explained_whatever_the_request_names() -> None:
    for target in ("no", "yes"):
        assert evaluated(asked(target=target)).record() == evaluated(asked()).record()


def test_equal_requests_give_equal_reports_of_plain_numbers() -> None:
    first, second = (evaluated(asked(fill="noise", seed=4)).record() for _ in range(2))
    assert first == second
    for group in ("explained", "random", "spread"):
        assert set(first[group]) == set(COMPARED_WITH)
    numbers = [value for space in first["explained"].values() for value in space.values()]
    assert all(type(value) is float for value in numbers)


def test_no_clips_and_no_random_masks_are_refused() -> None:
    with pytest.raises(DataError, match="no clips"):
        evaluated(asked(), [])
    with pytest.raises(RequestError, match="random masks to compare with"):
        evaluated(asked(random_masks=0))


def test_it_tells_how_far_it_is_and_stops_when_asked() -> None:
    cancel = CancelToken()
    seen: list[tuple[float, str]] = []

    def report(share: float, stage: str) -> None:
        seen.append((share, stage))
        if len(seen) == 3:
            cancel.set()

    toolbox = tools(classifier=LinearClassifier(WEIGHT, BIAS))
    with pytest.raises(Cancelled):
        evaluate_fidelity(CLIPS, asked(), toolbox, report, cancel)
    assert [stage for _, stage in seen] == [f"Explaining clip {number}" for number in range(3)]
    assert [share for share, _ in seen] == pytest.approx([0.0, 1 / 6, 2 / 6])
