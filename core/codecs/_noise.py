"""Noise that is the same on every device, in every run and at every frame's place."""

from __future__ import annotations

import torch
from torch import Tensor


def frame_noise(n_frames: int, size: int, device: torch.device) -> Tensor:
    """Uniform between −1 and 1, (n_frames, size); no random state is touched."""
    state = torch.arange(n_frames * size, dtype=torch.int64, device=device) + 0x9E3779B9
    for _ in range(2):  # integer hash (Wang-style multiply–xor–shift), 32 bits in 64
        state = ((state ^ (state >> 16)) * 0x45D9F3B) & 0xFFFFFFFF
    state = state ^ (state >> 16)
    return (state.float() / 2**31 - 1.0).reshape(n_frames, size)
