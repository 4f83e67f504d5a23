"""Attribution methods: how much each latent cell spoke for the class.

A method is a plug-in: one module here that registers a builder of an `Attributor`. It sees only a
scalar forward function; cancelling, progress, the choice of target and the completeness gap are
the business of `core.attribute`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from core.origin import Option
from core.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor

    Forward = Callable[[Tensor], Tensor]
    """forward(latents (rows, D, F)) → (rows,): the explained number, differentiable."""


@dataclass(frozen=True, slots=True)
class AttributionSpec:
    """What a method states about itself.

    signed: its values can speak against the class as well.
    complete: its values promise to sum to f(Z) − f(fill) (the IG family).
    quick: a handful of passes; fit for live use and for dragging a slider.
    options: the numbers it works with, by name: what else its values depend on.
    """

    id: str
    label: str
    reference: str
    signed: bool
    complete: bool = False
    quick: bool = False
    options: Mapping[str, Option] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, eq=False)
class Relevance:
    """What an attributor returns: values (D, F), and the passes along the path where it has one."""

    values: Tensor
    steps: int | None = None


class Attributor(Protocol):
    def __call__(self, forward: Forward, code: Tensor, fill: Tensor, seed: int) -> Relevance:
        """code, fill: (D, F). Same arguments, same values, on every device to float tolerance."""
        ...


ATTRIBUTORS: Registry[AttributionSpec, Callable[[], Attributor]] = Registry("method", __name__)
