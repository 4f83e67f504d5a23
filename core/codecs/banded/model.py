"""The transform of the banded codec.

Encoding: an orthonormal MDCT, a log level per band, and the normalised band projected on its
principal directions. Decoding is exact about what the latents say. The energy they leave open is
imagined as noise, softer than it was: noise at full level, which is never the original's, costs
three decibels of signal-to-noise ratio, and none at all costs intelligibility.

The imagined lies in a few directions of each band, the carriers, orthogonal to the principal ones,
and a level hears what lies in them louder than the rest (`_hearing`). So a band that was decoded
softer is encoded as loud as before: encode(decode(Z)) = Z for every Z that some sound has, and
masked latents keep their meaning through the round trip.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from core.codecs._mdct import Mdct
from core.codecs._noise import frame_noise
from core.codecs.banded.layout import BandLayout, growing_edges
from core.job import CancelToken, until_cancelled

LEVEL_SCALE = 3.0  # nats per unit of the level latent: speech then spans about 0 … 2.5
LOUDEST = 8.0  # RMS per coefficient a level may decode to: a stray latent cannot blow up
TINY = 2.0**-30  # about 1e-9; a power of two, so its square's root is exact


class BandedModel(nn.Module):
    """Shape: samples (B, 1, N) ↔ latents (B, D, F), D = bands + Σ shapes, F = ceil(N/hop).

    The first `bands` dimensions are the levels, 0 is silence; then come the shapes band by band.
    """

    directions: Tensor  # (hop, Σ shapes), orthonormal columns, each inside its band
    carriers: Tensor  # (hop, Σ carriers), orthonormal columns likewise, and to the directions
    mean: Tensor  # (D,)
    indicator: Tensor
    band_of_coefficient: Tensor
    band_of_shape: Tensor
    band_of_carrier: Tensor
    whole: Tensor
    softness: Tensor
    unheard: Tensor
    widths: Tensor

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        layout = self.layout = BandLayout.from_config(config)
        self.mdct = Mdct(layout.hop)
        self.register_buffer("directions", torch.zeros(layout.hop, sum(layout.shapes)))
        self.register_buffer("carriers", torch.zeros(layout.hop, sum(layout.carriers)))
        self.register_buffer("mean", torch.zeros(layout.latent_dim))
        widths = torch.tensor(layout.widths)
        bands = torch.arange(layout.n_bands)
        band_of_coefficient = bands.repeat_interleave(widths)
        band_of_shape = bands.repeat_interleave(torch.tensor(layout.shapes))
        softness, unheard = _hearing(layout)
        derived = {
            "widths": widths.float(),
            "band_of_coefficient": band_of_coefficient,
            "band_of_shape": band_of_shape,
            "band_of_carrier": bands.repeat_interleave(torch.tensor(layout.carriers)),
            "softness": softness,
            "unheard": unheard,
            # (hop, bands): 1 where the coefficient belongs to the band
            "indicator": nn.functional.one_hot(band_of_coefficient, layout.n_bands).float(),
            # 1 for the coefficients of bands that are described completely
            "whole": (torch.tensor(layout.shapes) == widths)[band_of_coefficient].float(),
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
        said = coefficients @ self.directions
        norm = self._heard_norm(coefficients, said)  # (B, F, bands)
        level = torch.log1p((norm - TINY) / self._soft) / LEVEL_SCALE  # of silence exactly 0
        shape = said / self._spread(norm + self._soft, self.band_of_shape)
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
        imagined = self._imagine(said)
        explained = self._band_norm(said).square()
        missing = (1.0 - explained).clamp(min=TINY).sqrt() * self.softness
        unit = said + imagined * missing.index_select(-1, self.band_of_coefficient)
        return unit * norm.index_select(-1, self.band_of_coefficient)

    def _imagine(self, said: Tensor) -> Tensor:
        """Unit vectors per band, (B, F, hop), that say nothing the shapes could have said."""
        noise = frame_noise(said.shape[1], self.layout.hop, said.device)
        free = noise * self.whole + (noise @ self.carriers) @ self.carriers.T
        # A band described completely has no room beside its shape: when cells of it are masked,
        # the rest goes wherever the remaining shape is not.
        overlap = (free * said) @ self.indicator
        energy = self._band_norm(said).square()
        along = (overlap / (energy + TINY)).index_select(-1, self.band_of_coefficient)
        free = free - along * said
        norm = self._band_norm(free) + TINY
        unit: Tensor = free / norm.index_select(-1, self.band_of_coefficient)
        return unit

    @property
    def _soft(self) -> Tensor:
        return self.layout.floor * self.widths.sqrt()

    def _band_norm(self, coefficients: Tensor) -> Tensor:
        return ((coefficients.square() @ self.indicator) + TINY**2).sqrt()

    def _heard_norm(self, coefficients: Tensor, said: Tensor) -> Tensor:
        """Norm of each band (B, F, bands), its rest measured as `_hearing` says."""
        carried = coefficients @ self.carriers
        weight = self.softness**-2 - self.unheard
        power = (
            self.unheard * (coefficients.square() @ self.indicator)
            + (1 - self.unheard) * self._band_sum(said, self.band_of_shape)
            + weight * self._band_sum(carried, self.band_of_carrier)
        )
        return (power + TINY**2).sqrt()

    def _band_sum(self, shape: Tensor, index: Tensor) -> Tensor:
        zeros = shape.new_zeros(*shape.shape[:-1], self.layout.n_bands)
        return zeros.index_add(-1, index, shape.square())

    @staticmethod
    def _spread(per_band: Tensor, index: Tensor) -> Tensor:
        return per_band.index_select(-1, index)


def _hearing(layout: BandLayout) -> tuple[Tensor, Tensor]:
    """Per band: amplitude g of the imagined, and weight of the rest outside the carriers' span.

    A level is heard with weight 1 in the shape's span, 1/g² in the carriers' and less elsewhere, so
    that it is right on average for any rest, yet is found again when the decoder puts the rest
    into the carriers with amplitude g.
    """
    rests, carriers = torch.tensor(layout.rests), torch.tensor(layout.carriers)
    share = carriers / rests.clamp(min=1)
    softness = share.sqrt().clamp(min=layout.softness)
    softness[rests == 0] = 1.0
    unheard = (1 - share / softness.square()) / (1 - share).clamp(min=TINY)
    unheard[rests == carriers] = 1.0
    return softness, unheard.clamp(min=0.0)


def fit(
    sample_rate: int,
    hop: int,
    n_bands: int,
    narrowest: float,
    latent_dim: int,
    clips: list[Tensor],
    softness: float = 0.5,
    cancel: CancelToken | None = None,
) -> BandedModel:
    """A banded codec with directions and bit allocation from clips (each (N,)).

    Each band's directions are the principal axes of its normalised coefficients, weighted by the
    root of the energy so that quiet consonants count. The latent_dim − n_bands shape numbers go to
    the directions of largest variance; the carriers are random directions of what is left.
    Raises: Cancelled.
    """
    mdct = Mdct(hop)
    coefficients = torch.cat([mdct(clip[None])[0] for clip in until_cancelled(clips, cancel)])
    edges = growing_edges(hop, n_bands, narrowest)
    axes, ranked = [], []
    for band, (low, high) in enumerate(until_cancelled(itertools.pairwise(edges), cancel)):
        inside = coefficients[:, low:high]
        norm = inside.norm(dim=1, keepdim=True)
        unit = inside / (norm + 1e-4)
        variance, axis = torch.linalg.eigh(unit.T @ (unit * norm))
        axes.append(axis.flip(1))
        ranked += [(float(value), band) for value in variance.flip(0)]
    shapes = [0] * n_bands
    for _, band in sorted(ranked, reverse=True)[: latent_dim - n_bands]:
        shapes[band] += 1
    layout = BandLayout(sample_rate, hop, edges, tuple(shapes), softness)
    model = BandedModel(layout.to_config())
    generator = torch.Generator().manual_seed(0)
    said, carried = [], []
    for axis, size, count in zip(axes, shapes, layout.carriers, strict=True):
        mixing = torch.randn(axis.shape[1] - size, count, generator=generator)
        said.append(axis[:, :size])
        carried.append(axis[:, size:] @ torch.linalg.qr(mixing)[0])
    model.directions.copy_(torch.block_diag(*said))  # type: ignore[no-untyped-call]
    model.carriers.copy_(torch.block_diag(*carried))  # type: ignore[no-untyped-call]
    with torch.no_grad():
        encoded = [model.encode(clip[None, None])[0] for clip in until_cancelled(clips, cancel)]
        frames = torch.cat(encoded, dim=1)
        model.mean.copy_(frames.mean(dim=1))
    return model
