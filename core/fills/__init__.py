"""Fills: what stands in the latent cells that were taken out. A plug-in each.

The fill changes the result (method.md §1), so every export names the one that was used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.codecs import Codec
from core.registry import Registry
from core.types import FloatArray, LatentCode


@dataclass(frozen=True, slots=True)
class FillSpec:
    """What a fill states about itself."""

    id: str
    label: str
    reference: str


MakeFill = Callable[[Codec, LatentCode, int], FloatArray]
"""make(codec, code to be masked, seed) → latents (D, F) of the same shape as the code."""

FILLS: Registry[FillSpec, MakeFill] = Registry("fill", __name__)
