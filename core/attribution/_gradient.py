"""The gradient all gradient methods share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from core.attribution import Forward


def input_gradient(forward: Forward, rows: Tensor) -> Tensor:
    """Gradient of each row's number with respect to that row, shape (rows, D, F).

    Only the input is differentiated: parameters receive no gradient, and `rows` stays as it is.
    Works where the caller has switched gradients off.
    """
    import torch

    with torch.enable_grad():
        inputs = rows.detach().requires_grad_(True)
        # Rows do not look at each other, so the gradient of the sum is each row's own.
        (gradient,) = torch.autograd.grad(forward(inputs).sum(), inputs)
    return gradient
