"""Where the bands lie, and how many numbers each gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class BandLayout:
    """The fixed facts of a banded codec; saved as its configuration.

    hop: MDCT coefficients a frame. edges: band edges in coefficients, ascending, 0 … hop.
    shapes: numbers for the shape of each band; as many as the band is wide makes it lossless.
    softness: amplitude of what is imagined, relative to the energy that the shapes leave open.
    floor: level of a band, RMS per coefficient, below which it fades into silence.
    """

    sample_rate: int
    hop: int
    edges: tuple[int, ...]
    shapes: tuple[int, ...]
    softness: float = 0.5
    floor: float = 1e-4

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> BandLayout:
        """Raises: TypeError, ValueError when `config` is not one of ours."""
        missing = {"edges", "shapes"} - set(config)
        if missing:
            raise ValueError(f"the layout lacks its {' and '.join(sorted(missing))}")
        values = {**config, "edges": tuple(config["edges"]), "shapes": tuple(config["shapes"])}
        layout = cls(**values)
        widths = layout.widths
        if layout.edges[:1] != (0,) or layout.edges[-1] != layout.hop or min(widths) < 1:
            raise ValueError("band edges must ascend from 0 to the hop")
        if len(layout.shapes) != len(widths):
            raise ValueError("there must be one shape size a band")
        if any(not 0 <= k <= w for k, w in zip(layout.shapes, widths, strict=True)):
            raise ValueError("a band cannot have more shape numbers than coefficients")
        if not 0 < layout.softness <= 1:
            raise ValueError("the softness must lie above 0 and be at most 1")
        return layout

    def to_config(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def widths(self) -> tuple[int, ...]:
        return tuple(b - a for a, b in zip(self.edges, self.edges[1:], strict=False))

    @property
    def n_bands(self) -> int:
        return len(self.edges) - 1

    @property
    def rests(self) -> tuple[int, ...]:
        """Dimensions of each band that its shape leaves open."""
        return tuple(w - k for w, k in zip(self.widths, self.shapes, strict=True))

    @property
    def carriers(self) -> tuple[int, ...]:
        """Dimensions of each band's rest in which it is imagined, about an eighth of it."""
        return tuple(-(-rest // 8) for rest in self.rests)

    @property
    def latent_dim(self) -> int:
        return self.n_bands + sum(self.shapes)

    @property
    def band_of_dimension(self) -> tuple[int, ...]:
        """Band of each latent dimension: all levels first, then the shapes band by band."""
        of_shapes = [band for band, size in enumerate(self.shapes) for _ in range(size)]
        return (*range(self.n_bands), *of_shapes)

    @property
    def edges_hz(self) -> tuple[float, ...]:
        return tuple(edge * self.sample_rate / (2 * self.hop) for edge in self.edges)


def growing_edges(hop: int, n_bands: int, narrowest: float) -> tuple[int, ...]:
    """Band edges whose widths grow geometrically from `narrowest` and sum to `hop`."""
    low, high = 1.0, 2.0
    for _ in range(60):  # bisection on the growth factor
        growth = (low + high) / 2
        total = sum(narrowest * growth**band for band in range(n_bands))
        low, high = (growth, high) if total < hop else (low, growth)
    edges, position = [0], 0.0
    for band in range(n_bands):
        position += narrowest * low**band
        edges.append(round(position))
    return (*edges[:-1], hop)
