"""The banded codec: what its cells mean, and that a mask's meaning survives the round trip."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from core.audio_io import read_clip
from core.codecs import Codec
from core.codecs._opening import model_of
from core.codecs.banded.layout import BandLayout, growing_edges
from core.codecs.banded.model import LOUDEST, BandedModel
from core.models import open_codec
from core.samples import SampleKind, sample_clips
from tests.core.codecs.conftest import RATE, speech_like

FAITHFUL = 2e-3  # of a latent, whose range is about 0 … 2.5 (levels) and −1 … 1 (shapes)


@pytest.fixture(scope="module")
def codec() -> Codec:
    return open_codec("banded-16k", torch.device("cpu"))


@pytest.fixture(scope="module")
def model(codec: Codec) -> BandedModel:
    found = model_of(codec)
    assert isinstance(found, BandedModel)
    return found


@pytest.fixture(scope="module")
def latents(codec: Codec) -> Tensor:
    return codec.encode(speech_like())


def again(codec: Codec, latents: Tensor) -> Tensor:
    """encode(decode(Z))."""
    return codec.encode(codec.decode(latents, RATE))


def band_energy(model: BandedModel, samples: Tensor) -> Tensor:
    """Energy of each band at each frame, (bands, F)."""
    power = model.mdct(samples[:, 0])[0].square().T
    edges = itertools.pairwise(model.layout.edges)
    return torch.stack([power[low:high].sum(0) for low, high in edges])


def test_the_levels_come_first_and_then_the_shapes_band_by_band(
    codec: Codec, model: BandedModel
) -> None:
    layout = model.layout
    assert codec.spec.bands is not None
    assert codec.spec.bands[: layout.n_bands] == tuple(range(layout.n_bands))
    of_shapes = codec.spec.bands[layout.n_bands :]
    assert list(of_shapes) == sorted(of_shapes)
    assert tuple(of_shapes.count(band) for band in range(layout.n_bands)) == layout.shapes


def test_the_level_of_a_band_its_shape_says_completely_is_the_logarithm_of_its_rms(
    model: BandedModel, latents: Tensor
) -> None:
    layout = model.layout
    rms = (band_energy(model, speech_like()) / torch.tensor(layout.widths)[:, None]).sqrt()
    expected = torch.log1p(rms / layout.floor) / 3.0
    whole = torch.tensor(layout.rests) == 0
    assert whole.sum() >= 4 and not whole.all()
    levels = latents[0, : layout.n_bands]
    torch.testing.assert_close(levels[whole], expected[whole], rtol=1e-4, atol=1e-4)


def test_the_level_of_noise_is_right_on_average_however_the_band_is_described(
    codec: Codec, model: BandedModel
) -> None:
    generator = torch.Generator().manual_seed(0)
    noise = 0.1 * torch.randn(1, 1, 20 * RATE, generator=generator)
    layout = model.layout
    power = (torch.expm1(3.0 * codec.encode(noise)[0, : layout.n_bands]) * layout.floor).square()
    torch.testing.assert_close(power.mean(1), torch.full((layout.n_bands,), 0.01), rtol=0.1, atol=0)


def test_what_the_shapes_leave_open_is_decoded_softer_than_it_was(
    codec: Codec, model: BandedModel
) -> None:
    generator = torch.Generator().manual_seed(0)
    noise = 0.1 * torch.randn(1, 1, 20 * RATE, generator=generator)
    decoded = codec.decode(codec.encode(noise), noise.shape[-1])
    empty = torch.tensor(model.layout.shapes) == 0
    before, after = (band_energy(model, sound).mean(1)[empty] for sound in (noise, decoded))
    amplitude = (after / before).sqrt()
    torch.testing.assert_close(
        amplitude, torch.full_like(amplitude, model.layout.softness), rtol=0.1, atol=0
    )


def test_what_is_decoded_is_encoded_as_it_was(codec: Codec, latents: Tensor) -> None:
    torch.testing.assert_close(again(codec, latents), latents, rtol=0, atol=FAITHFUL)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_masked_bands_are_silent_in_the_round_trip_and_kept_ones_as_they_were(
    codec: Codec, latents: Tensor, share: float
) -> None:
    assert codec.spec.bands is not None
    generator = torch.Generator().manual_seed(1)
    kept = torch.rand(max(codec.spec.bands) + 1, latents.shape[-1], generator=generator) < share
    masked = latents * kept[torch.tensor(codec.spec.bands)]
    torch.testing.assert_close(again(codec, masked), masked, rtol=0, atol=FAITHFUL)


def test_masked_shapes_stay_masked_where_the_band_has_room_and_every_level_stays(
    codec: Codec, model: BandedModel, latents: Tensor
) -> None:
    # A band described completely has no other place for its energy than the shapes taken out.
    layout = model.layout
    sizes = zip(layout.shapes, layout.widths, strict=True)
    complete = torch.tensor([shapes == width for shapes, width in sizes])[model.band_of_shape]
    masked = latents.clone()
    shapes = masked[:, layout.n_bands :]
    shapes *= torch.rand(shapes.shape, generator=torch.Generator().manual_seed(2)) < 0.5
    found = again(codec, masked)
    compared = torch.cat([torch.ones(layout.n_bands, dtype=torch.bool), ~complete])
    assert compared[layout.n_bands :].any() and not compared.all()
    torch.testing.assert_close(found[:, compared], masked[:, compared], rtol=0, atol=FAITHFUL)


def test_masked_frames_are_silent_and_the_others_as_they_were(
    codec: Codec, latents: Tensor
) -> None:
    masked = latents.clone()
    masked[..., 10:25] = 0.0
    torch.testing.assert_close(again(codec, masked), masked, rtol=0, atol=FAITHFUL)


@pytest.mark.parametrize("band", [0, 7, 15])
def test_a_band_whose_level_is_nought_is_silent_in_the_spectrum(
    codec: Codec, model: BandedModel, latents: Tensor, band: int
) -> None:
    before = band_energy(model, codec.decode(latents, RATE))
    changed = latents.clone()
    changed[:, band] = 0.0
    energy = band_energy(model, codec.decode(changed, RATE))
    assert energy[band].max() < 1e-10 * before.max()
    others = [number for number in range(model.layout.n_bands) if number != band]
    torch.testing.assert_close(energy[others], before[others], rtol=1e-3, atol=1e-8)


def test_a_raised_level_makes_that_band_louder_there_and_nothing_else(
    codec: Codec, model: BandedModel, latents: Tensor
) -> None:
    before = band_energy(model, codec.decode(latents, RATE))
    changed = latents.clone()
    changed[0, 5, 12:18] += 0.2
    after = band_energy(model, codec.decode(changed, RATE))
    there = torch.zeros_like(before, dtype=torch.bool)
    there[5, 12:18] = True
    gain_db = 10 * torch.log10(after[there] / before[there])
    # 0.2 · 3 nats in amplitude, less what the floor swallows
    assert gain_db.max() < 0.2 * 3 * 8.69 + 0.7 and gain_db.min() > 0.2 * 3 * 8.69 - 0.1
    torch.testing.assert_close(after[~there], before[~there], rtol=1e-3, atol=1e-8)


def test_a_latent_frame_reaches_its_window_of_20_ms_either_way_and_no_farther(
    codec: Codec, latents: Tensor
) -> None:
    before = codec.decode(latents, RATE)
    for frame in (0, 17, 49):
        changed = latents.clone()
        changed[..., frame] += 0.5
        touched = (codec.decode(changed, RATE) != before)[0, 0].nonzero().flatten()
        centre = (frame + 0.5) * 320
        assert touched.min() >= centre - 320 and touched.max() <= centre + 320


def test_a_sample_reaches_only_the_latent_frames_around_it(codec: Codec) -> None:
    samples = speech_like()
    latents = codec.encode(samples)
    changed = samples.clone()
    changed[..., 25 * 320 + 5] += 0.1
    frames = (codec.encode(changed) != latents).any(1)[0].nonzero().flatten()
    assert frames.tolist() == [24, 25]


def test_a_stray_level_cannot_blow_up(codec: Codec, model: BandedModel, latents: Tensor) -> None:
    wild = latents.clone()
    wild[:, : model.layout.n_bands] = 1e6
    energy = band_energy(model, codec.decode(wild, RATE))
    width = torch.tensor(model.layout.widths)[:, None]
    assert (energy / width).sqrt().max() < 1.01 * LOUDEST


def sample_sounds() -> list[np.ndarray]:
    clips = [sample for sample in sample_clips() if sample.kind == SampleKind.KEYWORD]
    return [read_clip(sample.path, sample_rate=RATE, mono=True).samples[0] for sample in clips]


def log_mel_distance(codec: Codec) -> float:
    """Mean absolute difference of the log-mel spectrograms of the bundled keywords, in dB."""
    from core.job import CancelToken, silent
    from core.training.data import ClipEntry, ClipSet
    from core.training.measure import measure_codec

    sounds = [np.round(sound * 32767).astype(np.int16) for sound in sample_sounds()]
    entry = ClipEntry(sample_clips()[0].path, "samples", "word", "", "test")
    starts = np.cumsum([0, *map(len, sounds)])
    clips = ClipSet((entry,) * len(sounds), np.concatenate(sounds), starts, RATE)
    measured = measure_codec(codec, clips, silent, CancelToken())
    return float(measured["log_mel_db"])


def test_it_sounds_closer_to_the_original_than_the_linear_codec_of_its_size(codec: Codec) -> None:
    assert log_mel_distance(codec) < log_mel_distance(open_codec("linear-16k", codec.device))


def test_growing_bands_cover_the_hop_and_widen() -> None:
    edges = growing_edges(320, 24, 4.0)
    widths = np.diff(edges)
    assert (edges[0], edges[-1], len(widths)) == (0, 320, 24)
    assert widths[0] == 4 and (np.diff(widths) >= -1).all() and widths[-1] > 5 * widths[0]


LAYOUT = BandLayout(16_000, 320, (0, 20, 320), (4, 0))


def test_a_layout_survives_its_configuration() -> None:
    assert BandLayout.from_config(LAYOUT.to_config()) == LAYOUT
    assert LAYOUT.latent_dim == 6 and LAYOUT.band_of_dimension == (0, 1, 0, 0, 0, 0)
    assert LAYOUT.edges_hz == (0.0, 500.0, 8000.0)


@pytest.mark.parametrize(
    "change",
    [
        {"edges": (0, 320, 20)},
        {"edges": (1, 20, 320)},
        {"edges": (0, 20, 300)},
        {"edges": (0, 20, 20, 320)},
        {"shapes": (4,)},
        {"shapes": (21, 0)},
        {"shapes": (-1, 0)},
        {"softness": 0.0},
        {"softness": 1.5},
    ],
)
def test_a_layout_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        BandLayout.from_config({**LAYOUT.to_config(), **change})
