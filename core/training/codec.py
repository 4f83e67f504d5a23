"""Training the banded codec: fit its directions, then teach the refiner what bands usually hold.

Half of the examples are masked at random, and the target is then the original with the silenced
bands taken out: what a mask leaves must sound like that part of the original.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from core.codecs.banded.model import BandedModel, fit
from core.job import CancelToken, Report, part
from core.training.data import ClipSet
from core.training.loop import Schedule, run


@dataclass(frozen=True, slots=True)
class BandedDesign:
    """What is chosen before training. narrowest: width of the lowest band, in coefficients."""

    sample_rate: int = 16_000
    hop: int = 320
    n_bands: int = 24
    narrowest: float = 4.0
    latent_dim: int = 128


def train_banded(
    clips: ClipSet,
    design: BandedDesign,
    schedule: Schedule,
    checkpoint: Path,
    device: torch.device,
    report: Report,
    cancel: CancelToken,
) -> BandedModel:
    """A banded codec trained on `clips`."""
    generator = torch.Generator().manual_seed(schedule.seed)
    report(0.0, "Fitting the bands")
    sample = torch.randperm(len(clips), generator=generator)[:1500].tolist()
    torch.manual_seed(schedule.seed)
    model = fit(
        design.sample_rate,
        design.hop,
        design.n_bands,
        design.narrowest,
        design.latent_dim,
        [torch.from_numpy(clips.clip(i)[: 2 * design.sample_rate]) for i in sample],
    ).to(device)

    def loss_of_step(generator: torch.Generator) -> Tensor:
        batch = draw(clips, schedule.batch, design.sample_rate, generator).to(device)
        return loss(model, batch, generator)

    run(model, loss_of_step, schedule, checkpoint, part(report, 0.02, 1.0), cancel)
    return model


def draw(clips: ClipSet, batch: int, length: int, generator: torch.Generator) -> Tensor:
    """`batch` random stretches of `length` samples at random gains, shape (B, 1, length)."""
    rows = []
    for index in torch.randint(len(clips), (batch,), generator=generator).tolist():
        clip = clips.clip(index)
        spare = max(0, len(clip) - length)
        start = int(torch.randint(spare + 1, (1,), generator=generator))
        piece = clip[start : start + length]
        row = np.zeros(length, np.float32)
        row[: len(piece)] = piece
        rows.append(row)
    gain_db = torch.rand(batch, 1, 1, generator=generator) * 30 - 20
    return torch.from_numpy(np.stack(rows))[:, None] * 10 ** (gain_db / 20)


def loss(model: BandedModel, samples: Tensor, generator: torch.Generator) -> Tensor:
    """Spectral distance at three resolutions plus the error of the compressed coefficients."""
    layout = model.layout
    latents = model.encode(samples)
    target = model.mdct(samples[:, 0])
    masked, silent = _mask(latents, layout.n_bands, model.band_of_shape, generator)
    target = target * (1 - silent.index_select(-1, model.band_of_coefficient))
    decoded = model.coefficients(masked)
    n_samples = samples.shape[-1]
    spectral = _spectral_distance(
        model.mdct.inverse(decoded, n_samples), model.mdct.inverse(target, n_samples)
    )
    return spectral + 0.5 * (_compressed(decoded) - _compressed(target)).abs().mean()


def _mask(
    latents: Tensor, n_bands: int, band_of_shape: Tensor, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Half of the rows with random bands silenced and random shapes taken out.

    Returns the masked latents (B, D, F) and where a band was silenced, float (B, F, bands).
    """
    rows, _, n_frames = latents.shape
    device = latents.device

    def uniform(*size: int) -> Tensor:
        return torch.rand(*size, generator=generator).to(device)

    affected = (torch.arange(rows) % 2 == 0).to(device)[:, None, None]
    share = uniform(rows, 1, 1) * 0.7
    silenced = (uniform(rows, n_bands, n_frames) < share) & affected
    missing = (uniform(rows, len(band_of_shape), n_frames) < uniform(rows, 1, 1) * 0.7) & affected
    shapes_out = missing | silenced[:, band_of_shape]
    masked = latents * (~torch.cat([silenced, shapes_out], dim=1)).float()
    return masked, silenced.float().transpose(1, 2)


def _compressed(coefficients: Tensor) -> Tensor:
    """Signed fourth-root magnitudes: quiet consonants weigh almost as much as vowels."""
    return 4 * coefficients.sign() * (coefficients.abs() + 1e-5).pow(0.25)


def _spectral_distance(decoded: Tensor, target: Tensor) -> Tensor:
    """Mean absolute log-magnitude difference over three resolutions, floor −80 dB."""
    total = decoded.new_zeros(())
    for size in (256, 512, 1024):
        window = torch.hann_window(size, device=decoded.device)
        magnitudes = [
            torch.stft(x, size, size // 4, window=window, return_complex=True).abs()
            / window.sum()
            * 2
            for x in (decoded, target)
        ]
        logs = [torch.log(magnitude + 1e-5) for magnitude in magnitudes]
        total = total + nn.functional.l1_loss(logs[0], logs[1])
    return total / 3
