"""Players: cells of the latents that are kept or taken out together.

A method asks about masks over players; what they mean for the cells is decided here. Players may
overlap (events, audible parts): a cell then belongs to each of them by its weight.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.masking import group_cells
from core.types import Granularity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Players that share no cell. numbers: for each cell of (D, F) its player, int64."""

    numbers: Tensor

    @property
    def count(self) -> int:
        return int(self.numbers.max()) + 1

    def compose(self, masks: Tensor) -> Tensor:
        """masks: (M, players), bool or 0…1 → of cells (M, D, F), of the same type."""
        return masks[:, self.numbers]

    def shared_out(self, values: Tensor) -> Tensor:
        """values: one a player, (players,) → over its cells in equal parts, (D, F)."""
        import torch

        sizes = torch.bincount(self.numbers.flatten(), minlength=self.count)
        return (values / sizes)[self.numbers]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Players that overlap. weights: (players, D, F), not negative; a cell that no part holds
    follows the mean of all.
    """

    weights: Tensor

    @property
    def count(self) -> int:
        return len(self.weights)

    def compose(self, masks: Tensor) -> Tensor:
        """masks: (M, players), bool or 0…1 → Σ w·m / Σ w in each cell, (M, D, F)."""
        import torch

        weights = self.weights.to(torch.float32)
        weights = torch.where(weights.sum(0) > 0, weights, torch.ones_like(weights))
        kept = torch.einsum("mp,pdf->mdf", masks.to(weights.dtype), weights)
        return (kept / weights.sum(0)).clamp(0.0, 1.0)

    def shared_out(self, values: Tensor) -> Tensor:
        """values: one a part, (players,) → over its cells by their weights, (D, F)."""
        import torch

        total = self.weights.flatten(1).sum(1).clamp(min=torch.finfo(torch.float32).tiny)
        return torch.einsum("p,pdf->df", values / total, self.weights.to(values.dtype))


Players = Groups | Parts


def groups(
    shape: tuple[int, int],
    granularity: Granularity,
    bands: Sequence[int] | None = None,
) -> Groups:
    """The players of a granularity, see `core.masking.group_cells`."""
    import torch

    return Groups(torch.from_numpy(group_cells(shape, granularity, bands)))


def tiles(shape: tuple[int, int], bands: Sequence[int] | None, frames: int, at_once: int) -> Groups:
    """Tiles of some frames by some bands, so that a black box can be asked about each.

    frames: how many make a tile. bands: of each of the D dimensions; where a codec has none, all
    dimensions of a moment go together. at_once: how many bands make a tile.
    """
    import torch

    n_dims, n_frames = shape
    columns = torch.arange(n_frames) // frames
    if bands is None:
        rows = torch.zeros(n_dims, dtype=torch.int64)
    else:
        places = torch.tensor(sorted(set(bands)))
        rows = torch.searchsorted(places, torch.tensor(list(bands))) // at_once
    return Groups(rows[:, None] * (int(columns.max()) + 1) + columns[None, :])
