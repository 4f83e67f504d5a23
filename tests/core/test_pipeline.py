"""One window, explained with a codec and a classifier whose answers are known by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from core.errors import RequestError
from core.fills import FILLS
from core.levels import rms_db
from core.masking import keep, most_relevant, random_mask, remove
from core.pipeline import explain, with_shares
from core.seeds import seed_of
from core.stages import analyse, relevance, render
from core.types import ExplanationResult, Granularity, Variant
from tests.fakes import CurvedClassifier, LinearClassifier, ToyCodec
from tests.toys import BIAS, RATE, WEIGHT, D, asked, explained, p_yes, samples, sound, tools

SHARES = (1.0, 0.833, 0.625, 0.417, 0.208, 0.104, 0.0)


def assert_same(one: ExplanationResult, other: ExplanationResult) -> None:
    assert one.request == other.request and one.target == other.target
    assert np.array_equal(one.attribution.values, other.attribution.values)
    assert np.array_equal(one.keep_mask, other.keep_mask)
    assert np.array_equal(one.remove_mask, other.remove_mask)
    for variant in Variant:
        assert np.array_equal(samples(one, variant), samples(other, variant))
    for name in ("original", "reconstruction"):
        first, second = getattr(one, name), getattr(other, name)
        assert np.array_equal(first.probabilities, second.probabilities)
    assert one.random_explanation == other.random_explanation
    assert one.random_removed == other.random_removed
    assert one.level_db == other.level_db


def test_the_four_versions_are_aligned_and_of_one_rate_and_length() -> None:
    clip = sound(3_001)  # no whole number of frames
    result = explained(clip)
    assert set(result.audio) == set(Variant)
    for version in result.audio.values():
        assert version.samples.shape == clip.samples.shape
        assert (version.sample_rate, version.name) == (RATE, "word")
    assert samples(result, Variant.ORIGINAL) is clip.samples
    np.testing.assert_allclose(samples(result, Variant.RECONSTRUCTION), clip.samples, atol=1e-6)


def test_the_attribution_of_a_linear_classifier_is_weight_times_difference() -> None:
    result = explained(fill="mean")
    expected = WEIGHT.numpy() * (result.code.values - 0.25)
    sign = 1 if result.target == "yes" else -1
    np.testing.assert_allclose(result.attribution.values, sign * expected, rtol=1e-3, atol=1e-6)
    gap = result.attribution.completeness_gap
    assert gap is not None and gap < 1e-3


def test_keeping_everything_is_the_reconstruction() -> None:
    result = explained(keep=1.0, remove=0.0)
    for variant in (Variant.EXPLANATION, Variant.REMOVED):
        np.testing.assert_allclose(
            samples(result, variant), samples(result, Variant.RECONSTRUCTION), atol=1e-7
        )
    assert result.keep_mask.all() and not result.remove_mask.any()
    for prediction in (result.explanation, result.removed):
        for space in (prediction.latent, prediction.round_trip):
            np.testing.assert_allclose(
                space.probabilities, result.original.probabilities, atol=1e-5
            )


@pytest.mark.parametrize("fill", [spec.id for spec in FILLS.specs()])
def test_keeping_nothing_is_the_fill(fill: str) -> None:
    toolbox, request = tools(), asked(keep=0.0, remove=1.0, fill=fill, seed=5)
    result = explain(sound(), request, toolbox)
    values = FILLS.builder(fill)(toolbox.codec, result.code, 5)
    decoded = toolbox.codec.decode(torch.tensor(values)[None], 4_000)[0].numpy()
    for variant in (Variant.EXPLANATION, Variant.REMOVED):
        np.testing.assert_allclose(samples(result, variant), decoded, atol=1e-7)
    assert result.explanation.latent.probability_of("yes") == pytest.approx(p_yes(values), 1e-4)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_kept_and_removed_cells_of_one_share_make_up_the_sound_and_the_fill(share: float) -> None:
    toolbox = tools()
    result = explain(sound(), asked(keep=share, remove=share, fill="noise"), toolbox)
    assert np.array_equal(result.keep_mask, result.remove_mask)
    fill = FILLS.builder("noise")(toolbox.codec, result.code, 0)
    decoded = toolbox.codec.decode(torch.tensor(fill)[None], 4_000)[0].numpy()
    np.testing.assert_allclose(
        samples(result, Variant.EXPLANATION) + samples(result, Variant.REMOVED),
        samples(result, Variant.RECONSTRUCTION) + decoded,
        atol=1e-6,
    )


@pytest.mark.parametrize("keep_share", SHARES)
def test_the_two_shares_are_independent(keep_share: float) -> None:
    result = explained(keep=keep_share, remove=0.3)
    assert result.keep_mask.sum() == round(keep_share * D * 250)
    assert result.remove_mask.sum() == round(0.3 * D * 250)
    values = result.attribution.values
    assert np.array_equal(result.keep_mask, most_relevant(values, keep_share))
    assert np.array_equal(result.remove_mask, most_relevant(values, 0.3))


@pytest.mark.parametrize("share", SHARES[1:-1])
def test_predictions_are_those_of_the_masked_latents_in_both_spaces(share: float) -> None:
    result = explained(keep=share, remove=share)
    code, fill = result.code.values, np.zeros_like(result.code.values)
    expected = (
        (result.explanation, p_yes(keep(code, fill, result.keep_mask))),
        (result.removed, p_yes(remove(code, fill, result.remove_mask))),
    )
    for prediction, p in expected:
        assert prediction.latent.probability_of("yes") == pytest.approx(p, abs=1e-4)
        # This codec loses nothing, so the round trip says the same.
        assert prediction.round_trip.probability_of("yes") == pytest.approx(p, abs=1e-4)
    assert result.original.probability_of("yes") == pytest.approx(p_yes(code), abs=1e-4)
    assert result.reconstruction.probability_of("yes") == pytest.approx(p_yes(code), abs=1e-4)


def test_the_explanation_speaks_for_the_target_and_its_removal_against_it() -> None:
    for target in ("yes", "no"):
        result = explained(target=target)
        p = result.original.probability_of(target)
        assert result.explanation.latent.probability_of(target) > p
        assert result.removed.latent.probability_of(target) < p


def test_frames_are_kept_where_they_were_in_time() -> None:
    clip = sound()
    result = explained(clip, granularity="frame", keep=0.3, remove=0.3)
    kept = np.repeat(result.keep_mask[0], D)
    explanation, removed = (samples(result, v)[0] for v in (Variant.EXPLANATION, Variant.REMOVED))
    np.testing.assert_allclose(explanation[kept], clip.samples[0, kept], atol=1e-6)
    np.testing.assert_allclose(removed[~kept], clip.samples[0, ~kept], atol=1e-6)
    assert not explanation[~kept].any() and not removed[kept].any()


@pytest.mark.parametrize("granularity", list(Granularity))
def test_every_granularity_takes_whole_groups(granularity: Granularity) -> None:
    result = explained(granularity=granularity)
    bands = ToyCodec().spec.bands
    expected = most_relevant(result.attribution.values, 0.25, granularity, bands)
    assert np.array_equal(result.keep_mask, expected) and result.keep_mask.any()


def test_another_class_than_the_predicted_one_can_be_explained() -> None:
    free = explained()
    other = "no" if free.original.label == "yes" else "yes"
    assert free.target == free.original.label
    result = explained(target=other)
    assert result.target == result.attribution.target == other
    assert result.original.label == free.original.label
    np.testing.assert_allclose(
        result.attribution.values, -free.attribution.values, rtol=1e-3, atol=1e-6
    )


def test_levels_are_relative_to_the_original() -> None:
    result = explained()
    original = rms_db(samples(result, Variant.ORIGINAL))
    assert original is not None and result.level_db[Variant.ORIGINAL] == 0.0
    assert result.level_db[Variant.RECONSTRUCTION] == pytest.approx(0.0, abs=1e-3)
    for variant in (Variant.EXPLANATION, Variant.REMOVED):
        level = rms_db(samples(result, variant))
        assert level is not None
        assert result.level_db[variant] == pytest.approx(level - original, abs=1e-6)
        assert level < original
    assert explained(keep=0.0).level_db[Variant.EXPLANATION] is None


@pytest.mark.parametrize("method", ["integrated_gradients", "smoothgrad", "random"])
def test_an_equal_request_gives_an_equal_result(method: str) -> None:
    first = explained(method=method, fill="noise", seed=2)
    assert_same(first, explained(method=method, fill="noise", seed=2))
    other = explained(method=method, fill="noise", seed=3)
    assert not np.array_equal(samples(first, Variant.EXPLANATION), samples(other, "explanation"))


def test_the_result_is_read_only_throughout() -> None:
    result = explained()
    arrays = [result.code.values, result.attribution.values, result.keep_mask, result.remove_mask]
    arrays += [samples(result, variant) for variant in Variant]
    arrays += [result.original.probabilities, result.explanation.latent.probabilities]
    assert not any(array.flags.writeable for array in arrays)


def test_nothing_writes_into_its_input() -> None:
    # The published evaluation damages its own latents; here not even a codec and a classifier that
    # overwrite what they are given change anything.
    class Vandal(ToyCodec):
        def encode(self, samples: Tensor) -> Tensor:
            latents = super().encode(samples)
            samples.fill_(7.0)
            return latents

        def decode(self, latents: Tensor, n_samples: int) -> Tensor:
            samples = super().decode(latents, n_samples)
            latents.fill_(7.0)
            return samples

    clip = sound()
    before = clip.samples.copy()
    assert_same(explain(clip, asked(), tools(Vandal())), explain(clip, asked(), tools()))
    assert np.array_equal(clip.samples, before)


@pytest.mark.parametrize("seeds", [1, 5])
def test_random_controls_are_means_over_masks_of_the_same_size(seeds: int) -> None:
    result = explained(random_masks=seeds, seed=11, keep=0.3, remove=0.6)
    code, fill = result.code.values, np.zeros_like(result.code.values)
    for controls, apply, share in (
        (result.random_explanation, keep, 0.3),
        (result.random_removed, remove, 0.6),
    ):
        seed = seed_of(sound(), 11)
        masks = [random_mask(code.shape, share, seed=(seed, number)) for number in range(seeds)]
        p = np.array([p_yes(apply(code, fill, mask)) for mask in masks])
        p = p if result.target == "yes" else 1 - p
        assert controls is not None
        for control in (controls.latent, controls.round_trip):
            assert control.probability == pytest.approx(p.mean(), abs=1e-4)
            expected = None if seeds == 1 else pytest.approx(p.std(ddof=1), abs=1e-4)
            assert control.std == expected
            assert control.agreement == pytest.approx(np.mean(p > 0.5))
            other = "no" if result.target == "yes" else "yes"
            assert control.label == (result.target if np.median(p) > 0.5 else other)


def test_original_and_versions_are_classified_together() -> None:
    class Watched(LinearClassifier):
        def __init__(self) -> None:
            super().__init__(WEIGHT, BIAS)
            self.batches: list[list[bytes]] = []

        def logits(self, latents: Tensor) -> Tensor:
            if not latents.requires_grad:
                self.batches.append([row.numpy().tobytes() for row in latents])
            return super().logits(latents)

    classifier = Watched()
    result = explain(sound(), asked(random_masks=2), tools(classifier=classifier))
    code, fill = result.code.values, np.zeros_like(result.code.values)
    versions = [keep(code, fill, result.keep_mask), remove(code, fill, result.remove_mask)]
    together = [row.tobytes() for row in (code, *versions)]
    assert sum(set(together) <= set(batch) for batch in classifier.batches) == 1
    # … and random masks beside it again: latents and round trip of all cells and of 2 × 2 masks.
    assert len(classifier.batches[-1]) == 2 * (1 + 4) and together[0] in classifier.batches[-1]


def test_random_masks_that_keep_everything_do_not_spread() -> None:
    result = explained(keep=1.0, remove=0.0)
    for controls in (result.random_explanation, result.random_removed):
        assert controls is not None
        for control in (controls.latent, controls.round_trip):
            assert control.std == 0.0
            assert control.probability == pytest.approx(result.original.probability, abs=1e-4)
            assert (control.agreement, control.label) == (1.0, result.original.label)


def test_random_controls_can_be_left_out() -> None:
    result = explained(random_masks=0)
    assert result.random_explanation is None and result.random_removed is None
    assert "random" not in result.seconds


def test_a_new_share_is_rendered_as_it_would_be_explained() -> None:
    toolbox, first = tools(classifier=CurvedClassifier()), asked(fill="noise", keep=0.5)
    analysis = analyse(sound(), None, toolbox)
    attribution, fill = relevance(analysis, first, toolbox)
    for share in (0.02, 0.3, 0.9):
        request = asked(fill="noise", keep=share, remove=share / 2, granularity="band")
        again = render(analysis, attribution, fill, request, toolbox)
        whole = explain(sound(), request, toolbox)
        assert np.array_equal(again.keep_mask, whole.keep_mask)
        assert np.array_equal(again.remove_mask, whole.remove_mask)
        assert again.level_db == whole.level_db
        for variant in Variant:
            assert np.array_equal(again.audio[variant].samples, samples(whole, variant))
        for name in ("explanation", "removed"):
            one, other = getattr(again, name), getattr(whole, name)
            assert np.array_equal(one.latent.probabilities, other.latent.probabilities)
            assert np.array_equal(one.round_trip.probabilities, other.round_trip.probabilities)


def test_new_shares_on_a_known_result_are_what_explaining_again_would_give() -> None:
    toolbox, clip = tools(classifier=CurvedClassifier()), sound(700)  # shorter than the minimum
    first = explain(clip, asked(fill="noise", keep=0.5), toolbox)
    for changes in ({"keep": 0.02}, {"granularity": "band", "remove": 0.7}, {"random_masks": 2}):
        request = asked(fill="noise", **changes)
        again = with_shares(first, request, toolbox)
        assert_same(again, explain(clip, request, toolbox))
        assert (again.start, again.end, again.notes) == (first.start, first.end, first.notes)
        assert again.attribution is first.attribution and again.code is first.code


@pytest.mark.parametrize(
    "change",
    [{"method": "saliency"}, {"fill": "mean"}, {"target": "low"}, {"seed": 4}, {"end": 0.4}],
)
def test_more_than_new_shares_on_a_known_result_is_refused(change: dict[str, Any]) -> None:
    toolbox = tools(classifier=CurvedClassifier())
    first = explain(sound(), asked(fill="noise"), toolbox)
    with pytest.raises(RequestError, match="Only the shares, the granularity and the random masks"):
        with_shares(first, replace(asked(fill="noise", keep=0.9), **change), toolbox)


def test_the_result_says_what_it_is_of() -> None:
    result = explained()
    assert (result.codec_id, result.classifier_id, result.device) == ("toy", "toy-head", "cpu")
    assert (result.clip_name, result.start, result.end) == ("word", 0.0, 0.5)
    assert result.timeline is None and result.windows == ()
    stages = {"encode", "attribute", "synthesise", "classify", "random"}
    assert set(result.seconds) == {*stages, "total"}
    assert all(spent > 0 for spent in result.seconds.values())
    assert sum(result.seconds[stage] for stage in stages) <= result.seconds["total"]
