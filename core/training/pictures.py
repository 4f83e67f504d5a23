"""Variations of what a head hears: pictures (B, rows, T) of latents or of mel bands over time.

They cost little, so every step makes its own. Each takes and returns such a batch and draws from
the given generator only.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Variation:
    """How far each variation goes; 0 turns it off.

    shift: frames either way. warp: relative, of the rows, as vocal tracts differ in length; only
    of use where the rows are frequencies. gap, gap_rows: longest stretch of frames and of rows
    silenced (Park et al. 2019). mixup: largest share of another clip mixed in, and of its class
    (Zhang et al. 2018).
    """

    shift: int = 4
    warp: float = 0.0
    gap: int = 20
    gap_rows: int = 0
    mixup: float = 0.0


def varied(
    heard: Tensor, wanted: Tensor, how: Variation, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """The pictures (B, rows, T) and the probabilities (B, K) to learn of them, varied."""
    if how.shift:
        heard = shifted(heard, how.shift, generator)
    if how.warp:
        heard = warped(heard, how.warp, generator)
    if how.mixup:
        share = how.mixup * torch.rand(len(heard), generator=generator)
        other = torch.randperm(len(heard), generator=generator)
        heard = torch.lerp(heard, heard[other], share[:, None, None])
        wanted = torch.lerp(wanted, wanted[other], share[:, None])
    rows, frames = heard.shape[1:]
    silent = gap(len(heard), frames, how.gap, generator)[:, None, :]
    silent = silent | gap(len(heard), rows, how.gap_rows, generator)[:, :, None]
    return heard * ~silent, wanted


def shifted(heard: Tensor, most: int, generator: torch.Generator) -> Tensor:
    """Each up to `most` frames earlier or later; silence comes in."""
    frames = heard.shape[2]
    by = torch.randint(2 * most + 1, (len(heard), 1, 1), generator=generator)
    place = (torch.arange(frames) + by).expand(heard.shape)
    return nn.functional.pad(heard, (most, most)).gather(2, place)


def warped(heard: Tensor, most: float, generator: torch.Generator) -> Tensor:
    """Each with its rows moved away from the lowest, or towards it, by a factor 1 ± `most`."""
    rows, frames = heard.shape[1:]
    factor = 1 + most * (2 * torch.rand(len(heard), 1, generator=generator) - 1)
    place = (torch.arange(rows) * factor).clamp(max=rows - 1)
    below = place.floor().long().clamp(max=rows - 2)

    def at(row: Tensor) -> Tensor:
        return heard.gather(1, row[..., None].expand(-1, -1, frames))

    return torch.lerp(at(below), at(below + 1), (place - below)[..., None])


def gap(count: int, size: int, most: int, generator: torch.Generator) -> Tensor:
    """Boolean (count, size) with one run of up to `most`, anywhere."""
    width = most * torch.rand(count, 1, generator=generator)
    start = (size - width) * torch.rand(count, 1, generator=generator)
    place = torch.arange(size)[None]
    return (place >= start) & (place < start + width)
