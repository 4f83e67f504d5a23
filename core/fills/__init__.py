"""Fills: what stands in the latent cells that were taken out. A plug-in each.

The fill changes the result (method.md §1), so every export names the one that was used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core.codecs import Codec
from core.latents import LatentCode
from core.options import Plain
from core.registry import Registry
from core.types import FloatArray


@dataclass(frozen=True, slots=True)
class FillSpec:
    """What a fill states about itself.

    options: the numbers it works with, by name: what else its latents depend on.
    """

    id: str
    label: str
    reference: str
    options: Mapping[str, Plain] = field(default_factory=dict, hash=False)


MakeFill = Callable[[Codec, LatentCode, int], FloatArray]
"""make(codec, code to be masked, seed) → latents (D, F) of the same shape as the code."""

FILLS: Registry[FillSpec, MakeFill] = Registry("fill", __name__)
