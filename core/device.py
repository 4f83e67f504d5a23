"""Which device computes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import RequestError

if TYPE_CHECKING:
    import torch


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
