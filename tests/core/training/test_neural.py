"""Training the neural codec: what it learns, from what, and that it can be resumed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from core.codecs.neural.model import NeuralModel
from core.errors import Cancelled
from core.job import CancelToken, silent
from core.training.data import ClipEntry, ClipSet
from core.training.loop import Schedule
from core.training.neural import (
    NeuralDesign,
    garbled,
    kept_cells,
    surprise,
    third_octaves,
    train_neural,
)
from core.training.spectral import wave_error
from tests.core.codecs.conftest import speech_like
from tests.core.training.conftest import RATE, hiss, tone

DESIGN = NeuralDesign(width=24, blocks=1, seconds=0.5, gain_db=(-3.0, 3.0))
SCHEDULE = Schedule(steps=40, batch=4, rate=3e-3, warmup=5, averaging=0.9)


@pytest.fixture(scope="module")
def clips() -> ClipSet:
    # Chords above what every latent has a home for: which coefficients matter has to be learnt.
    t = np.arange(RATE // 2) / RATE
    chord = sum(np.sin(2 * np.pi * hertz * t) for hertz in (2510.0, 3990.0, 5010.0, 6490.0))
    sounds = [tone(n, 0.5) + 0.3 * hiss(n, 0.5) + 0.05 * chord for n in range(6)]
    pieces = [np.round(15_000 * sound).astype(np.int16) for sound in sounds]
    entry = ClipEntry(Path("clip.wav"), "set", "x", "", "train")
    starts = np.cumsum([0, *map(len, pieces)])
    return ClipSet((entry,) * len(pieces), np.concatenate(pieces), starts, RATE)


def trained(clips: ClipSet, folder: Path, schedule: Schedule = SCHEDULE) -> NeuralModel:
    checkpoint = folder / "checkpoint.safetensors"
    model, config = train_neural(clips, DESIGN, schedule, checkpoint, silent, CancelToken())
    assert (config["width"], config["latent_dim"]) == (24, 128)
    assert NeuralModel(config).n_bands == DESIGN.n_bands
    return model.requires_grad_(False)


def sounds_of(clips: ClipSet) -> Tensor:
    return torch.stack([torch.from_numpy(clips.clip(n)) for n in range(len(clips))])[:, None]


def test_it_learns_what_to_say_and_how_to_fill(clips: ClipSet, tmp_path: Path) -> None:
    first = trained(clips, tmp_path / "first", replace(SCHEDULE, steps=0))
    last = trained(clips, tmp_path / "last")
    samples = sounds_of(clips)
    errors = [
        wave_error(samples, model.decode(model.encode(samples), samples.shape[-1]))
        for model in (first, last)
    ]
    unexpected = [surprise(model, model.mdct(samples[:, 0])) for model in (first, last)]
    assert errors[1] < errors[0] - 0.05 and unexpected[1] < unexpected[0]
    assert last.mean.shape == (128,) and last.mean[: last.n_bands].min() > 0


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_a_stopped_and_resumed_training_is_the_one_without_a_break(
    clips: ClipSet, tmp_path: Path, share: float
) -> None:
    schedule = replace(SCHEDULE, steps=6)
    whole = trained(clips, tmp_path / "whole", schedule)
    cancel = CancelToken()

    def stop(done: float, stage: str) -> None:
        if done > share:
            cancel.set()

    checkpoint = tmp_path / "broken" / "checkpoint.safetensors"
    with pytest.raises(Cancelled):
        train_neural(clips, DESIGN, schedule, checkpoint, stop, cancel)
    resumed = trained(clips, tmp_path / "broken", schedule)
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_what_has_the_expected_power_surprises_least() -> None:
    model = NeuralModel(
        {
            "sample_rate": RATE,
            "hop": 64,
            "edges": [0, 32, 64],
            "latent_dim": 30,
            "tilt": 0.0,
            "width": 8,
            "blocks": 1,
        }
    ).requires_grad_(False)
    generator = torch.Generator().manual_seed(0)
    strength = torch.linspace(-1.0, 1.0, 32).repeat(2)
    strength = strength - torch.log((2 * strength).exp().mean()) / 2  # mean power 1 in each band
    coefficients = strength.exp() * torch.randn(1, 400, 64, generator=generator)
    found = {}
    for size in (0.0, 0.5, 1.0, 1.5):
        model.rank[-1].bias.copy_(size * strength)  # type: ignore[union-attr, operator]
        found[size] = float(surprise(model, coefficients))
    assert min(found, key=lambda size: found[size]) == 1.0
    assert float(surprise(model, torch.zeros(1, 4, 64))) == 0.0


def test_masks_are_scattered_or_of_frames_or_of_dimensions_or_keep_the_largest() -> None:
    latents = torch.randn(200, 12, 10, generator=torch.Generator().manual_seed(1))
    kept = kept_cells(latents, torch.Generator().manual_seed(0))
    assert kept.shape == latents.shape and kept.dtype == torch.bool
    assert 0.4 < kept.float().mean() < 0.65
    kinds = dict.fromkeys(("frames", "dimensions", "largest", "scattered"), 0)
    for mask, row in zip(kept, latents.abs(), strict=True):
        if mask.all():
            continue
        if (mask == mask[:, :1]).all():
            kinds["frames"] += 1
        elif (mask == mask[:1]).all():
            kinds["dimensions"] += 1
        elif row[mask].min() > row[~mask].max():
            kinds["largest"] += 1
        else:
            kinds["scattered"] += 1
    assert min(kinds.values()) > 25


def test_speech_is_not_garbled_by_its_loudness_but_by_noise() -> None:
    bands = third_octaves(RATE)
    assert bands.shape == (15, 257) and (bands.sum(dim=0) <= 1).all()
    speech = speech_like()
    noise = 0.05 * torch.randn(speech.shape, generator=torch.Generator().manual_seed(0))
    assert float(garbled(speech, speech, bands)) == pytest.approx(0.0, abs=1e-5)
    assert float(garbled(speech, 0.5 * speech, bands)) < 0.02
    assert 0.05 < float(garbled(speech, speech + noise, bands)) < 1.2
    silence = torch.zeros_like(speech).requires_grad_()
    garbled(speech, silence, bands).backward()  # type: ignore[no-untyped-call]
    assert silence.grad is not None and silence.grad.isfinite().all()
    assert float(garbled(torch.zeros_like(speech), noise, bands)) == 0.0
