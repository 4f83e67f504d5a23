"""Training the neural codec: its waveform, its spectrogram, and how well speech is understood."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from core.classifiers._listening import mel_bands
from core.codecs.banded.layout import growing_edges
from core.codecs.neural.model import NeuralModel
from core.job import CancelToken, Report, until_cancelled
from core.training.data import ClipSet
from core.training.loop import Schedule, run
from core.training.pool import stretches
from core.training.spectral import STEP, WINDOW, log_mel, wave_error

LOOKED_AT = 1000  # clips, for the mean latent
AT_ONCE = 32  # of them
SYLLABLE = 40  # spectra that intelligibility is judged over, where there are: 0.4 s, as in STOI
AUDIBLE = 1e-3  # energy of a frame
LOWEST = 150.0  # Hz that STOI hears


@dataclass(frozen=True, slots=True)
class NeuralDesign:
    """What is chosen before training.

    n_bands, narrowest: the levels, see `growing_edges`. tilt, width, blocks: see `NeuralModel`.
    mels: bands of the spectrogram compared. seconds: of a stretch. gain_db: range by which a
    stretch's loudness varies. sound, speech, strength: weights of the log-mel distance, of the
    loss of intelligibility and of what the ranking network did not expect, beside the error of the
    waveform. masked: share of the stretches of which a part of the latents is silenced; they
    should decode to what was in the bands whose levels are left.
    """

    sample_rate: int = 16_000
    hop: int = 320
    latent_dim: int = 128
    n_bands: int = 20
    narrowest: float = 6.0
    tilt: float = 1.0
    width: int = 256
    blocks: int = 2
    mels: int = 40
    seconds: float = 0.6
    gain_db: tuple[float, float] = (-12.0, 6.0)
    sound: float = 0.5
    speech: float = 5.0
    strength: float = 0.2
    masked: float = 0.33


def train_neural(
    clips: ClipSet,
    design: NeuralDesign,
    schedule: Schedule,
    checkpoint: Path,
    report: Report,
    cancel: CancelToken,
) -> tuple[NeuralModel, dict[str, object]]:
    """A neural codec and its configuration; goes on from the checkpoint when there is one."""
    torch.manual_seed(schedule.seed)
    shared = ("sample_rate", "hop", "latent_dim", "tilt", "width", "blocks")
    config: dict[str, object] = {name: asdict(design)[name] for name in shared}
    config["edges"] = list(growing_edges(design.hop, design.n_bands, design.narrowest))
    model = NeuralModel(config)
    length = round(design.seconds * design.sample_rate)
    mel = mel_bands(design.mels, WINDOW, design.sample_rate)
    thirds = third_octaves(design.sample_rate)

    def loss_of_step(generator: torch.Generator) -> Tensor:
        picks = torch.randint(len(clips), (schedule.batch,), generator=generator).tolist()
        samples = stretches(clips, picks, length, generator)
        low, high = design.gain_db
        gain = low + (high - low) * torch.rand(len(picks), 1, generator=generator)
        samples = samples * 10 ** (gain / 20)
        coefficients = model.mdct(samples)
        latents = model.latents(coefficients)
        rows = torch.rand(len(picks), 1, 1, generator=generator) < design.masked
        kept = kept_cells(latents, generator) | ~rows
        decoded = model.mdct.inverse(model.coefficients(latents * kept), length)[:, None]
        left = coefficients * (kept[..., : model.n_bands].to(samples) @ model.indicator.T)
        wanted = model.mdct.inverse(left, length)[:, None]
        loss: Tensor = wave_error(wanted, decoded)
        distance = (log_mel(decoded, mel) - log_mel(wanted, mel)).abs().mean()
        loss = loss + design.sound * distance + design.speech * garbled(wanted, decoded, thirds)
        return loss + design.strength * surprise(model, coefficients)

    run(model, loss_of_step, schedule, checkpoint, report, cancel)
    generator = torch.Generator().manual_seed(schedule.seed)
    some = torch.randperm(len(clips), generator=generator)[:LOOKED_AT].tolist()
    with torch.no_grad():
        rows = torch.split(stretches(clips, some, length, generator)[:, None], AT_ONCE)
        latents = torch.cat([model.encode(part) for part in until_cancelled(rows, cancel)])
        model.mean.copy_(latents.mean(dim=(0, 2)))
    return model, config


def surprise(model: NeuralModel, coefficients: Tensor) -> Tensor:
    """How little the network that ranks expects the power of each coefficient (B, F, hop).

    The divergence of Itakura & Saito 1968 is least where the expected power is the mean of what
    there is; a choice of the strongest by it leaves the least energy unsaid. Frames without sound
    do not count.
    """
    level, unit = model.analysed(coefficients)
    expected = 2 * model.expected(level).clamp(-4.0, 4.0)
    power = unit.square() + 1e-3
    divergence = (power * (-expected).exp() + expected - power.log() - 1).mean(dim=-1)
    energy = coefficients.square().sum(dim=-1)
    return (divergence * energy / (energy + AUDIBLE)).mean()


def kept_cells(latents: Tensor, generator: torch.Generator) -> Tensor:
    """A boolean mask (B, F, D) of cells as explanations leave them.

    Row by row one of: cells at random, whole frames, whole dimensions, or only the largest cells;
    from none to nearly all of them are lost.
    """
    rows, frames, dimensions = latents.shape
    share = 0.95 * torch.rand(rows, 1, 1, generator=generator)
    kind = torch.randint(4, (rows, 1, 1), generator=generator)
    shapes = ((rows, frames, dimensions), (rows, frames, 1), (rows, 1, dimensions))
    scattered, whole, row = (torch.rand(shape, generator=generator) >= share for shape in shapes)
    sizes = latents.detach().abs().flatten(1)
    place = (share.flatten() * (sizes.shape[1] - 1)).long()[:, None]
    largest = sizes >= sizes.sort(dim=1).values.gather(1, place)
    kept = torch.where(kind == 0, scattered, torch.where(kind == 1, whole, row))
    return torch.where(kind == 3, largest.view_as(latents), kept)


def third_octaves(sample_rate: int) -> Tensor:
    """The bands STOI hears (Taal et al. 2011), as weights of spectral power, (15, bins)."""
    hertz = torch.linspace(0, sample_rate / 2, WINDOW // 2 + 1)
    middles = LOWEST * 2 ** (torch.arange(15) / 3)
    low, high = middles[:, None] * 2 ** (-1 / 6), middles[:, None] * 2 ** (1 / 6)
    return ((hertz >= low) & (hertz < high)).float()


def garbled(samples: Tensor, decoded: Tensor, bands: Tensor) -> Tensor:
    """How far the envelopes of third octaves are from correlated, as STOI judges speech.

    samples, decoded: (B, 1, N). Mean of 1 − correlation over bands and stretches of 0.4 s.
    """
    said, heard = (_envelopes(sound, bands) for sound in (samples, decoded))
    agreement = nn.functional.cosine_similarity(said, heard, dim=-1, eps=1e-3)
    loud = said.norm(dim=-1) > 0.1
    loss: Tensor = ((1 - agreement) * loud).sum() / loud.sum().clamp(min=1)
    return loss


def _envelopes(sound: Tensor, bands: Tensor) -> Tensor:
    """Stretches of the envelopes of bands, centred, (B, stretches, bands, SYLLABLE or all)."""
    margin = (WINDOW - STEP) // 2
    padded = nn.functional.pad(sound[:, 0], (margin, WINDOW - STEP - margin))
    frames = padded.unfold(-1, WINDOW, STEP) * torch.hann_window(WINDOW)
    power = torch.view_as_real(torch.fft.rfft(frames)).square().sum(-1) @ bands.T
    length = min(SYLLABLE, power.shape[1])
    envelopes = (power + 1e-4).sqrt().unfold(1, length, SYLLABLE // 4)
    return envelopes - envelopes.mean(dim=-1, keepdim=True)
