"""Variations of what a head hears."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from core.training.pictures import Variation, gap, shifted, varied, warped

STILL = Variation(shift=0, gap=0)


@pytest.fixture
def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


@pytest.fixture
def heard(generator: torch.Generator) -> Tensor:
    return 1 + torch.rand(60, 12, 30, generator=generator)


def test_without_variation_nothing_changes(heard: Tensor, generator: torch.Generator) -> None:
    wanted = torch.eye(60)
    same, still = varied(heard, wanted, STILL, generator)
    assert torch.equal(same, heard) and torch.equal(still, wanted)


def test_shifted_pictures_are_the_same_later_or_earlier(
    heard: Tensor, generator: torch.Generator
) -> None:
    moved = shifted(heard, 3, generator)
    found = set()
    for before, after in zip(heard, moved, strict=True):
        padded = torch.nn.functional.pad(before, (3, 3))
        (by,) = (n for n in range(7) if torch.equal(after, padded[:, n : n + 30]))
        found.add(by)
    assert found == set(range(7))


def test_warping_moves_a_row_in_proportion_to_its_height(generator: torch.Generator) -> None:
    ramp = torch.arange(40.0)[None, :, None].expand(200, 40, 2)
    factors = warped(ramp, 0.1, generator)[:, 10, 0] / 10
    assert 0.9 <= float(factors.min()) < 0.91 and 1.09 < float(factors.max()) <= 1.1
    torch.testing.assert_close(warped(ramp, 0.1, generator)[:, 0], ramp[:, 0])


def test_gaps_are_one_run_of_at_most_that_length(generator: torch.Generator) -> None:
    gaps = gap(300, 50, 8, generator)
    assert int(gaps.sum(1).max()) in (8, 9) and int(gaps.sum(1).min()) <= 1
    assert int((gaps.int().diff(dim=1) == 1).sum(1).max()) <= 1
    assert gaps[:, :10].any() and gaps[:, 40:].any()


def test_frames_and_rows_are_silenced(heard: Tensor, generator: torch.Generator) -> None:
    result, _ = varied(heard, torch.eye(60), replace(STILL, gap=10, gap_rows=4), generator)
    silent = result == 0
    assert torch.equal(result[~silent], heard[~silent])
    assert silent.all(dim=1).any() and silent.all(dim=2).any() and not silent.all()


def test_what_is_mixed_in_is_to_be_found_in_the_same_measure(generator: torch.Generator) -> None:
    wanted = torch.eye(40)
    heard = wanted[:, :, None].clone()
    mixed, target = varied(heard, wanted, replace(STILL, mixup=0.4), generator)
    torch.testing.assert_close(mixed[..., 0], target)
    torch.testing.assert_close(target.sum(1), torch.ones(40))
    own = target.diagonal()
    assert 0.6 <= float(own.min()) < 0.65 and float(own.max()) > 0.95
