"""Relevance over time, or over time and frequency bands, as the spectrogram shows it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ui.views.frequency_axis import FrequencyScale

MOST_COLUMNS = 4096  # of its picture; no screen is wider


@dataclass(frozen=True, slots=True, eq=False)
class RelevanceFrames:
    """values: (F,), or (bands, F) with band_edges in Hz, one more than bands; over [start, end]."""

    values: npt.NDArray[np.floating]
    start: float
    end: float
    band_edges: npt.NDArray[np.floating] | None = None

    def __post_init__(self) -> None:
        if self.values.ndim == 2 and (
            self.band_edges is None or len(self.band_edges) != len(self.values) + 1
        ):
            raise ValueError("Relevance per band needs the bands' edges, one more than there are.")

    @property
    def per_frame(self) -> npt.NDArray[np.floating]:
        """(F,), summed over bands."""
        return self.values if self.values.ndim == 1 else self.values.sum(axis=0)

    def value_at(self, seconds: float, hertz: float) -> float | None:
        """Of the cell at a place; None outside."""
        frames = self.values.shape[-1]
        if not self.start <= seconds < self.end or not frames:
            return None
        frame = min(int((seconds - self.start) / (self.end - self.start) * frames), frames - 1)
        if self.band_edges is None:
            return float(self.values[frame])
        band = int(np.searchsorted(self.band_edges, hertz, side="right")) - 1
        return float(self.values[band, frame]) if 0 <= band < len(self.values) else None

    def rows(self, scale: FrequencyScale, rows: int) -> npt.NDArray[np.floating]:
        """(rows, columns) of a picture of the bands; 0 outside of them."""
        if self.band_edges is None:
            raise ValueError("Relevance per frame has no bands to draw.")
        hertz = scale.hertz((np.arange(rows) + 0.5) / rows)
        bands = np.searchsorted(self.band_edges, hertz, side="right") - 1
        inside = (bands >= 0) & (bands < len(self.values))
        values = thinned(self.values, MOST_COLUMNS)
        return np.where(inside[:, None], values[np.clip(bands, 0, len(values) - 1)], 0.0)


def thinned(values: npt.NDArray[np.floating], columns: int) -> npt.NDArray[np.floating]:
    """No more than so many columns; of each group the value farthest from 0."""
    return thinned_rows(values.T, -(-values.shape[1] // columns)).T


def thinned_rows(values: npt.NDArray[np.floating], group: int) -> npt.NDArray[np.floating]:
    """A row for each group of so many; of its values the one farthest from 0."""
    if group <= 1:
        return values
    firsts = np.arange(0, len(values), group)
    low = np.minimum.reduceat(values, firsts, axis=0)
    high = np.maximum.reduceat(values, firsts, axis=0)
    return np.where(-low > high, low, high)
