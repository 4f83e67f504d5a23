"""The log-mel spectrogram a head computes from banded latents is the sound's own."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from core.classifiers._listening import QUIET, STEPS, WINDOW, LogMel, mel_bands
from core.codecs._opening import model_of
from core.codecs.banded.model import BandedModel
from core.models import open_codec
from tests.core.codecs.conftest import RATE, speech_like

MELS = 40
DECIBELS = 10 * 10 / 2.302585  # one unit of the spectrogram, ten nats of power


@pytest.fixture(scope="module")
def model() -> BandedModel:
    found = model_of(open_codec("banded-16k", torch.device("cpu")))
    assert isinstance(found, BandedModel)
    return found


@pytest.fixture(scope="module")
def hears(model: BandedModel) -> LogMel:
    front = LogMel(model.layout.to_config(), MELS)
    front.directions.copy_(model.directions)
    return front


def expected(sound: Tensor) -> Tensor:
    """The same from the sound itself, in the plain way: (mels, 2·F)."""
    window = torch.hann_window(WINDOW)
    margin = (WINDOW - RATE // 100) // 2
    padded = torch.nn.functional.pad(sound[0, 0], (margin, WINDOW))
    frames = padded.unfold(-1, WINDOW, RATE // 100)[: sound.shape[-1] * 100 // RATE]
    mel = mel_bands(MELS, WINDOW, RATE)
    power = torch.fft.rfft(frames * window).abs().square() @ mel.T
    quiet = QUIET**2 * window.square().sum() * mel.sum(1)
    return torch.log1p(power / quiet).T / 10


def test_where_the_shapes_say_all_it_is_the_spectrogram_of_the_sound(
    model: BandedModel, hears: LogMel
) -> None:
    heard, wanted = hears(model.encode(speech_like()))[0], expected(speech_like())
    assert heard.shape == wanted.shape == (MELS, 50 * STEPS)
    torch.testing.assert_close(heard[:20], wanted[:20], rtol=0, atol=0.02)


def test_where_only_levels_are_known_it_is_right_on_average(
    model: BandedModel, hears: LogMel
) -> None:
    noise = 0.1 * torch.randn(1, 1, 5 * RATE, generator=torch.Generator().manual_seed(0))
    heard, wanted = hears(model.encode(noise))[0], expected(noise)
    difference = DECIBELS * (heard - wanted)[30:, 5:-5].mean(dim=1)
    assert difference.abs().max() < 2.0  # the logarithm of noise lies below that of its mean


def test_rounding_does_not_decide_about_the_slope(model: BandedModel, hears: LogMel) -> None:
    """Where the shapes say all of a band nothing is left but rounding, above or below 0."""
    latents = model.encode(speech_like())
    noise = torch.randn(latents.shape, generator=torch.Generator().manual_seed(0))

    def slopes(factor: Tensor | float) -> Tensor:
        given = (latents * factor).requires_grad_()
        (found,) = torch.autograd.grad(hears(given).sum(), given)
        return found

    exact = slopes(1.0)
    for factor in (1 + 1e-6 * noise, 1 - 1e-6 * noise):
        changed = (slopes(factor) - exact).abs().sum() / exact.abs().sum()
        assert changed < 1e-3
    # It is that of something left, as on the way from the sound to a fill.
    within = (slopes(0.999) - exact).abs().sum() / exact.abs().sum()
    assert within < 0.1


def test_silence_is_nought_everywhere(model: BandedModel, hears: LogMel) -> None:
    assert not hears(model.encode(torch.zeros(1, 1, RATE))).any()


def test_every_mel_band_holds_a_bin_and_they_rise() -> None:
    mel = mel_bands(MELS, WINDOW, RATE)
    assert mel.shape == (MELS, WINDOW // 2 + 1) and (mel.sum(1) > 0).all()
    centres = (mel @ torch.arange(WINDOW / 2 + 1)) / mel.sum(1)
    assert (centres.diff() > 0).all()
