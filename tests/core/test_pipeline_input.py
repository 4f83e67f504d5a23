"""What the pipeline makes of clips and requests of all kinds, and of real models."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from core.coding import encode
from core.errors import RequestError
from core.models import open_toolbox
from core.pipeline import explain
from core.types import AudioClip, ExplanationRequest, Variant
from tests.fakes import ToyCodec
from tests.models import SmallModels
from tests.toys import RATE, D, asked, explained, p_yes, samples, sound, tools


def test_a_clip_shorter_than_the_minimum_is_padded_and_says_so() -> None:
    clip = sound(400)  # 50 ms; the toy head wants 100 ms
    result = explained(clip)
    assert result.notes == ("padded from 0.050 s to 0.100 s with silence",)
    assert (result.start, result.end) == (0.0, 0.05)
    original = samples(result, Variant.ORIGINAL)
    assert original.shape == (1, 800)
    assert np.array_equal(original[:, :400], clip.samples) and not original[:, 400:].any()
    assert all(version.n_samples == 800 for version in result.audio.values())


def test_one_sample_is_enough() -> None:
    assert explained(sound(1)).audio[Variant.EXPLANATION].n_samples == 800


def test_stereo_at_another_rate_is_mixed_and_resampled_and_says_so() -> None:
    t = np.arange(22_050) / 44_100
    left, right = 0.4 * np.sin(2 * np.pi * 440 * t), 0.2 * np.sin(2 * np.pi * 1_000 * t)
    result = explained(AudioClip(np.stack([left, right]), 44_100, "stereo"))
    assert result.notes == ("mixed 2 channels down to mono", "resampled from 44,100 to 8,000 Hz")
    t = np.arange(4_000) / RATE
    expected = 0.2 * np.sin(2 * np.pi * 440 * t) + 0.1 * np.sin(2 * np.pi * 1_000 * t)
    for version in result.audio.values():
        assert (version.sample_rate, version.samples.shape) == (RATE, (1, 4_000))
    middle = slice(200, -200)  # resampling rings at the ends
    reconstruction = samples(result, Variant.RECONSTRUCTION)[0, middle]
    np.testing.assert_allclose(reconstruction, expected[middle], atol=2e-3)


def test_silence_is_explained_without_a_level() -> None:
    result = explained(AudioClip(np.zeros((1, 4_000)), RATE))
    assert set(result.level_db.values()) == {None}
    assert result.original.probability_of("yes") == pytest.approx(p_yes(np.zeros((D, 1))), 1e-4)


def test_unknown_methods_and_fills_are_refused() -> None:
    with pytest.raises(RequestError, match="no method “saliancy”; did you mean saliency"):
        explained(method="saliancy")
    with pytest.raises(RequestError, match="no fill “zeros”; did you mean zero"):
        explained(fill="zeros")


def test_bands_of_a_codec_without_bands_are_refused() -> None:
    with pytest.raises(RequestError, match="no frequency bands"):
        explain(sound(), asked(granularity="band"), tools(ToyCodec(banded=False)))


def test_a_class_the_classifier_does_not_know_is_refused_before_anything_is_computed() -> None:
    class Unused(ToyCodec):
        def encode(self, samples: Tensor) -> Tensor:
            raise AssertionError("encoded")

    with pytest.raises(RequestError, match="no class “maybe”; it knows no, yes"):
        explain(sound(), asked(target="maybe"), tools(Unused()))


def small_request(small_models: SmallModels, **changes: Any) -> ExplanationRequest:
    return asked(classifier=str(small_models.classifier), codec=str(small_models.codec), **changes)


def test_real_models_keep_the_same_promises(small_models: SmallModels) -> None:
    request = small_request(small_models, keep=1.0, remove=0.0, granularity="band", device="cpu")
    toolbox = open_toolbox(request)
    clip = replace(sound(16_000), sample_rate=16_000)
    result = explain(clip, request, toolbox)
    for variant in (Variant.EXPLANATION, Variant.REMOVED):
        np.testing.assert_allclose(
            samples(result, variant), samples(result, Variant.RECONSTRUCTION), atol=1e-6
        )
    gap = result.attribution.completeness_gap
    assert gap is not None and gap <= 0.02
    assert np.array_equal(result.code.values, encode(toolbox.codec, clip).values)
    quieter = explain(clip, replace(request, keep=0.2), toolbox)
    assert (quieter.level_db[Variant.EXPLANATION] or 0.0) < -0.1


def test_what_a_user_should_know_of_the_codec_is_noted() -> None:
    toolbox = tools()
    toolbox.codec.spec = replace(toolbox.codec.spec, notes=("its weights are half",))
    result = explain(sound(n_samples=400), asked(), toolbox)
    assert result.notes == ("padded from 0.050 s to 0.100 s with silence", "its weights are half")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cpu_and_gpu_agree(small_models: SmallModels) -> None:
    clip = replace(sound(16_000), sample_rate=16_000)
    on_cpu, on_gpu = (
        explain(clip, request, open_toolbox(request))
        for request in (small_request(small_models, device=name) for name in ("cpu", "cuda"))
    )
    assert (on_cpu.target, on_cpu.device, on_gpu.device) == (on_gpu.target, "cpu", "cuda")
    np.testing.assert_allclose(on_gpu.code.values, on_cpu.code.values, atol=1e-3)
    np.testing.assert_allclose(on_gpu.attribution.values, on_cpu.attribution.values, atol=1e-3)
    assert (on_gpu.keep_mask == on_cpu.keep_mask).mean() > 0.99
    for one, other in (
        (on_gpu.original, on_cpu.original),
        (on_gpu.explanation.latent, on_cpu.explanation.latent),
        (on_gpu.removed.round_trip, on_cpu.removed.round_trip),
    ):
        np.testing.assert_allclose(one.probabilities, other.probabilities, atol=0.01)
    np.testing.assert_allclose(
        samples(on_gpu, Variant.RECONSTRUCTION),
        samples(on_cpu, Variant.RECONSTRUCTION),
        atol=1e-3,
    )
