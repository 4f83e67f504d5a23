from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from core.coding import BATCH, classify_batch, decode_batch, encode, encode_batch
from core.errors import AudioError, ModelError
from core.types import AudioClip
from tests.fakes import LinearClassifier, ToyCodec


class Counting(ToyCodec):
    """Remembers how many rows it was given at a time, and whether gradients were on."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[int] = []

    def encode(self, samples: Tensor) -> Tensor:
        assert torch.is_inference_mode_enabled()
        self.rows.append(len(samples))
        return super().encode(samples)

    def decode(self, latents: Tensor, n_samples: int) -> Tensor:
        assert torch.is_inference_mode_enabled()
        self.rows.append(len(latents))
        return super().decode(latents, n_samples)


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def test_many_rows_go_through_in_bounded_batches_and_in_order() -> None:
    codec, samples = Counting(), noise(2 * BATCH + 3, 1, 50)
    latents = encode_batch(codec, samples)
    assert latents.shape == (2 * BATCH + 3, 16, 4) and latents.dtype == np.float32
    decoded = decode_batch(codec, latents, 50)
    assert codec.rows == [BATCH, BATCH, 3] * 2
    np.testing.assert_allclose(decoded, samples, atol=1e-6)


def test_each_row_gets_its_own_prediction() -> None:
    weight = torch.full((16, 1), 0.1)
    latents = noise(BATCH + 2, 16, 4)
    predictions = classify_batch(LinearClassifier(weight), ToyCodec(), latents)
    odds = 0.1 * latents.sum((1, 2))
    found = [prediction.probability_of("yes") for prediction in predictions]
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-odds)), atol=1e-6)
    assert {prediction.labels for prediction in predictions} == {("no", "yes")}


def test_a_clip_becomes_one_code_that_remembers_its_length() -> None:
    code = encode(ToyCodec(), AudioClip(noise(1, 50), 8_000))
    assert (code.values.shape, code.n_samples) == ((16, 4), 50)
    assert not code.values.flags.writeable


@pytest.mark.parametrize(("channels", "rate"), [(1, 16_000), (2, 8_000)])
def test_a_clip_the_codec_does_not_take_is_refused_with_what_to_do(
    channels: int, rate: int
) -> None:
    clip = AudioClip(noise(channels, 50), rate, "word")
    with pytest.raises(AudioError, match=rf"“word” has {channels} at {rate} Hz; pass it through"):
        encode(ToyCodec(), clip)


class Short(ToyCodec):
    """Makes one frame of sound too few, or as many too many."""

    def __init__(self, surplus: int) -> None:
        super().__init__()
        self.surplus = surplus

    def decode(self, latents: Tensor, n_samples: int) -> Tensor:
        sound = super().decode(latents, latents.shape[-1] * self.spec.latent_dim)
        missing = n_samples + self.surplus - sound.shape[-1]
        return torch.nn.functional.pad(sound, (0, missing))


@pytest.mark.parametrize("surplus", [-1, 1])
def test_a_codec_that_makes_sound_of_another_length_is_refused(surplus: int) -> None:
    latents = encode_batch(ToyCodec(), noise(3, 1, 50))
    with pytest.raises(ModelError, match=rf"“toy” made sounds .*\(3, 1, {50 + surplus}\) where"):
        decode_batch(Short(surplus), latents, 50)


def test_latents_of_fewer_frames_than_the_sound_has_are_refused() -> None:
    latents = encode_batch(ToyCodec(), noise(3, 1, 50))
    with pytest.raises(ModelError, match=r"\(3, 1, 64\) where \(3, 1, 80\)"):
        decode_batch(ToyCodec(), latents, 80)
