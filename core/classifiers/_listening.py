"""What a head hears in banded latents: a log-mel spectrogram, computed from them and nothing else.

The latents of the banded codec say the MDCT coefficients of a sound and the energy of what they
leave out. Both are turned into mel bands by fixed, differentiable steps, so that a head may look at
what speech recognition has always looked at while relevance still lands on the latents.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from core.codecs._mdct import Mdct
from core.codecs.banded.layout import BandLayout
from core.codecs.banded.model import LEVEL_SCALE, LOUDEST

WINDOW, STEPS = 512, 2  # samples a spectrum looks at; spectra a latent frame
QUIET = 2e-4  # RMS per coefficient below which a mel band fades into silence
LOWEST = 60.0  # Hz


class LogMel(nn.Module):
    """Shape: latents (B, D, F) → log power of mel bands (B, mels, 2·F), spread about 0 … 1.

    directions: the codec's, (hop, Σ shapes), see `hear`; until then the lowest coefficients.
    """

    directions: Tensor
    window: Tensor
    mel: Tensor  # (mels, WINDOW/2 + 1)
    of_rest: Tensor  # (mels, bands)
    indicator: Tensor  # (hop, bands)
    band_of_shape: Tensor
    root_width: Tensor

    def __init__(self, layout: Mapping[str, Any], mels: int) -> None:
        super().__init__()
        self.layout = bands = BandLayout.from_config(layout)
        self.mdct = Mdct(bands.hop)
        lowest = [torch.eye(w, k) for w, k in zip(bands.widths, bands.shapes, strict=True)]
        directions: Tensor = torch.block_diag(*lowest)  # type: ignore[no-untyped-call]
        self.register_buffer("directions", directions)
        widths = torch.tensor(bands.widths)
        numbers = torch.arange(bands.n_bands)
        indicator = nn.functional.one_hot(numbers.repeat_interleave(widths)).float()
        mel = mel_bands(mels, WINDOW, bands.sample_rate)
        hertz = torch.linspace(0, bands.sample_rate / 2, WINDOW // 2 + 1)
        band_of_bin = torch.bucketize(hertz, torch.tensor(bands.edges_hz[1:-1]), right=True)
        window = torch.hann_window(WINDOW)
        # Noise of variance v in every coefficient has power v · Σ window² in every bin.
        of_bin = nn.functional.one_hot(band_of_bin, bands.n_bands) / widths * window.square().sum()
        derived = {
            "window": window,
            "mel": mel,
            "of_rest": mel @ of_bin,
            "indicator": indicator,
            "band_of_shape": numbers.repeat_interleave(torch.tensor(bands.shapes)),
            "root_width": widths.sqrt(),
        }
        for name, value in derived.items():
            self.register_buffer(name, value, persistent=False)

    def forward(self, latents: Tensor) -> Tensor:
        bands = self.layout
        z = latents.transpose(1, 2)
        level, shape = z[..., : bands.n_bands], z[..., bands.n_bands :]
        rms = torch.expm1(LEVEL_SCALE * level.clamp(0.0, 5.0)) * bands.floor
        norm = rms.clamp(max=LOUDEST) * self.root_width
        scale = norm + bands.floor * self.root_width
        said = (shape * scale.index_select(-1, self.band_of_shape)) @ self.directions.T
        rest = (norm.square() - said.square() @ self.indicator).clamp(min=0.0)
        power = self._spectra(said) @ self.mel.T
        power = power + (rest @ self.of_rest.T).repeat_interleave(STEPS, dim=1)
        quiet = QUIET**2 * self.window.square().sum() * self.mel.sum(dim=1)
        return torch.log1p(power / quiet).transpose(1, 2) / 10.0

    def _spectra(self, coefficients: Tensor) -> Tensor:
        """Power spectra of the sound of (B, F, hop): (B, STEPS·F, bins), evenly over each frame."""
        n_samples = coefficients.shape[1] * self.layout.hop
        sound = self.mdct.inverse(coefficients, n_samples)
        step = self.layout.hop // STEPS
        margin = (WINDOW - step) // 2
        padded = nn.functional.pad(sound, (margin, WINDOW - step - margin))
        frames = padded.unfold(-1, WINDOW, step) * self.window
        return torch.view_as_real(torch.fft.rfft(frames)).square().sum(-1)


def mel_bands(count: int, window: int, sample_rate: int) -> Tensor:
    """Triangles of equal width in mel, from 60 Hz to half the rate: (count, window/2 + 1)."""
    hertz = torch.linspace(0, sample_rate / 2, window // 2 + 1)
    ends = torch.tensor([LOWEST, sample_rate / 2])
    low, high = (2595 * torch.log10(1 + ends / 700)).tolist()
    corners = 700 * (10 ** (torch.linspace(low, high, count + 2) / 2595) - 1)
    rise = (hertz[None] - corners[:-2, None]) / (corners[1:-1] - corners[:-2])[:, None]
    fall = (corners[2:, None] - hertz[None]) / (corners[2:] - corners[1:-1])[:, None]
    return torch.minimum(rise, fall).clamp(min=0.0)
