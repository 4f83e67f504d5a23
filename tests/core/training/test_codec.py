"""Fitting codecs: directions that are orthonormal and their bands' own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.codecs._linear_model import LinearModel
from core.codecs.banded.model import BandedModel
from core.errors import Cancelled
from core.job import CancelToken
from core.training.codec import CodecDesign, fit_codec
from core.training.data import ClipEntry, ClipSet
from tests.cancelling import StopAfter
from tests.core.training.conftest import RATE, hiss, tone

DESIGN = CodecDesign(n_bands=8, narrowest=10.0, latent_dim=40, softness=0.6)


@pytest.fixture(scope="module")
def clips() -> ClipSet:
    sounds = [tone(n, 1.0) + 0.3 * hiss(n, 1.0) for n in range(4)] + [tone(5, 0.2)]
    pieces = [np.round(20_000 * sound).astype(np.int16) for sound in sounds]
    entry = ClipEntry(Path("clip.wav"), "set", "x", "", "train")
    starts = np.cumsum([0, *map(len, pieces)])
    return ClipSet((entry,) * len(pieces), np.concatenate(pieces), starts, RATE)


@pytest.fixture(scope="module")
def model(clips: ClipSet) -> BandedModel:
    fitted, config = fit_codec("banded", clips, DESIGN, 0, CancelToken())
    assert isinstance(fitted, BandedModel)
    assert config == fitted.layout.to_config()
    return fitted


def test_the_design_is_kept(model: BandedModel) -> None:
    layout = model.layout
    assert (layout.sample_rate, layout.hop, layout.softness) == (RATE, DESIGN.hop, 0.6)
    assert layout.latent_dim == DESIGN.latent_dim and layout.n_bands == DESIGN.n_bands


def test_directions_and_carriers_are_orthonormal_and_lie_inside_their_bands(
    model: BandedModel,
) -> None:
    both = torch.cat([model.directions, model.carriers], dim=1)
    identity = torch.eye(both.shape[1])
    torch.testing.assert_close(both.T @ both, identity, rtol=0, atol=1e-5)
    bands = torch.cat([model.band_of_shape, model.band_of_carrier])
    outside = model.band_of_coefficient[:, None] != bands[None]
    assert not both[outside].any()


def test_only_bands_with_something_left_open_have_carriers(model: BandedModel) -> None:
    layout = model.layout
    for rest, carriers in zip(layout.rests, layout.carriers, strict=True):
        assert (carriers > 0) is (rest > 0) and carriers <= rest


def test_the_mean_is_that_of_the_latents(model: BandedModel, clips: ClipSet) -> None:
    sounds = [torch.from_numpy(clips.clip(number))[None, None] for number in range(len(clips))]
    latents = torch.cat([model.encode(sound)[0] for sound in sounds], dim=1)
    torch.testing.assert_close(model.mean, latents.mean(1), rtol=1e-4, atol=1e-5)


def test_the_linear_codec_keeps_what_has_most_energy(clips: ClipSet) -> None:
    kept = []
    for latent_dim in (10, 40):
        model, config = fit_codec(
            "linear", clips, replace(DESIGN, latent_dim=latent_dim), 0, CancelToken()
        )
        assert isinstance(model, LinearModel) and config["latent_dim"] == latent_dim
        sound = torch.from_numpy(clips.clip(0))[None, None]
        error = sound - model.decode(model.encode(sound), sound.shape[-1])
        kept.append(1 - float(error.square().sum() / sound.square().sum()))
    assert 0.5 < kept[0] < kept[1] < 1.0


def test_fitting_again_gives_the_same(model: BandedModel, clips: ClipSet) -> None:
    again, _ = fit_codec("banded", clips, DESIGN, 0, CancelToken())
    for name, value in model.state_dict().items():
        assert torch.equal(again.state_dict()[name], value), name


@pytest.mark.parametrize(("family", "looks"), [("linear", 3), ("banded", 3), ("banded", 9)])
def test_fitting_stops_between_two_clips_or_bands_when_asked(
    family: str, looks: int, clips: ClipSet
) -> None:
    cancel = StopAfter(looks)
    with pytest.raises(Cancelled):
        fit_codec(family, clips, DESIGN, 0, cancel)
    assert cancel.looks == looks + 1
