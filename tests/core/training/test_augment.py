from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from core.training.augment import (
    Augmentation,
    coloured_noise,
    in_noise,
    in_rooms,
    masked,
    stretched,
    vary,
)

RATE, LENGTH = 16_000, 8_000
NOTHING = Augmentation(
    shift=0.0, speed=0.0, gain_db=(0.0, 0.0), noise=0.0, snr_db=(0.0, 0.0), room=0.0, mask=0.0
)
FULL = Augmentation(noise=1.0, room=1.0)
BANDS = torch.tensor([0, 0, 1, 1, 1, 2, 3, 3])


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def clips(rows: int = 5) -> Tensor:
    return 0.3 * torch.randn(rows, LENGTH, generator=seeded(9)).clamp(-3, 3)


Vary = Callable[[Tensor, torch.Generator], Tensor]
ALL: dict[str, Vary] = {
    "vary": lambda x, g: vary(x, None, RATE, FULL, g),
    "vary with backgrounds": lambda x, g: vary(x, clips(3), RATE, FULL, g),
    "stretched": lambda x, g: stretched(x, FULL, RATE, g),
    "in_rooms": lambda x, g: in_rooms(x, 1.0, RATE, g),
    "in_noise": lambda x, g: in_noise(x, None, FULL, g),
    "in_noise with backgrounds": lambda x, g: in_noise(x, clips(3), FULL, g),
}
each = pytest.mark.parametrize("function", ALL.values(), ids=ALL.keys())


@each
def test_the_shape_is_kept_and_the_input_too(function: Vary) -> None:
    samples = clips()
    varied = function(samples, seeded())
    assert varied.shape == samples.shape and varied.dtype == torch.float32
    assert varied.isfinite().all()
    assert torch.equal(samples, clips())
    assert not torch.equal(varied, samples)


@each
def test_the_generator_decides_and_nothing_else(function: Vary) -> None:
    state = torch.get_rng_state()
    first = function(clips(), seeded(1))
    torch.rand(7)
    assert torch.equal(first, function(clips(), seeded(1)))
    assert not torch.equal(first, function(clips(), seeded(2)))
    torch.set_rng_state(state)
    function(clips(), seeded(1))
    assert torch.equal(torch.get_rng_state(), state)


def test_settings_of_nought_change_nothing() -> None:
    assert torch.equal(vary(clips(), clips(2), RATE, NOTHING, seeded()), clips())
    latents = torch.randn(4, 8, 20, generator=seeded())
    assert torch.equal(masked(latents, BANDS, 0.0, seeded()), latents)


@pytest.mark.parametrize("snr_db", [0.0, 10.0, 25.0])
@pytest.mark.parametrize("backgrounds", [None, clips(3)], ids=["made up", "recorded"])
def test_noise_stands_at_the_stated_distance(snr_db: float, backgrounds: Tensor | None) -> None:
    how = replace(FULL, snr_db=(snr_db, snr_db))
    samples = clips(20)
    noise = in_noise(samples, backgrounds, how, seeded()) - samples
    ratio = samples.square().mean(1) / noise.square().mean(1)
    torch.testing.assert_close(
        10 * torch.log10(ratio), torch.full((20,), snr_db), rtol=0, atol=0.05
    )


def test_only_the_stated_share_of_clips_gets_noise_and_rooms() -> None:
    samples = clips(1).expand(400, -1)[:, :500]
    noisy = (in_noise(samples, None, replace(FULL, noise=0.3), seeded()) != samples).any(1)
    roomy = (in_rooms(samples, 0.3, RATE, seeded()) != samples).any(1)
    for changed in (noisy, roomy):
        assert 0.22 < changed.float().mean() < 0.38


def test_silence_gets_next_to_no_noise() -> None:
    assert in_noise(torch.zeros(3, LENGTH), None, FULL, seeded()).abs().max() < 1e-4


def test_gain_stays_within_its_range_and_nothing_exceeds_full_scale() -> None:
    how = replace(NOTHING, gain_db=(-12.0, 6.0))
    samples = 0.1 * clips(50)
    gain = vary(samples, None, RATE, how, seeded()).norm(dim=1) / samples.norm(dim=1)
    gain_db = 20 * torch.log10(gain)
    assert gain_db.min() >= -12.01 and gain_db.max() <= 6.01
    assert gain_db.max() - gain_db.min() > 12.0
    loud = vary(5 * clips(), None, RATE, how, seeded())
    assert loud.abs().max() <= 1.0


