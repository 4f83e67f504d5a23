"""The networks of the neural codec.

A frame of the MDCT has more coefficients than latents: besides the level of each band only some
coefficients can be said. A vowel has its energy where a hiss has none; a network that sees the
levels ranks the coefficients, and the first of them are said. As the levels are among the latents,
the decoder ranks alike. What is left open is filled by a second network, which sees the
neighbouring frames too, mixed with noise and as loud as the levels demand.

So levels, and with them the ranking, are found again exactly in what was decoded, and so is what
was said: decode(encode(x)) = x for every x that was decoded, from masked latents too.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from core.codecs._mdct import Mdct
from core.codecs._noise import frame_noise

FLOOR = 1e-4  # RMS per coefficient below which a band fades into silence
LEVEL_SCALE = 3.0  # nats per unit of the level latent: speech then spans about 0 … 2.5
LOUDEST = 8.0  # RMS per coefficient a level may decode to: a stray latent cannot blow up
TINY = 2.0**-30  # about 1e-9; a power of two, so its square's root is exact
SLACK = 1e-4  # share of a band's energy that may be missing without being filled: of rounding
NOUGHT = 1e-7  # RMS per coefficient that a level has to be above for shapes to mean anything
UNHEARD = 1e-5  # RMS per coefficient below which levels rank alike
HIDDEN = 128  # units of the network that ranks


class NeuralModel(nn.Module):
    """Shape: samples (B, 1, N) ↔ latents (B, D, F), F = ceil(N / hop).

    The first `bands` dimensions are the levels, 0 is silence. Then come the said coefficients,
    relative to their band's level: of the lowest ones each has its own dimension, and the others
    stand in for those that are not said.

    config: sample_rate, hop, edges (of the bands, in coefficients, 0 … hop), latent_dim, tilt (by
    how many nats the highest coefficient ranks below the lowest of the same level, before
    training), width and blocks (of the network that fills).
    """

    mean: Tensor  # (D,)
    between: Tensor  # (bands, hop): interpolates what bands have to coefficients
    slope: Tensor  # (hop,)
    band_of_coefficient: Tensor
    indicator: Tensor  # (hop, bands): 1 where the coefficient belongs to the band
    widths: Tensor  # (bands,)

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        self.sample_rate = int(config["sample_rate"])
        hop, latent_dim = int(config["hop"]), int(config["latent_dim"])
        width, blocks = int(config["width"]), int(config["blocks"])
        edges = [int(edge) for edge in config["edges"]]
        widths = torch.tensor([high - low for low, high in itertools.pairwise(edges)])
        if len(widths) < 2:
            raise ValueError("there must be two bands or more")
        if edges[0] != 0 or edges[-1] != hop or min(widths) < 1:
            raise ValueError("band edges must ascend from 0 to the hop")
        self.n_bands = len(widths)
        self.n_said = latent_dim - self.n_bands
        if not 0 < self.n_said < hop:
            raise ValueError("there must be more latents than bands, and fewer than coefficients")
        self.mdct = Mdct(hop)
        self.rank = nn.Sequential(
            nn.Linear(self.n_bands, HIDDEN), nn.GELU(), _silent(nn.Linear(HIDDEN, hop))
        )
        self.fill = nn.Sequential(
            nn.Linear(self.n_bands + hop, width),
            *(Block(width, 3 if number == 0 else 1) for number in range(blocks)),
            _silent(nn.Linear(width, 2 * hop)),
        )
        self.register_buffer("mean", torch.zeros(latent_dim))
        band_of_coefficient = torch.arange(self.n_bands).repeat_interleave(widths)
        derived = {
            "between": _interpolation(edges),
            "slope": float(config["tilt"]) * torch.arange(hop) / hop,
            "band_of_coefficient": band_of_coefficient,
            "indicator": nn.functional.one_hot(band_of_coefficient, self.n_bands).float(),
            "widths": widths.float(),
        }
        for name, value in derived.items():
            self.register_buffer(name, value, persistent=False)

    @property
    def facts(self) -> dict[str, Any]:
        """What `CodecSpec` needs to know."""
        return {
            "sample_rate": self.sample_rate,
            "frame_rate": self.sample_rate / self.mdct.hop,
            "latent_dim": len(self.mean),
        }

    def encode(self, samples: Tensor) -> Tensor:
        return self.latents(self.mdct(samples[:, 0])).transpose(1, 2)

    def decode(self, latents: Tensor, n_samples: int) -> Tensor:
        return self.mdct.inverse(self.coefficients(latents.transpose(1, 2)), n_samples)[:, None]

    def latents(self, coefficients: Tensor) -> Tensor:
        """MDCT coefficients (B, F, hop) → (B, F, D)."""
        level, unit = self.analysed(coefficients)
        return torch.cat([level, unit.gather(-1, self.places(self.chosen(level)))], dim=-1)

    def coefficients(self, latents: Tensor) -> Tensor:
        """Latents (B, F, D) → MDCT coefficients (B, F, hop)."""
        level, told = latents.tensor_split([self.n_bands], dim=-1)
        level = level.clamp(0.0, 5.0)
        said = self.chosen(level)
        unit = told.new_zeros(said.shape).scatter(-1, self.places(said), told)
        return self.completed(level, unit, said)

    def analysed(self, coefficients: Tensor) -> tuple[Tensor, Tensor]:
        """MDCT coefficients (B, F, hop) → levels (B, F, bands), coefficients relative to them."""
        norm = self._norm(coefficients)
        level = torch.log1p((norm - TINY) / self._soft) / LEVEL_SCALE  # of silence exactly 0
        return level, coefficients / self._spread((norm + self._soft) / self.widths.sqrt())

    def chosen(self, level: Tensor) -> Tensor:
        """Whether each coefficient is said, boolean (B, F, hop), from levels (B, F, bands)."""
        worth = self._loudness(level).log() + self.expected(level) - self.slope
        first = worth.topk(self.n_said, dim=-1).indices
        return torch.zeros_like(worth, dtype=torch.bool).scatter(-1, first, True)

    def expected(self, level: Tensor) -> Tensor:
        """How much stronger than its band a coefficient is thought to be, in nats, (B, F, hop)."""
        loudness = self._loudness(level).log()
        middle = loudness @ (self.indicator / self.widths) @ self.between
        corrected: Tensor = self.rank(level)
        return middle - loudness + corrected

    def places(self, said: Tensor) -> Tensor:
        """The coefficient that each latent after the levels says, (B, F, D − bands)."""
        at_home, visiting = said.tensor_split([self.n_said], dim=-1)
        # Those not said come first, and those that are, each in their order.
        free = at_home.byte().argsort(dim=-1, stable=True)
        guests = (~visiting).byte().argsort(dim=-1, stable=True) + self.n_said
        most = min(free.shape[-1], guests.shape[-1])
        free, guests = free[..., :most], guests[..., :most]
        count = (~at_home).sum(dim=-1, keepdim=True)
        hosted = torch.where(torch.arange(most, device=said.device) < count, guests, free)
        home = torch.arange(self.n_said, device=said.device).expand_as(at_home)
        return home.scatter(-1, free, hosted)

    def completed(self, level: Tensor, unit: Tensor, said: Tensor) -> Tensor:
        """MDCT coefficients (B, F, hop) of which some are told relative to the levels.

        unit: (B, F, hop), 0 where nothing is told. said: true where something could be.
        """
        rms = torch.expm1(LEVEL_SCALE * level) * FLOOR
        norm = rms.clamp(max=LOUDEST) * self.widths.sqrt()
        there = rms > NOUGHT  # in the others the shapes are those of rounding errors
        unit = unit * self._spread((rms + FLOOR) / (rms + TINY) * there)
        told = self._power(unit)
        unit = unit * self._spread((self.widths / (told + TINY)).sqrt().clamp(max=1.0))
        noise = frame_noise(unit.shape[1], unit.shape[2], unit.device)
        # A band that is said completely has no room beside what is said: when latents of it are
        # masked, the rest goes wherever the remaining ones are not.
        whole = (said.to(unit) @ self.indicator > self.widths - 0.5) & there
        along = (noise * unit) @ self.indicator / (self._power(unit) + TINY)
        rest = (noise - self._spread(along) * unit) * self._spread(whole.to(unit))
        known = unit + rest * self._spread(self._missing(unit, rest))
        seen = torch.cat([level, torch.asinh(known)], dim=-1)
        guess, gain = self.fill(seen).chunk(2, dim=-1)
        envelope = (self.expected(level) + gain).clamp(-4.0, 4.0).exp()
        filled = (guess + noise * envelope) * ~said
        unit = known + filled * self._spread(self._missing(known, filled))
        coefficients: Tensor = unit * self._spread(norm / self._norm(unit))
        return coefficients

    def _loudness(self, level: Tensor) -> Tensor:
        """RMS per coefficient of the band each coefficient is in, (B, F, hop)."""
        return self._spread(torch.expm1(LEVEL_SCALE * level) * FLOOR + UNHEARD)

    def _missing(self, unit: Tensor, filling: Tensor) -> Tensor:
        """By how much to multiply what fills each band to bring it to its level."""
        missing = (self.widths * (1 - SLACK) - self._power(unit)).clamp(min=TINY)
        return (missing / (self._power(filling) + TINY)).sqrt()

    @property
    def _soft(self) -> Tensor:
        return FLOOR * self.widths.sqrt()

    def _power(self, coefficients: Tensor) -> Tensor:
        return coefficients.square() @ self.indicator

    def _norm(self, coefficients: Tensor) -> Tensor:
        return (self._power(coefficients) + TINY**2).sqrt()

    def _spread(self, per_band: Tensor) -> Tensor:
        return per_band.index_select(-1, self.band_of_coefficient)


class Block(nn.Module):
    """A ConvNeXt block along time. Shape: (B, F, width) → the same."""

    def __init__(self, width: int, kernel: int) -> None:
        super().__init__()
        self.along = nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=width)
        self.norm = nn.LayerNorm(width)
        self.across = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )

    def forward(self, hidden: Tensor) -> Tensor:
        moved = self.along(hidden.transpose(1, 2)).transpose(1, 2)
        changed: Tensor = self.across(self.norm(moved))
        return hidden + changed


def _interpolation(edges: list[int]) -> Tensor:
    """Linear interpolation from the middles of bands to coefficients, (bands, hop)."""
    ends = torch.tensor(edges, dtype=torch.float32)
    middles = (ends[:-1] + ends[1:] - 1) / 2
    place = torch.arange(edges[-1], dtype=torch.float32)
    right = torch.searchsorted(middles, place).clamp(1, len(middles) - 1)
    left = right - 1
    share = ((place - middles[left]) / (middles[right] - middles[left])).clamp(0.0, 1.0)
    numbers = torch.arange(len(middles))[:, None]
    return (numbers == left) * (1 - share) + (numbers == right) * share


def _silent(layer: nn.Linear) -> nn.Linear:
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer
