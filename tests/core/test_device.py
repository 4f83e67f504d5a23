from __future__ import annotations

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from torch import Tensor, nn

from core.device import frozen, resolve_device
from core.errors import RequestError


@pytest.fixture
def has(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Pretends that the computer has so many CUDA devices and Metal or not."""

    def pretend(cuda: int = 0, mps: bool = False) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)

    return pretend


@pytest.mark.parametrize(
    ("cuda", "mps", "expected"),
    [(0, False, "cpu"), (0, True, "mps"), (1, False, "cuda"), (2, True, "cuda")],
)
def test_auto_takes_cuda_then_metal_then_the_processor(has, cuda, mps, expected) -> None:
    has(cuda, mps)
    assert resolve_device("auto") == torch.device(expected)


def test_the_processor_is_always_there(has) -> None:
    for cuda, mps in ((0, False), (1, True)):
        has(cuda, mps)
        assert resolve_device("cpu") == torch.device("cpu")


def test_devices_are_named_as_torch_names_them(has) -> None:
    has(cuda=2)
    assert resolve_device("cuda") == torch.device("cuda")
    assert resolve_device("cuda:1") == torch.device("cuda:1")


@pytest.mark.parametrize("wanted", ["cuda", "cuda:0", "mps"])
def test_a_device_this_computer_has_not_is_refused_with_those_it_has(has, wanted: str) -> None:
    has()
    with pytest.raises(RequestError, match=f"no device “{wanted}” on this .* use auto or cpu"):
        resolve_device(wanted)


def test_a_number_beyond_the_last_device_is_refused(has) -> None:
    has(cuda=2)
    with pytest.raises(RequestError, match="no device “cuda:2”"):
        resolve_device("cuda:2")


@pytest.mark.parametrize("wanted", ["gpu", "", "CPU ", "cuda:x", "cuda:-1", "meta"])
def test_a_name_torch_would_not_use_is_refused(has, wanted: str) -> None:
    has(cuda=1)
    with pytest.raises(RequestError, match="cpu"):
        resolve_device(wanted)


@given(st.text(max_size=12) | st.from_regex(r"(cuda|cpu|mps):\d{1,30}", fullmatch=True))
@example("cuda:99999999999999999999")
@example("xla")
@example("a\0b")
def test_any_other_text_is_refused_or_names_a_device(wanted: str) -> None:
    try:
        assert isinstance(resolve_device(wanted), torch.device)
    except RequestError as error:
        assert str(error)


class Mixed(nn.Module):
    """Every kind of layer that computes otherwise while it learns."""

    def __init__(self) -> None:
        super().__init__()
        self.recurrent = nn.GRU(8, 8, num_layers=2, batch_first=True, dropout=0.5)
        self.transformer = nn.TransformerEncoderLayer(8, 2, 16, 0.5, batch_first=True)
        self.attention = nn.MultiheadAttention(8, 2, 0.5, batch_first=True)
        self.norm = nn.BatchNorm1d(8)
        self.drop = nn.Dropout(0.5)

    def forward(self, rows: Tensor) -> Tensor:
        rows = self.transformer(self.recurrent(rows)[0])
        rows = self.attention(rows, rows, rows, need_weights=False)[0]
        return self.drop(self.norm(rows.transpose(1, 2)))


def test_a_frozen_network_drops_nothing_and_has_one_arithmetic_with_and_without_gradients() -> None:
    network = frozen(Mixed(), torch.device("cpu"))
    rows = torch.randn(3, 5, 8, generator=torch.Generator().manual_seed(0))
    statistics = network.norm.running_mean.clone()
    with torch.inference_mode():
        shown = [network(rows) for _ in range(2)]
    watched = rows.clone().requires_grad_()
    explained = network(watched)
    (gradient,) = torch.autograd.grad(explained.sum(), watched)
    assert torch.equal(shown[0], shown[1]) and torch.equal(explained, shown[0])
    assert gradient.isfinite().all() and gradient.any()
    assert not any(parameter.requires_grad for parameter in network.parameters())
    assert torch.equal(network.norm.running_mean, statistics)


def test_recurrent_layers_keep_what_cudnn_needs_for_a_backward_pass() -> None:
    network = frozen(Mixed(), torch.device("cpu"))
    assert network.recurrent.training and network.recurrent.dropout == 0.0
    assert not network.norm.training and not network.drop.training
