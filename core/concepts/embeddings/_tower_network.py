"""The networks of a bundled audio tower: a log-mel spectrogram, convolutions, a unit vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from core.classifiers._listening import mel_bands

WINDOW, STEP = 512, 160  # samples a spectrum looks at, and from one to the next
QUIET = 2e-4  # RMS of noise below which a mel band fades into silence
SHAPE = {
    "sample_rate": 16_000,
    "mels": 64,
    "dim": 384,
    "widths": (16, 32, 64, 128),
    "wide": 320,
    "listeners": 2,
}


class Tower(nn.Module):
    """Sound to a point of a text encoder's space: the mean of what a few networks make of it.

    Shape: samples (B, N) at `sample_rate` → unit vectors (B, dim). Any length of at least a fifth
    of a second. widths, wide: see `Listener`; listeners: how many there are.
    """

    mean_sound: Tensor  # (dim,) of the places of the sounds it learnt from
    mel: Tensor  # (mels, WINDOW/2 + 1)
    window: Tensor
    quiet: Tensor

    def __init__(
        self,
        sample_rate: int,
        mels: int,
        dim: int,
        widths: Sequence[int],
        wide: int,
        listeners: int,
    ) -> None:
        super().__init__()
        mel = mel_bands(mels, WINDOW, sample_rate)
        window = torch.hann_window(WINDOW)
        quiet = QUIET**2 * window.square().sum() * mel.sum(dim=1)
        for name, value in {"mel": mel, "window": window, "quiet": quiet}.items():
            self.register_buffer(name, value, persistent=False)
        self.register_buffer("mean_sound", torch.zeros(dim))
        made = [Listener(mels, dim, widths, wide) for _ in range(listeners)]
        self.listeners = nn.ModuleList(made)

    def forward(self, samples: Tensor) -> Tensor:
        return self.placed(self.hear(samples))

    def hear(self, samples: Tensor) -> Tensor:
        """Log power of mel bands, about 0 … 1: (B, N) → (B, mels, ⌈N / STEP⌉)."""
        frames_after = -(-samples.shape[1] // STEP)
        missing = (frames_after - 1) * STEP + WINDOW - samples.shape[1]
        padded = nn.functional.pad(samples, (missing // 2, missing - missing // 2))
        frames = padded.unfold(-1, WINDOW, STEP) * self.window
        power = torch.view_as_real(torch.fft.rfft(frames)).square().sum(-1) @ self.mel.T
        return torch.log1p(power / self.quiet).transpose(1, 2) / 10.0

    def placed(self, heard: Tensor) -> Tensor:
        """Where what was heard (B, mels, T) lies in the text space, (B, dim), of length 1."""
        places = [listener.place(listener.pooled(heard)) for listener in self.every_listener()]
        return nn.functional.normalize(torch.stack(places).sum(dim=0), dim=-1)

    def every_listener(self) -> list[Listener]:
        return [each for each in self.listeners if isinstance(each, Listener)]


class Listener(nn.Module):
    """Convolutions over time and frequency, then over time; pooled by mean and maximum.

    widths: channels of the 2-D convolutions; the third keeps the rate in time, every one halves
    the frequencies. wide: channels of the convolutions along time.
    """

    def __init__(self, mels: int, dim: int, widths: Sequence[int], wide: int) -> None:
        super().__init__()
        strides = ((2, 2), (2, 2), (2, 1), (2, 2))
        steps: list[nn.Module] = []
        before = 1
        for width, stride in zip(widths, strides, strict=True):
            steps += _convolution(before, width, stride)
            before = width
        self.flat = nn.Sequential(*steps, _Around(before), nn.Flatten(1, 2))
        rows = -(-mels // 16) * before
        self.along = nn.Sequential(*_along(rows, wide), *_along(wide, wide))
        self.project = nn.Sequential(
            nn.Dropout(0.2),
            nn.Linear(2 * wide, wide),
            nn.BatchNorm1d(wide),
            nn.ReLU(),
            nn.Linear(wide, dim),
        )

    def pooled(self, heard: Tensor) -> Tensor:
        """What was heard (B, mels, T), in one vector a clip: (B, 2·wide)."""
        hidden = self.along(self.flat((heard[:, None] - 0.5) / 0.3))
        return torch.cat([hidden.mean(-1), hidden.amax(-1)], dim=-1)

    def place(self, pooled: Tensor) -> Tensor:
        """Where that lies in the text space, (B, dim), of length 1."""
        return nn.functional.normalize(self.project(pooled), dim=-1)


class _Around(nn.Module):
    """Two convolutions with a way around them. Shape: (B, width, rows, T) → the same."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(*_convolution(width, width, (1, 1)))

    def forward(self, hidden: Tensor) -> Tensor:
        around: Tensor = hidden + self.layers(hidden)
        return around


def new_tower(config: Mapping[str, Any]) -> Tower:
    """A tower of a configuration, with random weights."""
    return Tower(**{**SHAPE, **config})


def _convolution(before: int, after: int, stride: tuple[int, int]) -> list[nn.Module]:
    kernel = 5 if before == 1 else 3
    convolution = nn.Conv2d(before, after, kernel, stride, kernel // 2, bias=False)
    return [convolution, nn.BatchNorm2d(after), nn.ReLU()]


def _along(before: int, after: int) -> list[nn.Module]:
    convolution = nn.Conv1d(before, after, 3, padding=1, bias=False)
    return [convolution, nn.BatchNorm1d(after), nn.ReLU(), nn.Dropout(0.2)]
