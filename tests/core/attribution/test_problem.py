"""The value function: what is asked of a classifier, in which batches, and what for."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from core.attribution.problem import Constant, Infill, Job, mix, score, value
from core.errors import Cancelled
from core.job import CancelToken
from core.masks.players import Parts, Players, groups, tiles
from core.types import Granularity
from tests.problems import problem_of

SHAPE = (4, 6)
LATENTS, BASELINE, WEIGHT = torch.randn(3, *SHAPE, generator=torch.Generator().manual_seed(0))


def linear(rows: Tensor) -> Tensor:
    return (rows * WEIGHT).sum(dim=(1, 2))


class Noise:
    """Several samples a mask, each drawn alike for every mask."""

    samples = 3

    def __call__(self, latents: Tensor, kept: Tensor, seed: int) -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        drawn = torch.randn(self.samples, *latents.shape, generator=generator)
        return drawn.expand(len(kept), *drawn.shape)


PLAYERS: list[Players] = [
    groups(SHAPE, Granularity.ELEMENT),
    groups(SHAPE, Granularity.FRAME),
    tiles(SHAPE, (0, 0, 1, 2), frames=2, at_once=1),
    Parts(torch.rand(5, *SHAPE, generator=torch.Generator().manual_seed(1))),
]
INFILLS: list[Infill] = [Constant(BASELINE), Noise()]
with_each = pytest.mark.parametrize("players", PLAYERS, ids=["cells", "frames", "tiles", "parts"])
with_each_infill = pytest.mark.parametrize("infill", INFILLS, ids=["constant", "noise"])


@with_each
@with_each_infill
def test_all_kept_is_the_sound_and_none_is_the_infill(players: Players, infill: Infill) -> None:
    problem = problem_of(linear, LATENTS, BASELINE, players=players, infill=infill, seed=4)
    masks = torch.stack([torch.ones(players.count), torch.zeros(players.count)]).bool()
    kept, none = value(problem, masks, Job())
    torch.testing.assert_close(kept, linear(LATENTS[None]).expand(infill.samples))
    made = infill(LATENTS, players.compose(masks[1:]), 4)[0]
    torch.testing.assert_close(none, linear(made))


@with_each
@with_each_infill
def test_neither_batches_nor_order_change_an_answer(players: Players, infill: Infill) -> None:
    problem = problem_of(linear, LATENTS, BASELINE, players=players, infill=infill)
    generator = torch.Generator().manual_seed(2)
    masks = torch.rand(13, players.count, generator=generator) > 0.5
    whole = value(problem, masks, Job())
    assert whole.shape == (13, infill.samples)
    for rows in (1, 4, 5):
        torch.testing.assert_close(value(replace(problem, rows_at_once=rows), masks, Job()), whole)
    torch.testing.assert_close(value(problem, masks.flip(0), Job()).flip(0), whole)


def test_the_value_of_a_linear_classifier_adds_up() -> None:
    problem = problem_of(linear, LATENTS, BASELINE, players=PLAYERS[1])
    alone = value(problem, torch.eye(6).bool(), Job())[:, 0]
    none = linear(BASELINE[None])
    torch.testing.assert_close((alone - none).sum() + none[0], linear(LATENTS[None])[0])


def test_what_is_taken_out_does_not_leak_where_a_mask_is_hard() -> None:
    poisoned = LATENTS.clone()
    poisoned[0, 0] = torch.nan
    problem = problem_of(linear, poisoned, BASELINE)
    masks = torch.ones(1, 24).bool()
    masks[0, 0] = False
    assert value(problem, masks, Job()).isfinite().all()


def test_a_soft_mask_has_a_gradient_also_where_all_is_kept() -> None:
    problem = problem_of(linear, LATENTS, BASELINE, players=PLAYERS[1])
    masks = torch.ones(1, 6, requires_grad=True)
    value(problem, masks, Job()).sum().backward()
    assert masks.grad is not None
    expected = (WEIGHT * (LATENTS - BASELINE)).sum(0)
    torch.testing.assert_close(masks.grad[0], expected)


def test_a_half_mask_is_half_way() -> None:
    half = torch.full((1, *SHAPE), 0.5)
    mixed = mix(LATENTS, BASELINE[None, None], half)
    torch.testing.assert_close(mixed[0, 0], (LATENTS + BASELINE) / 2)


def test_rows_are_counted_as_mask_times_sample_and_never_exceed_a_batch() -> None:
    seen: list[int] = []

    def counting(rows: Tensor) -> Tensor:
        seen.append(len(rows))
        return linear(rows)

    problem = problem_of(counting, LATENTS, BASELINE, players=PLAYERS[1], infill=Noise())
    job = Job()
    value(replace(problem, rows_at_once=8), torch.ones(7, 6).bool(), job)
    assert job.rows == sum(seen) == 7 * 3
    assert max(seen) == 6  # two masks of three samples


def test_it_stops_before_it_asks() -> None:
    def forbidden(rows: Tensor) -> Tensor:
        raise RuntimeError("asked")

    cancel = CancelToken()
    cancel.set()
    with pytest.raises(Cancelled):
        score(problem_of(forbidden, LATENTS, BASELINE), LATENTS[None], Job(cancel=cancel))


def test_it_tells_how_far_it_is_of_what_is_expected() -> None:
    told: list[float] = []
    problem = replace(problem_of(linear, LATENTS, BASELINE), rows_at_once=2)
    job = Job(lambda share, stage: told.append(share), expected=4)
    score(problem, LATENTS.expand(4, *SHAPE), job)
    assert told == [0.5, 1.0]
    open_end: list[float] = []
    score(problem, LATENTS.expand(4, *SHAPE), Job(lambda share, stage: open_end.append(share)))
    assert 0 < open_end[0] < open_end[1] < 1
