"""Training the spectral codec: where it begins, what it learns, and that it can be resumed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from core.classifiers._listening import mel_bands
from core.codecs.spectral.model import SpectralModel
from core.errors import Cancelled
from core.job import CancelToken, silent
from core.training.data import ClipEntry, ClipSet
from core.training.loop import Schedule
from core.training.spectral import (
    WINDOW,
    SpectralDesign,
    begin_linear,
    log_mel,
    train_spectral,
    wave_error,
)
from tests.core.training.conftest import RATE, hiss, tone

DESIGN = SpectralDesign(width=24, blocks=1, seconds=0.3, mels=20)
SCHEDULE = Schedule(steps=60, batch=4, rate=3e-3, warmup=5, averaging=0.9)


@pytest.fixture(scope="module")
def clips() -> ClipSet:
    sounds = [tone(n, 0.5) + 0.3 * hiss(n, 0.5) for n in range(6)]
    pieces = [np.round(20_000 * sound).astype(np.int16) for sound in sounds]
    entry = ClipEntry(Path("clip.wav"), "set", "x", "", "train")
    starts = np.cumsum([0, *map(len, pieces)])
    return ClipSet((entry,) * len(pieces), np.concatenate(pieces), starts, RATE)


def trained(clips: ClipSet, folder: Path, schedule: Schedule = SCHEDULE) -> SpectralModel:
    checkpoint = folder / "checkpoint.safetensors"
    model, config = train_spectral(clips, DESIGN, schedule, checkpoint, silent, CancelToken())
    assert config["width"] == 24
    return model


def errors(model: SpectralModel, clips: ClipSet) -> Tensor:
    """Of the waveform, of the sound's spectrogram, and of the one read from the latents."""
    mel = mel_bands(20, WINDOW, RATE)
    samples = torch.stack([torch.from_numpy(clips.clip(n)) for n in range(6)])[:, None]
    with torch.no_grad():
        latents = model.encode(samples)
        decoded = model.decode(latents, samples.shape[-1])
        wanted = log_mel(samples, mel)
        told = model.read(latents.transpose(1, 2)).reshape(wanted.shape)
        sound = (log_mel(decoded, mel) - wanted).abs().mean()
        return torch.stack([wave_error(samples, decoded), sound, (told - wanted).abs().mean()])


def test_it_begins_as_a_linear_codec_and_learns_to_be_legible(
    clips: ClipSet, tmp_path: Path
) -> None:
    first = trained(clips, tmp_path / "first", replace(SCHEDULE, steps=0))
    last = trained(clips, tmp_path / "last")
    before, after = errors(first, clips), errors(last, clips)
    assert before[0] < -0.5  # 5 dB, of tones in noise
    assert (after[1:] < before[1:]).all() and after[2] < 0.8 * before[2]
    assert last.mean.abs().max() > 0


def test_the_matrices_undo_each_other_at_the_beginning(clips: ClipSet) -> None:
    model = SpectralModel(
        {"sample_rate": RATE, "hop": 320, "latent_dim": 128, "width": 8, "blocks": 1, "told": 40}
    )
    begin_linear(model, [torch.from_numpy(clips.clip(n)) for n in range(6)])
    there_and_back = model.project.weight @ model.restore.weight
    wanted = torch.diag(torch.tensor([1.0] * 88 + [0.0] * 40))
    torch.testing.assert_close(there_and_back, wanted, rtol=0, atol=1e-3)


def test_a_stopped_and_resumed_training_is_the_one_without_a_break(
    clips: ClipSet, tmp_path: Path
) -> None:
    schedule = replace(SCHEDULE, steps=6)
    whole = trained(clips, tmp_path / "whole", schedule)
    cancel = CancelToken()

    def stop(share: float, stage: str) -> None:
        if share > 0.4:
            cancel.set()

    checkpoint = tmp_path / "broken" / "checkpoint.safetensors"
    with pytest.raises(Cancelled):
        train_spectral(clips, DESIGN, schedule, checkpoint, stop, cancel)
    resumed = trained(clips, tmp_path / "broken", schedule)
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_the_spectrogram_of_a_louder_sound_is_higher_by_its_gain() -> None:
    mel = mel_bands(20, WINDOW, RATE)
    sound = torch.randn(1, 1, RATE, generator=torch.Generator().manual_seed(0))
    rise = log_mel(2 * sound, mel) - log_mel(sound, mel)
    assert rise.shape == (1, 100, 20)
    torch.testing.assert_close(rise, torch.full_like(rise, 0.6931), rtol=0, atol=1e-2)


def test_the_error_of_the_waveform_is_in_tens_of_decibels() -> None:
    sound = torch.randn(2, 1, RATE, generator=torch.Generator().manual_seed(0))
    assert float(wave_error(sound, 0.9 * sound)) == pytest.approx(-2.0, abs=1e-3)
