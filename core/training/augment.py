"""Variations of a batch of clips, so that few clips teach as if they were many.

All functions take and return samples (B, N) and draw from the given generator only.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How far each variation goes; 0 turns it off.

    shift: seconds either way. speed: relative, pitch follows. gain_db: range above and below.
    noise: share of the clips that get noise, at snr_db (low, high). room: share of the clips put
    into a made-up room. mask: largest share of the frames and of the bands or dimensions silenced.
    """

    shift: float = 0.1
    speed: float = 0.12
    gain_db: tuple[float, float] = (-18.0, 6.0)
    noise: float = 0.6
    snr_db: tuple[float, float] = (3.0, 30.0)
    room: float = 0.3
    mask: float = 0.2


def vary(
    samples: Tensor,
    backgrounds: Tensor | None,
    sample_rate: int,
    how: Augmentation,
    generator: torch.Generator,
) -> Tensor:
    """A varied copy. backgrounds: (M, N) recorded noise to mix in beside synthetic noise."""
    varied = stretched(samples, how, sample_rate, generator)
    if how.room:
        varied = in_rooms(varied, how.room, sample_rate, generator)
    low, high = how.gain_db
    gain = low + (high - low) * torch.rand(len(samples), 1, generator=generator)
    varied = varied * 10 ** (gain / 20)
    if how.noise:
        varied = in_noise(varied, backgrounds, how, generator)
    return varied.clamp(-1.0, 1.0)


def stretched(
    samples: Tensor, how: Augmentation, sample_rate: int, generator: torch.Generator
) -> Tensor:
    """Played faster or slower and shifted in time, by linear interpolation."""
    rows, length = samples.shape
    speed = 1 + how.speed * (2 * torch.rand(rows, 1, generator=generator) - 1)
    shift = how.shift * sample_rate * (2 * torch.rand(rows, 1, generator=generator) - 1)
    centre = length / 2
    position = (torch.arange(length) - centre) * speed + centre + shift
    left = position.floor().long()
    share = (position - left).to(samples.dtype)
    padded = nn.functional.pad(samples, (1, 2))  # index 0 and the last two are silence

    def at(index: Tensor) -> Tensor:
        return padded.gather(1, (index + 1).clamp(0, length + 2))

    return at(left) * (1 - share) + at(left + 1) * share


def in_rooms(samples: Tensor, share: float, sample_rate: int, generator: torch.Generator) -> Tensor:
    """Some rows convolved with exponentially decaying noise: rooms of RT60 0.1 … 0.6 s."""
    rows, length = samples.shape
    n = int(0.3 * sample_rate)
    time = torch.arange(n) / sample_rate
    rt60 = 0.1 + 0.5 * torch.rand(rows, 1, generator=generator)
    tail = torch.randn(rows, n, generator=generator) * torch.exp(-6.91 * time / rt60)
    tail = tail / tail.norm(dim=1, keepdim=True)
    reverberant = 0.1 + 0.6 * torch.rand(rows, 1, generator=generator)
    impulse = tail * reverberant
    impulse[:, 0] = 1.0
    chosen = (torch.rand(rows, 1, generator=generator) < share).flatten().nonzero().flatten()
    if not len(chosen):  # which the transform refuses
        return samples
    size = 1 << (length + n - 1).bit_length()
    spectrum = torch.fft.rfft(samples[chosen], size) * torch.fft.rfft(impulse[chosen], size)
    return samples.index_copy(0, chosen, torch.fft.irfft(spectrum, size)[:, :length])


def in_noise(
    samples: Tensor,
    backgrounds: Tensor | None,
    how: Augmentation,
    generator: torch.Generator,
) -> Tensor:
    """Some rows in noise: recorded where there is some, else coloured between white and brown."""
    rows, length = samples.shape
    noise = coloured_noise(rows, length, generator)
    if backgrounds is not None and len(backgrounds):
        picks = torch.randint(len(backgrounds), (rows,), generator=generator)
        recorded = backgrounds[picks].roll(
            int(torch.randint(length, (1,), generator=generator)), dims=1
        )
        noise = torch.where(torch.rand(rows, 1, generator=generator) < 0.5, recorded, noise)
    low, high = how.snr_db
    snr = low + (high - low) * torch.rand(rows, 1, generator=generator)
    level = samples.square().mean(dim=1, keepdim=True).sqrt() + 1e-5
    noise_level = noise.square().mean(dim=1, keepdim=True).sqrt() + 1e-6
    scaled = noise * level / noise_level * 10 ** (-snr / 20)
    chosen = torch.rand(rows, 1, generator=generator) < how.noise
    return torch.where(chosen, samples + scaled, samples)


def coloured_noise(rows: int, length: int, generator: torch.Generator) -> Tensor:
    """Noise whose power falls with frequency as f^0 … f^−2, RMS 1, shape (rows, length)."""
    spectrum = torch.fft.rfft(torch.randn(rows, length, generator=generator))
    slope = torch.rand(rows, 1, generator=generator)
    frequency = torch.arange(1, spectrum.shape[1] + 1)
    noise: Tensor = torch.fft.irfft(spectrum * frequency.pow(-slope), length)
    loudness: Tensor = noise.square().mean(dim=1, keepdim=True).sqrt()
    return noise / loudness


def masked(
    latents: Tensor, bands: Tensor | None, share: float, generator: torch.Generator
) -> Tensor:
    """Latents (B, D, F) with random stretches of frames and random bands (or dimensions) zeroed.

    bands: band of each dimension (D,), or None. A head that has seen holes judges explanations,
    which consist of holes, by what is there rather than by how odd they look.
    """
    if not share:
        return latents
    rows, n_dims, n_frames = latents.shape
    groups = bands if bands is not None else torch.arange(n_dims)
    n_groups = int(groups.max()) + 1
    widths = share * torch.rand(rows, 2, generator=generator)
    frame = _stretch(rows, n_frames, widths[:, :1], generator)
    band = _stretch(rows, n_groups, widths[:, 1:], generator)[:, groups]
    scattered = torch.rand(rows, n_groups, n_frames, generator=generator)
    scattered = (scattered < widths[:, :1, None] * 2)[:, groups]
    third = torch.randint(3, (rows, 1, 1), generator=generator)
    holes = (frame[:, None, :] | band[:, :, None]) & (third == 0) | scattered & (third == 1)
    return latents * (~holes).to(latents)


def _stretch(rows: int, size: int, share: Tensor, generator: torch.Generator) -> Tensor:
    """Boolean (rows, size) with one run of share·size, anywhere."""
    start = torch.rand(rows, 1, generator=generator) * (1 - share)
    place = torch.arange(size)[None] / size
    return (place >= start) & (place < start + share)
