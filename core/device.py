"""Which device computes, and how networks are used on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from core.errors import RequestError

if TYPE_CHECKING:
    import torch
    from torch import nn

Network = TypeVar("Network", bound="nn.Module")


def resolve_device(wanted: str) -> torch.device:
    """`auto` takes CUDA, else MPS, else the CPU; anything else is a name as torch writes it.

    Raises: RequestError when the device is not there.
    """
    import torch

    usable = ["cpu"]
    if torch.backends.mps.is_available():
        usable.insert(0, "mps")
    if torch.cuda.is_available():
        usable.insert(0, "cuda")
    if wanted == "auto":
        return torch.device(usable[0])
    try:
        device = torch.device(wanted)
    except RuntimeError:
        raise RequestError(
            f"“{wanted}” is no device; use auto, cpu, cuda or mps (here: {', '.join(usable)})."
        ) from None
    too_high = device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count()
    if device.type not in usable or too_high:
        raise RequestError(
            f"There is no device “{wanted}” on this computer; use auto or {' or '.join(usable)}."
        )
    return device


def frozen(network: Network, device: torch.device) -> Network:
    """`network` as it is used: its weights fixed, without dropout, on the device.

    What it says where gradients are asked for comes from the arithmetic of what it says where they
    are not, for a score that is explained is to be the score that is shown. Layers that have two
    ways therefore take that of training, which is the same function once nothing drops out: of
    cuDNN's recurrent layers the other one has no backward pass, and attention's is fused. Nothing
    is switched for the whole process, in which other threads compute.
    """
    from torch import nn

    network.requires_grad_(False).eval().to(device)
    for layer in network.modules():
        if isinstance(layer, nn.RNNBase | nn.MultiheadAttention):
            layer.dropout = 0.0
            layer.training = True
        elif isinstance(layer, nn.TransformerEncoderLayer):
            layer.training = True  # its dropouts are layers of their own
    return network
