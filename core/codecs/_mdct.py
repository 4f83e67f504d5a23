"""The modified discrete cosine transform: an orthonormal lapped transform of a signal.

With the sine window frames of 2·H samples overlap by half and their aliasing cancels (Princen &
Bradley 1986). The first and last window end squarely at the signal's ends, so the transform of a
whole number of hops is a square orthonormal matrix: synthesis is its transpose, and analysing a
synthesised signal returns the same coefficients everywhere. What a mask changes in one cell is
found again in that cell.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class Mdct(nn.Module):
    """MDCT with `hop` coefficients a frame.

    Shape: signal (B, N) ↔ coefficients (B, F, hop), F = ceil(N / hop). Frame f is centred on
    sample (f + 1/2)·hop; coefficient k on frequency (k + 1/2) · rate / (2·hop).
    hop: even, since the first and last window end half a hop inside their frames.
    Raises: ValueError for any other hop.
    """

    cosine: Tensor  # (2·hop, hop)
    rise: Tensor  # (hop,), the window's first half
    square_rise: Tensor  # (hop,), the same where nothing comes before

    def __init__(self, hop: int) -> None:
        super().__init__()
        if hop < 2 or hop % 2:
            raise ValueError(f"the hop must be an even number of samples, not {hop}")
        self.hop = hop
        n = torch.arange(2 * hop, dtype=torch.float64)[:, None]
        k = torch.arange(hop, dtype=torch.float64)[None, :]
        cosine = torch.cos(math.pi / hop * (n + 0.5 + hop / 2) * (k + 0.5))
        rise = torch.sin(math.pi / (2 * hop) * (n[:hop, 0] + 0.5))
        square = (n[:hop, 0] >= hop / 2).double()
        self.register_buffer("cosine", (math.sqrt(2 / hop) * cosine).float(), persistent=False)
        self.register_buffer("rise", rise.float(), persistent=False)
        self.register_buffer("square_rise", square.float(), persistent=False)

    def frames(self, n_samples: int) -> int:
        """F for a signal of n_samples."""
        return -(-n_samples // self.hop)

    def forward(self, signal: Tensor) -> Tensor:
        """signal (B, N) → (B, F, hop)."""
        n_samples = signal.shape[-1]
        n_frames = self.frames(n_samples)
        half = self.hop // 2
        padded = nn.functional.pad(signal, (half, n_frames * self.hop - n_samples + half))
        frames = padded.unfold(-1, 2 * self.hop, self.hop)
        return (frames * self._windows(n_frames)) @ self.cosine

    def inverse(self, coefficients: Tensor, n_samples: int) -> Tensor:
        """coefficients (B, F, K) → (B, n_samples). K up to hop; those above are taken as 0."""
        _, n_frames, n_known = coefficients.shape
        frames = (coefficients @ self.cosine[:, :n_known].T) * self._windows(n_frames)
        first, second = frames[..., : self.hop], frames[..., self.hop :]
        overlapped = nn.functional.pad(first, (0, 0, 0, 1)) + nn.functional.pad(
            second, (0, 0, 1, 0)
        )
        half = self.hop // 2
        return overlapped.flatten(1)[:, half : half + n_samples]

    def _windows(self, n_frames: int) -> Tensor:
        """(F, 2·hop): sine windows that end squarely at both ends of the signal."""
        rises = self.rise.repeat(n_frames, 1)
        falls = self.rise.flip(0).repeat(n_frames, 1)
        rises[0] = self.square_rise
        falls[-1] = self.square_rise.flip(0)
        return torch.cat([rises, falls], dim=1)
