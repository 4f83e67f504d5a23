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
MOST_OF_RATE = 0.9  # a sound's highest frequency, in half its rate; windows need the rest
LOWEST = 60.0  # Hz
ROUNDING = 1e-5  # of an energy in float32


class LogMel(nn.Module):
    """Shape: latents (B, D, F) → log power of mel bands (B, mels, 2·F), spread about 0 … 1.

    directions: the codec's, (hop, Σ shapes), see `hear`; until then the lowest coefficients.
    """

    directions: Tensor
    window: Tensor
    quiet: Tensor  # (mels,)
    of_parts: Tensor  # (mels, 2·bins) for real and imaginary parts
    of_rest: Tensor  # (mels, bands)
    indicator: Tensor  # (Σ shapes, bands)
    band_of_shape: Tensor
    root_width: Tensor

    def __init__(self, layout: Mapping[str, Any], mels: int) -> None:
        super().__init__()
        self.layout = bands = BandLayout.from_config(layout)
        lowest = [torch.eye(w, k) for w, k in zip(bands.widths, bands.shapes, strict=True)]
        directions: Tensor = torch.block_diag(*lowest)  # type: ignore[no-untyped-call]
        self.register_buffer("directions", directions)
        widths = torch.tensor(bands.widths)
        numbers = torch.arange(bands.n_bands)
        mel = mel_bands(mels, WINDOW, bands.sample_rate)
        band_of_shape = numbers.repeat_interleave(torch.tensor(bands.shapes))
        # Above the last band with a shape, latents say no coefficient: a lower rate holds the rest.
        self.highest = bands.edges[max(n for n, k in enumerate(bands.shapes) if k) + 1]
        fits = self.highest < MOST_OF_RATE * bands.hop / 2 and bands.hop % 4 == 0
        self.slower = 2 if fits else 1
        self.mdct = Mdct(bands.hop // self.slower)
        self.size = WINDOW // self.slower
        n_bins = self.size // 2 + 1
        hertz = torch.linspace(0, bands.sample_rate / 2, WINDOW // 2 + 1)
        band_of_bin = torch.bucketize(hertz, torch.tensor(bands.edges_hz[1:-1]), right=True)
        window = torch.hann_window(WINDOW)
        # Noise of variance v in every coefficient has power v · Σ window² in every bin.
        of_bin = nn.functional.one_hot(band_of_bin, bands.n_bands) / widths * window.square().sum()
        derived = {
            "window": torch.hann_window(self.size),
            "quiet": QUIET**2 * window.square().sum() * mel.sum(dim=1),
            # Each spectrum has so many fewer samples, and their power is so many times higher.
            "of_parts": self.slower * mel[:, :n_bins].repeat_interleave(2, dim=1),
            "of_rest": mel @ of_bin,
            "indicator": nn.functional.one_hot(band_of_shape, bands.n_bands).float(),
            "band_of_shape": band_of_shape,
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
        said = shape * scale.index_select(-1, self.band_of_shape)
        # The directions are orthonormal: what they say of a band has the energy of its shape.
        rest = _left(norm.square(), said.square() @ self.indicator)
        parts = self._spectra(said @ self.directions[: self.highest].T)
        power = parts.square().flatten(-2) @ self.of_parts.T
        power = power + (rest @ self.of_rest.T).repeat_interleave(STEPS, dim=1)
        return torch.log1p(power / self.quiet).transpose(1, 2) / 10.0

    def _spectra(self, coefficients: Tensor) -> Tensor:
        """Spectra of a sound, evenly over each frame: (B, STEPS·F, bins, 2), real and imaginary.

        coefficients: (B, F, K), the lowest K of its MDCT.
        """
        sound = self.mdct.inverse(coefficients, coefficients.shape[1] * self.mdct.hop)
        step = self.mdct.hop // STEPS
        margin = (self.size - step) // 2
        padded = nn.functional.pad(sound, (margin, self.size - step - margin))
        frames = padded.unfold(-1, self.size, step) * self.window
        return torch.view_as_real(torch.fft.rfft(frames))


def _left(all_of_it: Tensor, said: Tensor) -> Tensor:
    """What is left of an energy, never below 0.

    Where all of it is said, as in the bands of a sound that have a latent for each coefficient, the
    difference is 0 but for rounding, and whether that is above or below must not decide about the
    slope: it is that of something left.
    """
    left = all_of_it - said
    left = torch.where(left > -ROUNDING * all_of_it, left, 0.0)
    return left - left.clamp(max=0.0).detach()


def mel_bands(count: int, window: int, sample_rate: int) -> Tensor:
    """Triangles of equal width in mel, from 60 Hz to half the rate: (count, window/2 + 1)."""
    hertz = torch.linspace(0, sample_rate / 2, window // 2 + 1)
    ends = torch.tensor([LOWEST, sample_rate / 2])
    low, high = (2595 * torch.log10(1 + ends / 700)).tolist()
    corners = 700 * (10 ** (torch.linspace(low, high, count + 2) / 2595) - 1)
    rise = (hertz[None] - corners[:-2, None]) / (corners[1:-1] - corners[:-2])[:, None]
    fall = (corners[2:, None] - hertz[None]) / (corners[2:] - corners[1:-1])[:, None]
    return torch.minimum(rise, fall).clamp(min=0.0)
