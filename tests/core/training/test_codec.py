"""What the banded codec learns from: random stretches, and masks whose target is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.codecs.banded.model import BandedModel, fit
from core.job import CancelToken, silent
from core.training.codec import BandedDesign, _mask, draw, loss, train_banded
from core.training.data import ClipEntry, ClipSet
from core.training.loop import Schedule
from tests.core.training.conftest import RATE, hiss, tone

DESIGN = BandedDesign(n_bands=8, narrowest=10.0, latent_dim=40)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def clips() -> ClipSet:
    sounds = [tone(n, 1.0) + 0.3 * hiss(n, 1.0) for n in range(4)] + [tone(5, 0.2)]
    pieces = [np.round(20_000 * sound).astype(np.int16) for sound in sounds]
    entry = ClipEntry(Path("clip.wav"), "set", "x", "", "train")
    starts = np.cumsum([0, *map(len, pieces)])
    return ClipSet((entry,) * len(pieces), np.concatenate(pieces), starts, RATE)


@pytest.fixture(scope="module")
def model(clips: ClipSet) -> BandedModel:
    torch.manual_seed(0)
    sounds = [torch.from_numpy(clips.clip(number)) for number in range(len(clips))]
    return fit(RATE, DESIGN.hop, DESIGN.n_bands, DESIGN.narrowest, DESIGN.latent_dim, sounds)


def test_the_directions_of_a_band_are_orthonormal_and_lie_inside_it(model: BandedModel) -> None:
    layout, directions = model.layout, model.directions
    assert layout.latent_dim == DESIGN.latent_dim and layout.n_bands == DESIGN.n_bands
    identity = torch.eye(directions.shape[1])
    torch.testing.assert_close(directions.T @ directions, identity, rtol=0, atol=1e-5)
    outside = model.band_of_coefficient[:, None] != model.band_of_shape[None]
    assert not directions[outside].any()


def test_the_mean_is_that_of_the_latents(model: BandedModel, clips: ClipSet) -> None:
    sounds = [torch.from_numpy(clips.clip(number))[None, None] for number in range(len(clips))]
    latents = torch.cat([model.encode(sound)[0] for sound in sounds], dim=1)
    torch.testing.assert_close(model.mean, latents.mean(1), rtol=1e-4, atol=1e-5)


def test_stretches_are_drawn_from_the_clips_at_random_gains(clips: ClipSet) -> None:
    batch = draw(clips, 60, 4_000, seeded())
    assert batch.shape == (60, 1, 4_000) and torch.equal(batch, draw(clips, 60, 4_000, seeded()))
    gain_db = []
    for row in batch[:, 0].numpy():
        for number in range(len(clips)):
            clip = clips.clip(number)[:4_000] if number == 4 else clips.clip(number)
            padded = np.pad(clip, (0, max(0, 4_000 - len(clip))))
            match = np.correlate(padded, row[:4_000], "valid")
            at = int(np.argmax(match))
            piece = padded[at : at + 4_000]
            gain = row @ piece / (piece @ piece)
            if np.allclose(row, gain * piece, atol=1e-5):
                gain_db.append(20 * np.log10(gain))
                break
        else:
            pytest.fail("a stretch of no clip")
    assert -20.01 < min(gain_db) < -14.0 and 4.0 < max(gain_db) < 10.01


def test_half_of_the_rows_are_masked_and_silenced_bands_lose_all_they_have(
    model: BandedModel,
) -> None:
    latents = torch.rand(40, DESIGN.latent_dim, 30, generator=seeded(1)) + 0.5
    masked, silent_bands = _mask(latents, DESIGN.n_bands, model.band_of_shape, seeded())
    assert torch.equal(masked[1::2], latents[1::2]) and not silent_bands[1::2].any()
    silenced = silent_bands.transpose(1, 2).bool()
    assert torch.equal(masked[:, : DESIGN.n_bands] == 0, silenced)
    assert not masked[:, DESIGN.n_bands :][silenced[:, model.band_of_shape]].any()
    assert torch.equal(masked[masked != 0], latents[masked != 0])
    # Shapes are also taken out where the level stays.
    left = ~silenced[:, model.band_of_shape] & (masked[:, DESIGN.n_bands :] == 0)
    assert left[::2].any() and silenced[::2].any()


def test_only_the_refiner_learns_and_the_loss_falls(clips: ClipSet, tmp_path: Path) -> None:
    schedule = Schedule(steps=25, batch=2, rate=5e-3, warmup=2, averaging=0.5)
    samples = draw(clips, 2, RATE, seeded(5))

    def trained(steps: int) -> BandedModel:
        planned, checkpoint = replace(schedule, steps=steps), tmp_path / "checkpoint"
        device, stop = torch.device("cpu"), CancelToken()
        return train_banded(clips, DESIGN, planned, checkpoint, device, silent, stop)

    before, after = trained(0), trained(25)
    for (name, old), new in zip(
        before.state_dict().items(), after.state_dict().values(), strict=True
    ):
        assert name.startswith("refiner.") or torch.equal(old, new), name
    with torch.no_grad():
        losses = [float(loss(model, samples, seeded(6))) for model in (before, after)]
    assert losses[1] < 0.98 * losses[0]
