"""What every codec has to keep: the bundled ones, and a small EnCodec for the foreign ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from torch import Tensor

from core.codecs import Codec
from core.models import catalogue, open_codec
from tests.core.codecs.conftest import speech_like

BUNDLED = [entry.id for entry in catalogue("codec") if entry.source == "bundled"]
LENGTHS = (1, 2, 319, 320, 321, 640, 4_001)


@pytest.fixture(scope="module", params=[*BUNDLED, "a small EnCodec"])
def codec(request: pytest.FixtureRequest, encodec_folder: Path) -> Codec:
    reference = request.param if request.param in BUNDLED else str(encodec_folder)
    return open_codec(reference, torch.device("cpu"))


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_the_bundled_codecs_are_there() -> None:
    assert {"banded-16k", "linear-16k", "neural-16k"} <= set(BUNDLED)


def test_its_facts_are_true(codec: Codec) -> None:
    spec = codec.spec
    latents = codec.encode(torch.zeros(1, spec.channels, 2 * spec.sample_rate))
    assert latents.shape == (1, spec.latent_dim, round(2 * spec.frame_rate))
    assert spec.label and re.fullmatch(r"[0-9a-f]{16}", spec.digest)
    mean = codec.mean_latent()
    assert mean is None or mean.shape == (spec.latent_dim,)


def test_its_bands_cover_every_dimension_and_the_whole_spectrum(codec: Codec) -> None:
    spec = codec.spec
    if spec.bands is None:
        assert spec.band_edges is None
        return
    assert spec.band_edges is not None
    assert len(spec.bands) == spec.latent_dim
    assert set(spec.bands) == set(range(len(spec.band_edges) - 1))
    assert list(spec.band_edges) == sorted(set(spec.band_edges))
    assert (spec.band_edges[0], spec.band_edges[-1]) == (0.0, spec.sample_rate / 2)


@pytest.mark.parametrize("n_samples", LENGTHS)
def test_any_length_comes_back_as_long_as_it_was(codec: Codec, n_samples: int) -> None:
    spec = codec.spec
    samples = 0.1 * noise(2, spec.channels, n_samples)
    latents = codec.encode(samples)
    hop = spec.sample_rate / spec.frame_rate
    assert latents.shape == (2, spec.latent_dim, -(-n_samples // hop))
    decoded = codec.decode(latents, n_samples)
    assert decoded.shape == samples.shape and decoded.dtype == torch.float32
    assert latents.isfinite().all() and decoded.isfinite().all()


def test_the_same_input_gives_the_same_output(codec: Codec) -> None:
    samples = 0.1 * noise(1, 1, 4_001)
    latents = codec.encode(samples)
    assert torch.equal(latents, codec.encode(samples))
    assert torch.equal(codec.decode(latents, 4_001), codec.decode(latents, 4_001))


def test_the_rows_of_a_batch_do_not_know_of_each_other(codec: Codec) -> None:
    samples = 0.1 * noise(3, 1, 4_001) * torch.tensor([[[1.0]], [[0.01]], [[5.0]]])
    latents = codec.encode(samples)
    decoded = codec.decode(latents, 4_001)
    for row in range(3):
        alone = codec.encode(samples[row : row + 1])
        torch.testing.assert_close(latents[row : row + 1], alone, rtol=1e-4, atol=1e-5)
        decoded_alone = codec.decode(latents[row : row + 1], 4_001)
        torch.testing.assert_close(decoded[row : row + 1], decoded_alone, rtol=1e-4, atol=1e-5)


def test_its_inputs_and_the_random_state_stay_as_they_were(codec: Codec) -> None:
    samples = 0.1 * noise(1, 1, 1_000)
    latents = codec.encode(samples)
    before, code, state = samples.clone(), latents.clone(), torch.get_rng_state()
    codec.encode(samples)
    codec.decode(latents, 1_000)
    assert torch.equal(samples, before) and torch.equal(latents, code)
    assert torch.equal(torch.get_rng_state(), state)


def test_gradients_reach_the_samples_and_the_latents_but_no_weights(codec: Codec) -> None:
    samples = speech_like(4_000).requires_grad_()
    latents = codec.encode(samples)
    (to_samples,) = torch.autograd.grad(latents.square().sum(), samples)
    assert to_samples.isfinite().all() and to_samples.any()
    code = latents.detach().requires_grad_()
    decoded = codec.decode(code, 4_000)
    (to_latents,) = torch.autograd.grad(decoded.square().sum(), code)
    assert to_latents.isfinite().all() and to_latents.any()
    free = codec.encode(samples.detach())
    assert not free.requires_grad and not codec.decode(free, 4_000).requires_grad


def test_gradients_are_finite_in_silence(codec: Codec) -> None:
    samples = torch.zeros(1, 1, 1_000, requires_grad=True)
    latents = codec.encode(samples)
    code = latents.detach().requires_grad_()
    for output, given in ((latents, samples), (codec.decode(code, 1_000), code)):
        (gradient,) = torch.autograd.grad(output.sum(), given)
        assert gradient.isfinite().all()


@pytest.mark.parametrize("size", [1e-30, 10.0, 1e4, 1e6])
def test_latents_no_sound_has_decode_to_finite_samples(codec: Codec, size: float) -> None:
    latents = size * noise(2, codec.spec.latent_dim, 7)
    assert codec.decode(latents, 2_000).isfinite().all()


@pytest.mark.parametrize("codec_id", BUNDLED)
def test_silence_is_zeros_both_ways(codec_id: str) -> None:
    codec = open_codec(codec_id, torch.device("cpu"))
    latents = codec.encode(torch.zeros(1, 1, 4_001))
    assert not latents.any()
    assert not codec.decode(latents, 4_001).any()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("codec_id", BUNDLED)
def test_cpu_and_gpu_agree(codec_id: str) -> None:
    samples = speech_like()
    on_cpu = open_codec(codec_id, torch.device("cpu"))
    on_gpu = open_codec(codec_id, torch.device("cuda"))
    latents = on_cpu.encode(samples)
    torch.testing.assert_close(on_gpu.encode(samples.cuda()).cpu(), latents, rtol=1e-3, atol=1e-3)
    decoded = on_gpu.decode(latents.cuda(), 16_000).cpu()
    torch.testing.assert_close(decoded, on_cpu.decode(latents, 16_000), rtol=1e-3, atol=1e-3)
