from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from core.coding import BATCH, classify_batch, decode_batch, encode, encode_batch
from core.errors import AudioError, Cancelled, ModelError
from core.job import CancelToken
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


class Uneven(LinearClassifier):
    """Judges a row by its place in the batch as well, as rounding may."""

    def logits(self, latents: Tensor) -> Tensor:
        return super().logits(latents) + torch.arange(len(latents))[:, None] * torch.eye(2)[1]


def test_equal_rows_give_equal_numbers_wherever_they_stand() -> None:
    one, other = noise(2, 16, 4)
    rows = np.stack([one, other, one, *([other] * BATCH), one])
    predictions = classify_batch(Uneven(torch.full((16, 1), 0.1)), ToyCodec(), rows)
    found = np.array([prediction.probabilities for prediction in predictions])
    ones = [0, 2, len(rows) - 1]
    assert (found[ones] == found[0]).all() and (np.delete(found, ones, 0) == found[1]).all()
    assert found[0, 1] != found[1, 1]

    class Last(ToyCodec):
        """Its last row comes out louder."""

        def encode(self, samples: Tensor) -> Tensor:
            latents = super().encode(samples)
            latents[-1] += 1.0
            return latents

    sounds = np.stack([noise(1, 50), 2 * noise(1, 50), noise(1, 50)])
    latents = encode_batch(Last(), sounds)
    assert np.array_equal(latents[0], latents[2])


def test_a_sure_class_keeps_its_log_odds() -> None:
    latents = np.full((1, 16, 4), 0.5, np.float32)
    (prediction,) = classify_batch(LinearClassifier(torch.ones(16, 1)), ToyCodec(), latents)
    p = prediction.probability_of("yes")
    assert p < 1.0
    assert np.log(p) - np.log1p(-p) == pytest.approx(32.0, abs=0.1)


def test_a_cancel_takes_effect_between_two_batches() -> None:
    cancel = CancelToken()

    class Stopping(Counting):
        def encode(self, samples: Tensor) -> Tensor:
            cancel.set()
            return super().encode(samples)

        def decode(self, latents: Tensor, n_samples: int) -> Tensor:
            cancel.set()
            return super().decode(latents, n_samples)

    codec = Stopping()
    with pytest.raises(Cancelled):
        encode_batch(codec, noise(3 * BATCH, 1, 50), cancel)
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        decode_batch(codec, noise(3 * BATCH, 16, 4), 50, cancel)
    assert codec.rows == [BATCH, BATCH]
    with pytest.raises(Cancelled):
        classify_batch(LinearClassifier(torch.ones(16, 1)), codec, noise(1, 16, 4), cancel)


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