def test_a_shift_moves_a_click_by_at_most_so_much() -> None:
    click = torch.zeros(40, LENGTH)
    click[:, LENGTH // 2] = 1.0
    moved = stretched(click, replace(NOTHING, shift=0.1), RATE, seeded())
    place = (moved * torch.arange(LENGTH)).sum(1) / moved.sum(1) - LENGTH // 2
    assert place.abs().max() <= 0.1 * RATE + 1 and place.std() > 0.03 * RATE
    torch.testing.assert_close(moved.sum(1), torch.ones(40), rtol=0, atol=1e-2)


def test_speed_changes_the_pitch_by_at_most_so_much() -> None:
    t = torch.arange(RATE) / RATE
    tone = torch.sin(2 * torch.pi * 1_000 * t).expand(40, -1)
    faster = stretched(tone, replace(NOTHING, speed=0.12), RATE, seeded())
    pitch = torch.fft.rfft(faster[:, 4_000:12_000]).abs().argmax(1) * RATE / 8_000
    assert pitch.min() >= 878 and pitch.max() <= 1_122
    assert pitch.max() - pitch.min() > 150


def test_what_is_shifted_in_is_silence() -> None:
    moved = stretched(torch.ones(30, LENGTH), replace(NOTHING, shift=0.1), RATE, seeded())
    ends = torch.stack([moved[:, 0], moved[:, -1]])
    assert ((ends == 0.0).any(0)).all()
    assert moved.min() == 0.0 and moved.max() == 1.0


def test_a_room_keeps_the_direct_sound_and_adds_what_follows() -> None:
    click = torch.zeros(10, LENGTH)
    click[:, 1_000] = 1.0
    wet = in_rooms(click, 1.0, RATE, seeded())
    torch.testing.assert_close(wet[:, 1_000], torch.ones(10), rtol=0, atol=1e-4)
    assert wet[:, :1_000].abs().max() < 1e-4
    tail = wet[:, 1_001:].norm(dim=1)
    assert tail.min() >= 0.09 and tail.max() <= 0.71
    assert (wet[:, 1_001:2_000].norm(dim=1) > wet[:, 4_000:5_000].norm(dim=1)).all()


def test_noise_is_coloured_between_white_and_brown_at_rms_one() -> None:
    noise = coloured_noise(50, LENGTH, seeded())
    torch.testing.assert_close(noise.square().mean(1), torch.ones(50))
    power = torch.fft.rfft(noise).abs().square()
    low, high = power[:, 10:100].mean(1), power[:, 1_000:].mean(1)
    fall_db = 10 * torch.log10(low / high)
    assert fall_db.min() < 5.0 and fall_db.max() > 20.0 and fall_db.min() > -3.0


def test_masked_latents_are_kept_or_nought() -> None:
    latents = torch.rand(200, 8, 30, generator=seeded()) + 1.0
    holes = masked(latents, BANDS, 0.4, seeded())
    assert torch.equal(holes[holes != 0], latents[holes != 0])
    share = (holes == 0).float().mean((1, 2))
    assert 0.2 < (share == 0).float().mean() < 0.5  # a third is left whole
    assert share.max() < 0.9
    assert torch.equal(holes, masked(latents, BANDS, 0.4, seeded()))


@pytest.mark.parametrize("bands", [BANDS, None])
def test_holes_take_whole_bands(bands: Tensor | None) -> None:
    latents = torch.ones(100, 8, 30)
    holes = masked(latents, bands, 0.5, seeded())
    numbers = torch.arange(8) if bands is None else bands
    for band in numbers.unique():
        together = holes[:, numbers == band]
        assert (together == together[:, :1]).all()


def test_in_no_room_at_all_a_batch_stays_as_it_is() -> None:
    samples = torch.randn(2, 1_000, generator=seeded())
    assert torch.equal(in_rooms(samples, 0.0, RATE, seeded()), samples)
