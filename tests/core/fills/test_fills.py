from __future__ import annotations

import numpy as np
import pytest

from core.coding import encode
from core.errors import ModelError
from core.fills import FILLS
from core.fills.noise import LEVEL_DBFS, white_noise
from core.latents import LatentCode
from core.levels import rms_db
from core.types import AudioClip, FloatArray
from tests.fakes import ToyCodec

CODEC = ToyCodec()
CLIP = AudioClip(np.sin(np.arange(1000, dtype=np.float32))[None], CODEC.spec.sample_rate)
CODE = encode(CODEC, CLIP)  # 1000 samples: the last of 63 frames is padded
IDS = [spec.id for spec in FILLS.specs()]


def make(
    fill_id: str, codec: ToyCodec = CODEC, code: LatentCode = CODE, seed: int = 0
) -> FloatArray:
    return FILLS.builder(fill_id)(codec, code, seed)


def test_the_four_fills_are_there() -> None:
    assert {"zero", "noise", "silence", "mean"} <= set(IDS)


@pytest.mark.parametrize("fill_id", IDS)
def test_every_fill_has_the_codes_shape_and_is_the_same_for_a_seed(fill_id: str) -> None:
    before = CODE.values.copy()
    fill = make(fill_id, seed=3)
    assert fill.shape == CODE.values.shape and fill.dtype == np.float32
    assert np.isfinite(fill).all()
    assert np.array_equal(fill, make(fill_id, seed=3))
    assert not np.shares_memory(fill, CODE.values)
    assert np.array_equal(CODE.values, before)


@pytest.mark.parametrize("fill_id", IDS)
def test_every_fill_states_what_it_is(fill_id: str) -> None:
    spec = FILLS.spec(fill_id)
    assert spec.label and spec.reference


def test_zero_is_zeros() -> None:
    assert not make("zero").any()


def test_silence_is_what_the_codec_makes_of_silence() -> None:
    class Offset(ToyCodec):
        """A codec whose latents of silence are not 0, as those of learned codecs are not."""

        def encode(self, samples):  # type: ignore[no-untyped-def]
            return super().encode(samples) + 2.0

    assert np.array_equal(make("silence", Offset()), np.full(CODE.values.shape, 2.0, np.float32))


def test_noise_decodes_to_noise_at_its_stated_level() -> None:
    # The published script takes its noise from a file nobody describes.
    import torch

    assert f"{LEVEL_DBFS:g} dBFS" in FILLS.spec("noise").reference
    samples = white_noise(1, 16000, seed=0)
    assert rms_db(samples) == pytest.approx(-40.0, abs=0.1)
    decoded = CODEC.decode(torch.tensor(make("noise"))[None], CODE.n_samples).numpy()[0]
    np.testing.assert_allclose(decoded, white_noise(1, CODE.n_samples, seed=0), atol=1e-7)


def test_noise_is_white() -> None:
    power = np.abs(np.fft.rfft(white_noise(1, 65536, seed=0)[0])) ** 2
    quarters = [part.mean() for part in np.array_split(power, 4)]
    assert max(quarters) / min(quarters) < 1.1


def test_another_seed_is_other_noise() -> None:
    assert not np.array_equal(make("noise", seed=0), make("noise", seed=1))


def test_mean_is_the_same_in_every_frame() -> None:
    assert np.array_equal(make("mean"), np.full(CODE.values.shape, 0.25, np.float32))


def test_mean_of_a_codec_that_stores_none_is_refused_with_what_to_choose() -> None:
    with pytest.raises(ModelError, match="choose the fill zero, silence or noise"):
        make("mean", ToyCodec(mean=None))


@pytest.mark.parametrize("fill_id", ["noise", "silence"])
def test_a_fill_with_other_frames_than_the_code_is_refused(fill_id: str) -> None:
    with pytest.raises(ModelError, match="encode the clip again"):
        make(fill_id, ToyCodec(surplus_frames=1))


def test_a_mean_with_other_dimensions_than_the_code_is_refused() -> None:
    with pytest.raises(ModelError, match="encode the clip again"):
        make("mean", ToyCodec(latent_dim=8))
