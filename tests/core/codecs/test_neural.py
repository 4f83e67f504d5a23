"""The neural codec: what is said, what is filled, and that both come back from what was decoded.

Real configurations with random networks: what is tested must hold whatever the training says.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from core.codecs._opening import open_model_folder
from core.codecs.banded.layout import growing_edges
from core.codecs.neural.model import FLOOR, LEVEL_SCALE, NeuralModel
from core.errors import ModelError
from core.model_folder import write_model_folder
from tests.core.codecs.conftest import RATE, speech_like

CONFIG: dict[str, Any] = {
    "sample_rate": RATE,
    "hop": 320,
    "edges": list(growing_edges(320, 20, 6.0)),
    "latent_dim": 128,
    "tilt": 1.0,
    "width": 24,
    "blocks": 2,
}
MOST = 0.060  # s, that a sample or a frame may reach


@pytest.fixture(scope="module")
def model() -> NeuralModel:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        made = NeuralModel(CONFIG)
        for last in (made.rank[-1], made.fill[-1]):
            assert isinstance(last, nn.Linear)
            nn.init.normal_(last.weight, std=0.03)  # which begin at nought
    return made.requires_grad_(False).eval()


@pytest.fixture(scope="module")
def latents(model: NeuralModel) -> Tensor:
    return model.encode(speech_like())


def random_mask(latents: Tensor, share: float) -> Tensor:
    return torch.rand(latents.shape, generator=torch.Generator().manual_seed(0)) < share


def tone(hertz: float) -> Tensor:
    return 0.1 * torch.sin(2 * torch.pi * hertz * torch.arange(RATE) / RATE)[None, None]


def hiss(low: float, high: float) -> Tensor:
    """Noise between two frequencies."""
    noise = torch.randn(1, 1, RATE, generator=torch.Generator().manual_seed(0))
    spectrum = torch.fft.rfft(noise)
    hertz = torch.linspace(0, RATE / 2, spectrum.shape[-1])
    return torch.fft.irfft(spectrum * ((hertz > low) & (hertz < high)), RATE)


def snr(sound: Tensor, decoded: Tensor) -> float:
    return float(10 * torch.log10(sound.square().sum() / (sound - decoded).square().sum()))


def again(model: NeuralModel, latents: Tensor) -> Tensor:
    """encode(decode(Z))."""
    return model.encode(model.decode(latents, RATE))


def test_a_level_is_the_logarithm_of_the_rms_of_its_band(
    model: NeuralModel, latents: Tensor
) -> None:
    power = model.mdct(speech_like()[:, 0])[0].square() @ model.indicator
    expected = torch.log1p((power / model.widths).sqrt() / FLOOR) / LEVEL_SCALE
    torch.testing.assert_close(latents[0, : model.n_bands].T, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("low", [0, 2_000, 4_500])
def test_what_is_said_follows_the_energy_wherever_it_is(low: float) -> None:
    made = NeuralModel(CONFIG).requires_grad_(False)  # ranks by the levels alone
    sound = hiss(low, low + 2_300)
    decoded = made.decode(made.encode(sound), RATE)
    assert snr(sound, decoded) > 30.0  # a fixed choice of the lowest coefficients has 0 dB


def test_each_latent_says_a_coefficient_of_its_own_at_home_if_it_can(model: NeuralModel) -> None:
    level = model.encode(hiss(1_500, 4_500)).transpose(1, 2)[..., : model.n_bands]
    said = model.chosen(level)
    places = model.places(said)
    assert (said.sum(-1) == model.n_said).all()
    assert (said.gather(-1, places)).all()
    home = torch.arange(model.n_said)
    assert (places.sort(-1).values.diff() > 0).all()
    at_home = said[..., : model.n_said]
    assert torch.equal((places == home)[at_home], torch.ones(int(at_home.sum()), dtype=torch.bool))
    assert not at_home.all() and at_home.any()


def test_latents_of_a_sound_are_found_again_in_what_they_decode_to(
    model: NeuralModel, latents: Tensor
) -> None:
    torch.testing.assert_close(again(model, latents), latents, rtol=0, atol=2e-3)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.7])
def test_levels_and_sound_of_masked_latents_are_found_again(
    model: NeuralModel, latents: Tensor, share: float
) -> None:
    masked = latents * random_mask(latents, share)
    sound = model.decode(masked, RATE)
    back = model.encode(sound)
    levels = slice(model.n_bands)
    torch.testing.assert_close(back[:, levels], masked[:, levels], rtol=0, atol=2e-3)
    assert snr(sound, model.decode(back, RATE)) > 60.0


def test_a_band_is_as_loud_as_its_level_says_whatever_else_is_masked(
    model: NeuralModel, latents: Tensor
) -> None:
    only_levels = latents.clone()
    only_levels[:, model.n_bands :] = 0.0
    only_levels[:, :5] = 0.0
    energy, before = (
        model.mdct(sound[:, 0])[0].square() @ model.indicator
        for sound in (model.decode(only_levels, RATE), speech_like())
    )
    assert not energy[:, :5].gt(1e-9).any()
    torch.testing.assert_close(energy[:, 5:], before[:, 5:], rtol=1e-2, atol=1e-6)


def test_what_the_fill_says_disturbs_nothing_that_was_told(
    model: NeuralModel, latents: Tensor
) -> None:
    decoded = model.mdct(model.decode(latents, RATE)[:, 0])
    original = model.mdct(speech_like()[:, 0])
    said = model.chosen(latents.transpose(1, 2)[..., : model.n_bands])
    torch.testing.assert_close(decoded[said], original[said], rtol=1e-3, atol=1e-4)
    assert (decoded - original)[~said].abs().max() > 1e-2


def test_a_frame_reaches_sixty_milliseconds_at_most(model: NeuralModel, latents: Tensor) -> None:
    changed = latents.clone()
    changed[..., 25] = 0.0
    difference = (model.decode(changed, RATE) - model.decode(latents, RATE))[0, 0]
    centre = 25.5 * model.mdct.hop
    reached = difference.abs().gt(1e-7).nonzero().flatten()
    reach = (reached - centre).abs().max() / RATE
    assert 0.020 < reach <= 0.040 + 1e-4


def test_a_sample_reaches_sixty_milliseconds_at_most_there_and_back(model: NeuralModel) -> None:
    sound = speech_like()
    for place in (8_000, 8_079, 8_160):
        changed = sound.clone()
        changed[..., place] += 0.5
        before, after = (model.decode(model.encode(x), RATE) for x in (sound, changed))
        reached = (after - before)[0, 0].abs().gt(1e-7).nonzero().flatten()
        assert (reached - place).abs().max() / RATE <= MOST


def test_silence_is_zeros_both_ways(model: NeuralModel) -> None:
    latents = model.encode(torch.zeros(1, 1, 4_001))
    assert not latents.any()
    assert not model.decode(latents, 4_001).any()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"edges": [0, 100, 90, 320]}, "ascend"),
        ({"edges": [0, 100, 200]}, "ascend"),
        ({"edges": [0, 320]}, "two bands"),
        ({"latent_dim": 20}, "more latents than bands"),
        ({"latent_dim": 400}, "fewer than coefficients"),
    ],
)
def test_a_configuration_that_cannot_be_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        NeuralModel({**CONFIG, **changes})


def test_a_folder_of_another_configuration_is_refused(model: NeuralModel, tmp_path: Path) -> None:
    facts = {"kind": "codec", "family": "neural", "label": "Small", "licence": "CC0"}
    config = {**CONFIG, "width": 32}
    folder = tmp_path / "small"
    write_model_folder(folder, {**facts, "config": config}, model.state_dict(), "Card\n", {})
    with pytest.raises(ModelError):
        open_model_folder("small", folder, torch.device("cpu"), NeuralModel)
