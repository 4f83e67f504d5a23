from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from core.errors import Cancelled, ModelError
from core.job import CancelToken, silent
from core.tensors import load_tensors
from core.training.loop import LossOfStep, Schedule, _shape, run

SCHEDULE = Schedule(steps=12, batch=8, rate=0.01, warmup=3, averaging=0.9, checkpoint_every=4)


class Stopped(BaseException):
    """Ends a run as a kill does: nothing is saved on the way out."""


def network(seed: int = 0) -> nn.Module:
    """Has dropout, which draws from torch's own generator, and a parameter that is frozen."""
    torch.manual_seed(seed)
    module = nn.Sequential(nn.Linear(4, 16), nn.GELU(), nn.Dropout(0.4), nn.Linear(16, 1))
    module.register_parameter("frozen", nn.Parameter(torch.ones(3), requires_grad=False))
    return module


def loss_of(module: nn.Module, stop_at: int | None = None) -> LossOfStep:
    steps = 0

    def loss(generator: torch.Generator) -> Tensor:
        nonlocal steps
        if steps == stop_at:
            raise Stopped
        steps += 1
        x = torch.randn(SCHEDULE.batch, 4, generator=generator)
        return (module(x)[:, 0] - x.prod(1)).square().mean()

    return loss


def trained(checkpoint: Path, seed: int = 0, schedule: Schedule = SCHEDULE) -> dict[str, Tensor]:
    module = network(seed)
    run(module, loss_of(module), schedule, checkpoint, silent, CancelToken())
    return module.state_dict()


def assert_equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> None:
    assert one.keys() == other.keys()
    for name in one:
        assert torch.equal(one[name], other[name]), name


@pytest.mark.parametrize("step", [1, 4, 7, 11])
def test_a_cancelled_and_resumed_run_equals_one_without_a_break(tmp_path: Path, step: int) -> None:
    whole = trained(tmp_path / "whole")
    module, cancel = network(), CancelToken()

    def report(share: float, stage: str) -> None:
        if share >= step / SCHEDULE.steps:
            cancel.set()

    with pytest.raises(Cancelled):
        run(module, loss_of(module), SCHEDULE, tmp_path / "broken", report, cancel)
    assert load_tensors(tmp_path / "broken")[1]["step"] == str(step)
    assert_equal(trained(tmp_path / "broken", seed=99), whole)  # other weights to begin with


@pytest.mark.parametrize("step", [0, 3, 5, 9])
def test_a_killed_and_resumed_run_equals_one_without_a_break(tmp_path: Path, step: int) -> None:
    whole = trained(tmp_path / "whole")
    module = network()
    with pytest.raises(Stopped):
        run(module, loss_of(module, step), SCHEDULE, tmp_path / "b", silent, CancelToken())
    assert (tmp_path / "b").exists() is (step >= SCHEDULE.checkpoint_every)
    assert_equal(trained(tmp_path / "b"), whole)


def test_a_finished_run_is_not_trained_further(tmp_path: Path) -> None:
    whole = trained(tmp_path / "c")
    module = network(seed=5)
    losses = run(module, loss_of(module, 0), SCHEDULE, tmp_path / "c", silent, CancelToken())
    assert losses == []
    assert_equal(module.state_dict(), whole)


def test_the_seed_decides_the_run(tmp_path: Path) -> None:
    one, other = trained(tmp_path / "a"), trained(tmp_path / "b")
    assert_equal(one, other)
    reseeded = trained(tmp_path / "c", schedule=replace(SCHEDULE, seed=1))
    assert not torch.equal(one["0.weight"], reseeded["0.weight"])


def test_it_learns_and_reports_each_step(tmp_path: Path) -> None:
    module, seen = nn.Linear(4, 1), []
    target = torch.tensor([[1.0, -2.0, 0.5, 3.0]])

    def loss(generator: torch.Generator) -> Tensor:
        x = torch.randn(32, 4, generator=generator)
        return (module(x) - x @ target.T).square().mean()

    def report(share: float, stage: str) -> None:
        seen.append((share, stage))

    schedule = Schedule(steps=150, batch=32, rate=0.1, warmup=5, averaging=0.5)
    losses = run(module, loss, schedule, tmp_path / "c", report, CancelToken())
    assert len(losses) == len(seen) == 150
    assert losses[-1] < 0.01 * losses[0]
    torch.testing.assert_close(module.weight, target, rtol=0, atol=0.1)
    assert seen[0][0] == pytest.approx(1 / 150) and seen[-1][0] == 1.0
    assert seen[0][1] == f"Step 1, loss {losses[0]:.4f}"


def test_what_is_kept_is_the_moving_average_of_the_weights(tmp_path: Path) -> None:
    module = network()
    weights: list[Tensor] = []
    inner = loss_of(module)

    def loss(generator: torch.Generator) -> Tensor:
        weights.append(module[0].weight.detach().clone())
        return inner(generator)

    run(module, loss, SCHEDULE, tmp_path / "c", silent, CancelToken())
    last = load_tensors(tmp_path / "c")[0]["weight/0.weight"]
    average = weights[0]
    for step, value in enumerate([*weights[1:], last]):
        decay = min(0.9, (1 + step) / (10 + step))
        average = decay * average + (1 - decay) * value
    torch.testing.assert_close(module[0].weight.detach(), average)
    assert not torch.allclose(module[0].weight, last)


def test_frozen_parameters_stay_and_the_network_ends_in_evaluation(tmp_path: Path) -> None:
    module = network()
    run(module, loss_of(module), SCHEDULE, tmp_path / "c", silent, CancelToken())
    assert module.frozen.tolist() == [1.0] * 3
    assert not module.training


def test_no_steps_leave_the_weights_as_they_were(tmp_path: Path) -> None:
    before = network().state_dict()
    assert_equal(trained(tmp_path / "c", schedule=replace(SCHEDULE, steps=0)), before)
    assert not (tmp_path / "c").exists()


def test_the_rate_warms_up_and_falls_to_a_fiftieth() -> None:
    schedule = Schedule(steps=110, batch=1, rate=1.0, warmup=10)
    shape = [_shape(step, schedule) for step in range(110)]
    assert shape[0] == 0.1 and shape[9] == shape[10] == 1.0
    assert shape[60] == pytest.approx(0.51)
    assert shape[10:] == sorted(shape[10:], reverse=True)
    assert shape[-1] == pytest.approx(0.02, abs=1e-3)


@pytest.mark.parametrize(
    "changes", [{"steps": 13}, {"rate": 0.02}, {"seed": 1}, {"averaging": 0.5}, {"batch": 9}]
)
def test_a_checkpoint_of_another_schedule_is_refused(
    tmp_path: Path, changes: dict[str, float]
) -> None:
    trained(tmp_path / "c")
    before = (tmp_path / "c").read_bytes()
    with pytest.raises(ModelError, match="belongs to a training with other settings; delete it"):
        trained(tmp_path / "c", schedule=replace(SCHEDULE, **changes))
    assert (tmp_path / "c").read_bytes() == before


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    trained(tmp_path / "c")
    for other in (nn.Linear(4, 3), nn.Sequential(nn.Linear(4, 17))):
        with pytest.raises(ModelError, match="is of another network"):
            run(other, loss_of(other), SCHEDULE, tmp_path / "c", silent, CancelToken())


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    trained(tmp_path / "c")
    content = (tmp_path / "c").read_bytes()
    (tmp_path / "c").write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match="damaged"):
        trained(tmp_path / "c")
