"""Training the spectral codec: sound, a legible log-mel spectrogram, and latents that return."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from core.classifiers._listening import mel_bands
from core.codecs._linear_model import fit
from core.codecs.spectral.model import SpectralModel
from core.job import CancelToken, Report, until_cancelled
from core.training.data import ClipSet
from core.training.loop import Schedule, run
from core.training.pool import stretches

WINDOW, STEP = 512, 160  # samples; two spectra a latent frame
AUDIBLE = 1e-3  # amplitude of a mel band below which differences do not count
FREE = 40  # dimensions that begin without a part of the waveform


@dataclass(frozen=True, slots=True)
class SpectralDesign:
    """What is chosen before training.

    width, blocks: of the ConvNeXt stacks. mels: bands of the spectrogram. seconds: of a stretch.
    sound, legible, returning: weights of the three losses beside the error of the waveform: the
    log-mel distance of the decoded sound, that of the spectrogram read from the latents, and how
    far masked latents are from those of the sound they decode to. masked: largest share of the
    latents silenced, for the last.
    """

    sample_rate: int = 16_000
    hop: int = 320
    latent_dim: int = 128
    width: int = 160
    blocks: int = 2
    mels: int = 40
    seconds: float = 0.6
    sound: float = 1.0
    legible: float = 0.5
    returning: float = 0.3
    masked: float = 0.8


def train_spectral(
    clips: ClipSet,
    design: SpectralDesign,
    schedule: Schedule,
    checkpoint: Path,
    report: Report,
    cancel: CancelToken,
) -> tuple[SpectralModel, dict[str, object]]:
    """A spectral codec and its configuration; goes on from the checkpoint when there is one."""
    torch.manual_seed(schedule.seed)
    config: dict[str, object] = {
        "sample_rate": design.sample_rate,
        "hop": design.hop,
        "latent_dim": design.latent_dim,
        "width": design.width,
        "blocks": design.blocks,
        "told": design.mels * design.hop // STEP,
    }
    model = SpectralModel(config)
    length = round(design.seconds * design.sample_rate)
    generator = torch.Generator().manual_seed(schedule.seed)
    some = torch.randperm(len(clips), generator=generator)[:1000].tolist()
    begin_linear(model, [*stretches(clips, some, length, generator)], cancel)
    mel = mel_bands(design.mels, WINDOW, design.sample_rate)

    def loss_of_step(generator: torch.Generator) -> Tensor:
        picks = torch.randint(len(clips), (schedule.batch,), generator=generator).tolist()
        samples = stretches(clips, picks, length, generator)[:, None]
        latents = model.encode(samples)
        decoded = model.decode(latents, length)
        wanted = log_mel(samples, mel)
        told = model.read(latents.transpose(1, 2)).reshape(len(picks), -1, design.mels)
        loss: Tensor = wave_error(samples, decoded)
        loss = loss + design.sound * (log_mel(decoded, mel) - wanted).abs().mean()
        loss = loss + design.legible * (told - wanted).abs().mean()
        if design.returning:
            share = design.masked * torch.rand(len(picks), 1, 1, generator=generator)
            keep = torch.rand(latents.shape, generator=generator) >= share
            left = latents.detach() * keep
            back = model.encode(model.decode(left, length))
            loss = loss + design.returning * (back - left).square().mean()
        return loss

    run(model, loss_of_step, schedule, checkpoint, report, cancel)
    with torch.no_grad():
        rows = until_cancelled(stretches(clips, some, length, generator), cancel)
        frames = [model.encode(row[None, None])[0] for row in rows]
        model.mean.copy_(torch.cat(frames, dim=1).mean(dim=1))
    return model, config


def begin_linear(
    model: SpectralModel, sounds: list[Tensor], cancel: CancelToken | None = None
) -> None:
    """Set the matrices to the linear codec's of all dimensions but `FREE`. Raises: Cancelled."""
    latent_dim = len(model.mean)
    linear = fit(model.sample_rate, model.mdct.hop, latent_dim - FREE, sounds, cancel)
    with torch.no_grad():
        model.project.weight[:-FREE] = (linear.directions / linear.scale).T
        model.project.weight[-FREE:] = 0.0
        model.restore.weight[:, :-FREE] = linear.directions * linear.scale
        model.restore.weight[:, -FREE:] = 0.0
        nn.init.normal_(model.look[-1].weight[-FREE:], std=0.05)  # type: ignore[index]


def wave_error(samples: Tensor, decoded: Tensor) -> Tensor:
    """Logarithm (base 10) of the energy of the error relative to the sound's, mean over clips."""
    error = (samples - decoded).square().mean(dim=-1)
    return torch.log10((error + 1e-7) / (samples.square().mean(dim=-1) + 1e-6)).mean()


def log_mel(samples: Tensor, mel: Tensor) -> Tensor:
    """(B, 1, N) → natural log of the amplitude of mel bands, (B, N / STEP, mels)."""
    margin = (WINDOW - STEP) // 2
    padded = nn.functional.pad(samples[:, 0], (margin, WINDOW - STEP - margin))
    frames = padded.unfold(-1, WINDOW, STEP) * torch.hann_window(WINDOW)
    power = torch.view_as_real(torch.fft.rfft(frames)).square().sum(-1) @ mel.T
    quiet = AUDIBLE**2 * WINDOW * mel.sum(dim=1)
    return 0.5 * torch.log(power + quiet)
