"""Players: what masks over them mean for the cells."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.masks.players import Parts, groups, tiles
from core.types import Granularity

SHAPE = (4, 6)
BANDS = (0, 0, 3, 7)  # numbers need not follow one another


@pytest.mark.parametrize(
    ("granularity", "count"),
    [
        (Granularity.ELEMENT, 24),
        (Granularity.FRAME, 6),
        (Granularity.CHANNEL, 4),
        (Granularity.BAND, 18),
    ],
)
def test_every_cell_belongs_to_one_player(granularity: Granularity, count: int) -> None:
    players = groups(SHAPE, granularity, BANDS)
    assert players.count == count
    each = players.compose(torch.eye(count, dtype=torch.bool))
    assert each.dtype == torch.bool and each.shape == (count, *SHAPE)
    assert torch.equal(each.sum(0), torch.ones(SHAPE, dtype=torch.int64))


def test_a_soft_mask_is_soft_in_its_cells() -> None:
    players = groups(SHAPE, Granularity.FRAME)
    mask = torch.linspace(0, 1, 6)[None]
    assert torch.equal(players.compose(mask)[0], mask.expand(SHAPE))


def test_a_value_is_shared_out_so_that_it_sums_to_itself() -> None:
    players = groups(SHAPE, Granularity.BAND, BANDS)
    values = torch.randn(18, generator=torch.Generator().manual_seed(0))
    cells = players.shared_out(values)
    summed = np.bincount(players.numbers.flatten(), weights=cells.flatten().double())
    np.testing.assert_allclose(summed, values, rtol=1e-6)


def test_tiles_hold_some_frames_and_some_bands() -> None:
    players = tiles(SHAPE, BANDS, frames=4, at_once=2)
    assert players.numbers.tolist() == [[0, 0, 0, 0, 1, 1]] * 3 + [[2, 2, 2, 2, 3, 3]]
    assert tiles(SHAPE, None, frames=4, at_once=2).numbers.tolist() == [[0, 0, 0, 0, 1, 1]] * 4


def test_parts_may_overlap_and_leave_cells_out() -> None:
    weights = torch.tensor([[[1.0, 1.0, 0.0]], [[0.0, 3.0, 0.0]]])  # 2 parts of (1, 3)
    parts = Parts(weights)
    masks = torch.tensor([[True, False], [False, True], [True, True], [False, False]])
    cells = parts.compose(masks)
    expected = [[1.0, 0.25, 0.5], [0.0, 0.75, 0.5], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]
    torch.testing.assert_close(cells[:, 0], torch.tensor(expected))
    shared = parts.shared_out(torch.tensor([2.0, 3.0]))
    torch.testing.assert_close(shared, torch.tensor([[1.0, 4.0, 0.0]]))
