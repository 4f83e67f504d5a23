"""The training loop: seeded, resumable after a kill, with an average of the weights.

Every random choice of step n comes from a generator seeded with (seed, n), and so does torch's own
that dropout draws from; a run that was killed and resumed takes the same steps as one that was not.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from core.errors import ModelError
from core.folders import made
from core.job import CancelToken, Report
from core.tensors import load_tensors, save_tensors


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast to train.

    rate: peak learning rate of AdamW; it warms up linearly, then falls along a cosine.
    averaging: decay of the moving average of the weights, which is what is kept at the end.
    """

    steps: int
    batch: int
    rate: float
    warmup: int = 100
    weight_decay: float = 0.01
    averaging: float = 0.998
    clip_norm: float = 1.0
    seed: int = 0
    checkpoint_every: int = 200


LossOfStep = Callable[[torch.Generator], Tensor]
"""Draws one batch with the generator and returns its loss."""


def run(
    module: nn.Module,
    loss_of_step: LossOfStep,
    schedule: Schedule,
    checkpoint: Path,
    report: Report,
    cancel: CancelToken,
) -> list[float]:
    """Train `module` in place and leave it with the averaged weights.

    checkpoint: file the state is kept in; training goes on from it when it exists.
    Returns the loss at each step since the start or the last resume.
    Raises: ModelError when the checkpoint belongs to another schedule or network; Cancelled, with
    the checkpoint written.
    """
    parameters = {n: p for n, p in module.named_parameters() if p.requires_grad}
    average = {name: value.detach().clone() for name, value in parameters.items()}
    optimiser = torch.optim.AdamW(
        parameters.values(), lr=schedule.rate, weight_decay=schedule.weight_decay
    )
    first = 0
    if checkpoint.is_file():
        first = _resume(checkpoint, schedule, parameters, average, optimiser)
    losses: list[float] = []
    module.train()
    for step in range(first, schedule.steps):
        if cancel.is_set:
            _save(checkpoint, schedule, step, parameters, average, optimiser)
            cancel.raise_if_set()
        generator = torch.Generator().manual_seed(schedule.seed * 1_000_003 + step)
        torch.manual_seed(generator.initial_seed())
        for group in optimiser.param_groups:
            group["lr"] = schedule.rate * _shape(step, schedule)
        loss = loss_of_step(generator)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(parameters.values(), schedule.clip_norm)
        optimiser.step()
        decay = min(schedule.averaging, (1 + step) / (10 + step))
        for name, value in parameters.items():
            average[name].lerp_(value.detach(), 1 - decay)
        losses.append(float(loss.detach()))
        recent = sum(losses[-50:]) / len(losses[-50:])
        report((step + 1) / schedule.steps, f"Step {step + 1}, loss {recent:.4f}")
        if (step + 1) % schedule.checkpoint_every == 0:
            _save(checkpoint, schedule, step + 1, parameters, average, optimiser)
    with torch.no_grad():
        for name, value in parameters.items():
            value.copy_(average[name])
    module.eval()
    return losses


def require_checkpoint(path: Path, schedule: Schedule) -> None:
    """That training can go on from the checkpoint, or there is none. Raises: ModelError."""
    if os.path.lexists(path):
        _checked(path, schedule)


def _checked(path: Path, schedule: Schedule) -> tuple[dict[str, Tensor], int]:
    """The tensors of a checkpoint of this schedule, and the steps done. Raises: ModelError."""
    tensors, facts = load_tensors(path)
    try:
        if json.loads(facts["schedule"]) == asdict(schedule):
            return tensors, int(facts["step"])
    except (KeyError, ValueError):
        pass
    raise ModelError(
        f"The checkpoint “{path}” belongs to a training with other settings; delete it or use "
        "another output folder."
    )


def _shape(step: int, schedule: Schedule) -> float:
    """The learning rate at a step, relative to its peak."""
    if step < schedule.warmup:
        return (step + 1) / schedule.warmup
    share = (step - schedule.warmup) / max(1, schedule.steps - schedule.warmup)
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * share))


def _save(
    path: Path,
    schedule: Schedule,
    step: int,
    parameters: dict[str, nn.Parameter],
    average: dict[str, Tensor],
    optimiser: torch.optim.AdamW,
) -> None:
    tensors: dict[str, Tensor] = {}
    for name, value in parameters.items():
        tensors[f"weight/{name}"] = value.detach()
        tensors[f"average/{name}"] = average[name]
        state = optimiser.state.get(value)
        if state:
            tensors[f"first/{name}"] = state["exp_avg"]
            tensors[f"second/{name}"] = state["exp_avg_sq"]
    facts = {"schedule": json.dumps(asdict(schedule)), "step": str(step)}
    with made(path.parent):
        save_tensors(path, tensors, facts)


def _resume(
    path: Path,
    schedule: Schedule,
    parameters: dict[str, nn.Parameter],
    average: dict[str, Tensor],
    optimiser: torch.optim.AdamW,
) -> int:
    tensors, step = _checked(path, schedule)
    with torch.no_grad():
        for name, value in parameters.items():
            try:
                value.copy_(tensors[f"weight/{name}"])
                average[name].copy_(tensors[f"average/{name}"])
            except (KeyError, RuntimeError):
                raise ModelError(f"The checkpoint “{path}” is of another network.") from None
            if f"first/{name}" in tensors:
                # Copies: the tensors lie in the file, which Windows would then not let us replace.
                optimiser.state[value] = {
                    "step": torch.tensor(float(step)),
                    "exp_avg": tensors[f"first/{name}"].to(value.device, copy=True),
                    "exp_avg_sq": tensors[f"second/{name}"].to(value.device, copy=True),
                }
    return step
