"""A classifier that hears low and high sounds, and streams of such sounds."""

from __future__ import annotations

import numpy as np
import torch

from core.classifiers import ClassifierSpec
from core.models import Toolbox
from tests.fakes import ToyCodec

RATE = 8_000
LOW, HIGH = 300.0, 2_500.0


class PitchClassifier(torch.nn.Module):
    """low, high or silence, by the energy below and above a quarter of the Nyquist frequency."""

    def __init__(self) -> None:
        super().__init__()
        self.spec = ClassifierSpec(
            id="pitch",
            label="Pitch",
            digest="fedcba9876543210",
            labels=("low", "high", "silence"),
            codec_id="toy",
            codec_digest="0123456789abcdef",
            window=1.0,
            minimum=0.1,
            background=("silence",),
        )
        self.eval()

    def logits(self, latents):
        low = latents[:, :4].square().sum(dim=(1, 2))
        high = latents[:, 4:].square().sum(dim=(1, 2))
        return torch.stack([low / 4, high / 4, torch.full_like(low, 12.0)], dim=1)


def pitch_toolbox() -> Toolbox:
    return Toolbox(ToyCodec(), PitchClassifier(), torch.device("cpu"))


def stream(*words, seconds=8.0, rate=RATE):
    """Silence with tones: each word is (frequency, start, length in s). → float32 (n, 1)."""
    samples = np.zeros(round(seconds * rate), dtype=np.float32)
    for frequency, start, length in words:
        time = np.arange(round(length * rate)) / rate
        first = round(start * rate)
        samples[first : first + len(time)] = 0.4 * np.sin(2 * np.pi * frequency * time)
    return samples[:, None]
