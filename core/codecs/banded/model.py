"""The network of the banded codec.

Encoding is analytic: an orthonormal MDCT, a log level per band, and the normalised band projected
on its principal directions. Decoding is exact about what the latents say and lets a small network
imagine the rest: the direction of each band's unexplained energy. The imagined part is orthogonal
to the principal directions, so encode(decode(Z)) = Z for every Z that some sound has; masked
latents keep their meaning through the round trip.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from core.codecs._mdct import Mdct
from core.codecs.banded.layout import BandLayout, growing_edges

LEVEL_SCALE = 3.0  # nats per unit of the level latent: speech then spans about 0 … 2.5
LOUDEST = 8.0  # RMS per coefficient a level may decode to: a stray latent cannot blow up
TINY = 2.0**-30  # about 1e-9; a power of two, so its square's root is exact


class Refiner(nn.Module):
    """Imagines the direction of each band's unexplained energy from the latents around it.

    Looks `temporal` frames to either side, so a latent frame's influence stays local in time.
    Shape: cells (B, F, bands, 1 + widest shape) → directions (B, F, bands, widest band).
    """

    def __init__(self, layout: BandLayout) -> None:
        super().__init__()
        cells = 1 + max(layout.shapes)
        widest = max(layout.widths)
        bands, width = layout.n_bands, layout.width
        self.into = nn.Parameter(torch.randn(bands, cells, width) / cells**0.5)
        self.place = nn.Parameter(torch.zeros(bands, width))
        kernels = [(3, 3)] * layout.temporal + [(5, 1)] * layout.spectral
        self.layers = nn.ModuleList(
            nn.Conv2d(width, width, kernel, padding=(kernel[0] // 2, kernel[1] // 2))
            for kernel in kernels
        )
        # Zero at the start: the untrained codec fills with noise alone, which is already good.
        self.out = nn.Parameter(torch.zeros(bands, width, widest))
        self.noise_gain = nn.Parameter(torch.zeros(bands, width))

    def forward(self, cells: Tensor) -> tuple[Tensor, Tensor]:
        """→ directions (B, F, bands, widest) and the gain of the noise (B, F, bands, 1)."""
        hidden = torch.einsum("bfkc,kcw->bwkf", cells, self.into) + self.place.T[None, :, :, None]
        for layer in self.layers:
            hidden = hidden + nn.functional.gelu(layer(hidden))
        directions = torch.einsum("bwkf,kwo->bfko", hidden, self.out)
        gain = torch.einsum("bwkf,kw->bfk", hidden, self.noise_gain)[..., None]
        return directions, torch.exp(gain.clamp(-5, 5))


class BandedModel(nn.Module):
    """Shape: samples (B, 1, N) ↔ latents (B, D, F), D = bands + Σ shapes, F = ceil(N/hop).

    The first `bands` dimensions are the levels, 0 is silence; then come the shapes band by band.
    """

    directions: Tensor  # (hop, Σ shapes), orthonormal columns, each inside its band
    mean: Tensor  # (D,)
    indicator: Tensor
    band_of_coefficient: Tensor
    band_of_shape: Tensor
    cell_index: Tensor
    coefficient_index: Tensor
    whole: Tensor
    widths: Tensor

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        layout = self.layout = BandLayout.from_config(config)
        self.mdct = Mdct(layout.hop)
        self.refiner = Refiner(layout)
        self.register_buffer("directions", torch.zeros(layout.hop, sum(layout.shapes)))
        self.register_buffer("mean", torch.zeros(layout.latent_dim))
        widths = torch.tensor(layout.widths)
        bands = torch.arange(layout.n_bands)
        band_of_coefficient = bands.repeat_interleave(widths)
        band_of_shape = bands.repeat_interleave(torch.tensor(layout.shapes))
        within = torch.cat([torch.arange(width) for width in layout.widths])
        place = torch.cat([torch.arange(size) for size in layout.shapes])
        derived = {
            "widths": widths.float(),
            "band_of_coefficient": band_of_coefficient,
            "band_of_shape": band_of_shape,
            # (hop, bands): 1 where the coefficient belongs to the band
            "indicator": nn.functional.one_hot(band_of_coefficient, layout.n_bands).float(),
            # position of each latent dimension in the padded (bands, 1 + widest shape) table
            "cell_index": torch.cat(
                [
                    bands * (1 + max(layout.shapes)),
                    band_of_shape * (1 + max(layout.shapes)) + 1 + place,
                ]
            ),
            "coefficient_index": band_of_coefficient * max(layout.widths) + within,
            # 1 for the shape dimensions of bands that are described completely
            "whole": (torch.tensor(layout.shapes) == widths)[band_of_shape].float(),
        }
        for name, value in derived.items():
            self.register_buffer(name, value, persistent=False)

    @property
    def facts(self) -> dict[str, Any]:
        """What `CodecSpec` needs to know."""
        layout = self.layout
        return {
            "sample_rate": layout.sample_rate,
            "frame_rate": layout.sample_rate / layout.hop,
            "latent_dim": layout.latent_dim,
            "bands": layout.band_of_dimension,
            "band_edges": layout.edges_hz,
        }

    def encode(self, samples: Tensor) -> Tensor:
        coefficients = self.mdct(samples[:, 0])  # (B, F, hop)
        norm = self._band_norm(coefficients)  # (B, F, bands)
        level = torch.log1p((norm - TINY) / self._soft) / LEVEL_SCALE  # of silence exactly 0
        softened = (norm + self._soft).index_select(-1, self.band_of_coefficient)
        shape = (coefficients / softened) @ self.directions
        return torch.cat([level, shape], dim=-1).transpose(1, 2)

    def decode(self, latents: Tensor, n_samples: int) -> Tensor:
        return self.mdct.inverse(self.coefficients(latents), n_samples)[:, None]

    def coefficients(self, latents: Tensor) -> Tensor:
        """latents (B, D, F) → MDCT coefficients (B, F, hop)."""
        z = latents.transpose(1, 2)
        level, shape = z[..., : self.layout.n_bands], z[..., self.layout.n_bands :]
        rms = torch.expm1(LEVEL_SCALE * level.clamp(0.0, 5.0)) * self.layout.floor
        norm = rms.clamp(max=LOUDEST) * self.widths.sqrt()
        shape = shape * self._spread((norm + self._soft) / (norm + TINY), self.band_of_shape)
        size = self._band_sum(shape, self.band_of_shape).clamp(min=TINY).sqrt()
        shape = shape / self._spread(size.clamp(min=1.0), self.band_of_shape)
        said = shape @ self.directions.T
        imagined = self._imagine(z, said)
        explained = self._band_norm(said).square()
        missing = (1.0 - explained).clamp(min=TINY).sqrt()
        unit = said + imagined * missing.index_select(-1, self.band_of_coefficient)
        return unit * norm.index_select(-1, self.band_of_coefficient)

    def _imagine(self, z: Tensor, said: Tensor) -> Tensor:
        """Unit vectors per band, (B, F, hop), that say nothing the shapes could have said."""
        layout = self.layout
        table = z.new_zeros(*z.shape[:2], layout.n_bands * (1 + max(layout.shapes)))
        table = table.index_copy(-1, self.cell_index, z)
        directions, gain = self.refiner(table.reshape(*z.shape[:2], layout.n_bands, -1))
        noise = gain * self._noise(z.shape[1], z.device)
        free = (directions + noise).flatten(-2).index_select(-1, self.coefficient_index)
        free = free - ((free @ self.directions) * (1 - self.whole)) @ self.directions.T
        # A band described completely has no room beside its shape: when cells of it are masked,
        # the rest goes wherever the remaining shape is not.
        overlap = (free * said) @ self.indicator
        energy = self._band_norm(said).square()
        along = (overlap / (energy + TINY)).index_select(-1, self.band_of_coefficient)
        free = free - along * said
        norm = self._band_norm(free) + TINY
        unit: Tensor = free / norm.index_select(-1, self.band_of_coefficient)
        return unit

    def _noise(self, n_frames: int, device: torch.device) -> Tensor:
        """The same noise on every device and in every run, (frames, bands, widest band)."""
        widest = max(self.layout.widths)
        count = n_frames * self.layout.n_bands * widest
        state = torch.arange(count, dtype=torch.int64, device=device) + 0x9E3779B9
        for _ in range(2):  # integer hash (Wang-style multiply–xor–shift), 32 bits in 64
            state = ((state ^ (state >> 16)) * 0x45D9F3B) & 0xFFFFFFFF
        state = state ^ (state >> 16)
        uniform = state.float() / 2**31 - 1.0
        return uniform.reshape(n_frames, self.layout.n_bands, widest)

    @property
    def _soft(self) -> Tensor:
        return self.layout.floor * self.widths.sqrt()

    def _band_norm(self, coefficients: Tensor) -> Tensor:
        return ((coefficients.square() @ self.indicator) + TINY**2).sqrt()

    def _band_sum(self, shape: Tensor, index: Tensor) -> Tensor:
        zeros = shape.new_zeros(*shape.shape[:-1], self.layout.n_bands)
        return zeros.index_add(-1, index, shape.square())

    @staticmethod
    def _spread(per_band: Tensor, index: Tensor) -> Tensor:
        return per_band.index_select(-1, index)


def fit(
    sample_rate: int, hop: int, n_bands: int, narrowest: float, latent_dim: int, clips: list[Tensor]
) -> BandedModel:
    """A banded codec with directions and bit allocation from clips (each (N,)), not yet refined.

    Each band's directions are the principal axes of its normalised coefficients, weighted by the
    fourth root of the energy so that quiet consonants count. The latent_dim − n_bands shape
    numbers go to the directions of largest variance.
    """
    mdct = Mdct(hop)
    coefficients = torch.cat([mdct(clip[None])[0] for clip in clips])
    edges = growing_edges(hop, n_bands, narrowest)
    axes, ranked = [], []
    for band, (low, high) in enumerate(itertools.pairwise(edges)):
        inside = coefficients[:, low:high]
        norm = inside.norm(dim=1, keepdim=True)
        unit = inside / (norm + 1e-4)
        variance, axis = torch.linalg.eigh(unit.T @ (unit * norm.sqrt()))
        axes.append(axis.flip(1))
        ranked += [(float(value), band) for value in variance.flip(0)]
    shapes = [0] * n_bands
    for _, band in sorted(ranked, reverse=True)[: latent_dim - n_bands]:
        shapes[band] += 1
    layout = BandLayout(sample_rate, hop, edges, tuple(shapes))
    model = BandedModel(layout.to_config())
    directions = torch.zeros(hop, sum(shapes))
    column = 0
    for band, size in enumerate(shapes):
        directions[edges[band] : edges[band + 1], column : column + size] = axes[band][:, :size]
        column += size
    model.directions.copy_(directions)
    with torch.no_grad():
        frames = torch.cat([model.encode(clip[None, None])[0] for clip in clips], dim=1)
        model.mean.copy_(frames.mean(dim=1))
    return model
