"""What an attribution method is given: one sound's latents, and the number that is explained.

A method asks in two ways. `score` is the number of latents, differentiable where the decision is:
path and gradient methods use it. `value` is the number of masks over players: occlusion,
regression on random masks and Shapley values use it, and ask no more of a classifier than that it
decides. Both are the only place where rows are cut into batches, counted, and where work stops when
it is asked to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from core.job import CancelToken, Report, silent

if TYPE_CHECKING:
    from torch import Tensor

    from core.classifiers import ClassifierSpec
    from core.classifiers.targets import Target
    from core.masks.players import Players

    Decide = Callable[[Tensor], Tensor]
    """latents (rows, D, F) → scores (rows, K)."""

ROWS_AT_ONCE = 32  # bounds memory, and how long a cancel waits
STAGE = "Attributing"


class Infill(Protocol):
    """What stands in the cells that were taken out."""

    @property
    def samples(self) -> int:
        """How many it makes of one mask; 1 where nothing is drawn."""

    def __call__(self, latents: Tensor, kept: Tensor, seed: int) -> Tensor:
        """latents: (D, F). kept: (M, D, F), bool or 0…1 → (M, samples, D, F).

        Sample s is drawn alike for every mask.
        """


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """An infill that is the same whatever the mask. values: (D, F)."""

    values: Tensor

    @property
    def samples(self) -> int:
        return 1

    def __call__(self, latents: Tensor, kept: Tensor, seed: int) -> Tensor:
        return self.values.expand(len(kept), 1, *self.values.shape)


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """One question to a classifier, frozen: nothing that a method does changes it.

    latents: (D, F). decide: the classifier, and spec its facts. target: the number explained.
    baseline: (D, F), where paths begin; it sees no mask. infill: what `value` puts in place of what
    is not kept. players: what its masks are over. bands: of each of the D dimensions the frequency
    band, None where the codec has none. seed: of all that is drawn.
    """

    latents: Tensor
    decide: Decide
    spec: ClassifierSpec
    target: Target
    baseline: Tensor
    infill: Infill
    players: Players
    bands: Sequence[int] | None = None
    seed: int = 0
    rows_at_once: int = ROWS_AT_ONCE


@dataclass(slots=True)
class Job:
    """How work tells how far it is, and is asked to stop. rows: asked of the classifier so far.

    expected: rows there will be, None where a method cannot know: the share told then approaches 1
    without reaching it, and half is done after 32 rows.
    """

    report: Report = silent
    cancel: CancelToken = field(default_factory=CancelToken)
    expected: int | None = None
    rows: int = 0

    def spend(self, rows: int) -> None:
        """Before rows are asked for. Raises: Cancelled."""
        self.cancel.raise_if_set()
        self.rows += rows

    def tell(self) -> None:
        """After they were answered."""
        whole = self.expected or self.rows + ROWS_AT_ONCE
        self.report(min(self.rows / whole, 1.0), STAGE)


def score(problem: Problem, latents: Tensor, job: Job) -> Tensor:
    """The target of latents (rows, D, F) → (rows,), float32, differentiable where the decision is.

    Raises: Cancelled.
    """
    import torch

    return torch.cat([_scored(problem, part, job) for part in _batches(problem, latents)])


def gradient(problem: Problem, latents: Tensor, job: Job) -> Tensor:
    """∂ target / ∂ latents of each row, (rows, D, F).

    Only the input is differentiated: parameters receive no gradient, and `latents` stay as they
    are. Works where the caller has switched gradients off. Raises: Cancelled.
    """
    import torch

    found = []
    for part in _batches(problem, latents):
        with torch.enable_grad():
            inputs = part.detach().requires_grad_(True)
            # Rows do not look at each other, so the gradient of the sum is each row's own.
            (each,) = torch.autograd.grad(_scored(problem, inputs, job).sum(), inputs)
        found.append(each)
    return torch.cat(found)


def value(problem: Problem, masks: Tensor, job: Job) -> Tensor:
    """The target when only some players are kept.

    masks: (M, players), bool, or 0…1 for players kept in part → (M, samples of the infill).
    All kept is the score of the latents themselves; none, that of the infill. Raises: Cancelled.
    """
    import torch

    samples = problem.infill.samples
    answers = []
    for part in torch.split(masks, max(1, problem.rows_at_once // samples)):
        kept = problem.players.compose(part)
        made = problem.infill(problem.latents, kept, problem.seed)
        mixed = mix(problem.latents, made, kept)
        answers.append(score(problem, mixed.flatten(0, 1), job).view(len(part), samples))
    return torch.cat(answers)


def mix(latents: Tensor, made: Tensor, kept: Tensor) -> Tensor:
    """latents (D, F) where kept (M, D, F), else what was made (M, samples, D, F).

    A mask of yes and no takes values as they are, so that nothing of what was taken out leaks, NaN
    included; a soft one mixes, and has a gradient everywhere.
    """
    import torch

    kept = kept[:, None]
    if kept.dtype == torch.bool:
        return torch.where(kept, latents, made)
    return torch.lerp(made, latents.expand_as(made), kept.expand_as(made))


def _scored(problem: Problem, latents: Tensor, job: Job) -> Tensor:
    job.spend(len(latents))
    numbers = problem.target.of(problem.decide(latents).float(), problem.spec)
    job.tell()
    return numbers


def _batches(problem: Problem, latents: Tensor) -> Iterator[Tensor]:
    import torch

    yield from torch.split(latents, problem.rows_at_once)
