"""From tiles in dB to the pictures that a view shows: rows of its scale, colours of its map."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from core.types import FloatArray
from ui.views.color_maps import indices_of
from ui.views.frequency_axis import FrequencyScale, Number, RowMap
from ui.views.spectrogram_tiles import TILE, SpectrogramTiles, Stretch

Indices = npt.NDArray[np.uint8]
KEPT_TILES = 24  # of table indices, a byte a pixel
NICE_LIMITS = (3.0, 6.0, 12.0, 20.0, 30.0, 40.0, 60.0, 80.0)  # dB, of a difference
LOOKED_AT = 50_000  # differences, to find that range
AUDIBLE_RAMP = 20.0  # dB above the floor over which a mark comes in


class ScaledTiles:
    """Tiles resampled to rows of a scale.

    low, high: values that get the first and the last colour of a table.
    """

    def __init__(self, tiles: SpectrogramTiles, low: float, high: float) -> None:
        self.tiles = tiles
        self._low, self._high = low, high
        self._scale: FrequencyScale | None = None
        self._map: RowMap | None = None
        self._cache: OrderedDict[tuple[int, int], Indices] = OrderedDict()

    def use_rows(self, scale: FrequencyScale, rows: int) -> None:
        """Make all pictures from now on with so many rows of this scale."""
        if self._map is None or (scale, rows) != (self._scale, self._map.rows):
            self._scale = scale
            self._map = RowMap(self.tiles.frequencies, scale, rows)
            self._cache.clear()

    def forget(self) -> None:
        """Look at all tiles again: the provider knows better now."""
        self.tiles.forget()
        self._cache.clear()

    def cut(self, stretch: Stretch) -> Indices:
        """Table indices (rows, columns) of a stretch; call `use_rows` first."""
        return self._joined(stretch, self._indices)

    def values(self, stretch: Stretch) -> FloatArray:
        """The values themselves, (rows, columns)."""
        return self._joined(stretch, self._rows)

    def _joined(self, stretch: Stretch, tile_of: Callable[[int, int], npt.NDArray]) -> npt.NDArray:
        level, first, last = stretch
        if first >= last:
            return np.empty((0, 0), dtype=np.uint8)
        parts = []
        for index in range(first // TILE, (last - 1) // TILE + 1):
            begin = index * TILE
            tile = tile_of(level, index)
            parts.append(tile[:, max(first - begin, 0) : last - begin])
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)

    def _indices(self, level: int, index: int) -> Indices:
        known = self._cache.get((level, index))
        if known is not None:
            self._cache.move_to_end((level, index))
            return known
        tile = self.tiles.tile(level, index)
        values = tile if tile is not None else self.tiles.stand_in(level, index)
        # Made indices of first, it is a quarter of the bytes to resample.
        indices = self._resampled(indices_of(values, self._low, self._high))
        if tile is not None:
            self._cache[level, index] = indices
            if len(self._cache) > KEPT_TILES:
                self._cache.popitem(last=False)
        return indices

    def _rows(self, level: int, index: int) -> FloatArray:
        tile = self.tiles.tile(level, index)
        return self._resampled(tile if tile is not None else self.tiles.stand_in(level, index))

    def _resampled(self, values: npt.NDArray[Number]) -> npt.NDArray[Number]:
        if self._map is None:
            raise AssertionError("use_rows comes first")
        return self._map.apply(values)


def difference(a: ScaledTiles, b: ScaledTiles, stretch: Stretch) -> FloatArray:
    """b − a in dB over a stretch of a's columns, (rows, columns); 0 where b has none."""
    minuend = a.values(stretch)
    other, mine = b.tiles, a.tiles
    if (other.start, other.hop, other.n_frames) == (mine.start, mine.hop, mine.n_frames):
        return b.values(stretch) - minuend
    level, first, last = stretch
    begin, end = mine.seconds_of(stretch)
    theirs = other.stretch(begin, end, min(level, other.coarsest))
    result = np.zeros_like(minuend)
    if theirs.first < theirs.last:
        centres = mine.start + ((np.arange(first, last) + 0.5) * 2**level - 0.5) * mine.hop
        frames = (centres - other.start) / other.hop + 0.5
        columns = np.floor(frames / 2**theirs.level).astype(np.intp) - theirs.first
        inside = (columns >= 0) & (columns < theirs.last - theirs.first)
        result[:, inside] = b.values(theirs)[:, columns[inside]] - minuend[:, inside]
    return result


def difference_limit(a: SpectrogramTiles, b: SpectrogramTiles) -> float:
    """A round number of dB that few differences exceed, for the two ends of the colours."""
    level = max(a.coarsest, b.coarsest)
    tiles = a.tile(min(level, a.coarsest), 0), b.tile(min(level, b.coarsest), 0)
    if tiles[0] is None or tiles[1] is None or tiles[0].shape != tiles[1].shape:
        return NICE_LIMITS[-2]
    step = -(-tiles[0].size // LOOKED_AT)
    most = clip_limit(tiles[1].ravel()[::step] - tiles[0].ravel()[::step])
    return next((limit for limit in NICE_LIMITS if limit >= most), NICE_LIMITS[-1])


def clip_limit(values: npt.NDArray) -> float:
    """A 99th of what is not 0 is at most this strong, regardless of sign; 1.0 where all is 0.

    What a diverging map shows as its strongest colours, so that one outlier does not bleach the
    rest.
    """
    strengths = np.abs(values[values != 0.0])
    strengths = strengths[np.isfinite(strengths)]
    rank = math.ceil(0.99 * len(strengths)) - 1
    # numpy's percentile loads a module of its own at its first call, while the window waits.
    limit = float(np.partition(strengths, rank)[rank]) if len(strengths) else 0.0
    return limit if limit > 0.0 and math.isfinite(limit) else 1.0


def kept_marks(change_db: FloatArray, version_db: FloatArray, floor_db: float) -> FloatArray:
    """How strongly to mark each cell as kept, 0…1, from the change in dB against the original.

    1 where the level is unchanged, 0 from 20 dB less on, and nothing where the version is silent.
    """
    kept = 1.0 + np.minimum(change_db, 0.0) / np.float32(AUDIBLE_RAMP)
    return np.clip(kept, 0.0, 1.0) * _audible(version_db, floor_db)


def removed_marks(change_db: FloatArray, version_db: FloatArray, floor_db: float) -> FloatArray:
    """How strongly to mark each cell as taken out, 0…1: 0 where unchanged, 1 from −20 dB on.

    Nothing where the original was silent; all of it where the version has become so, for how far
    below the floor it fell is not known.
    """
    gone = -np.minimum(change_db, 0.0) / np.float32(AUDIBLE_RAMP)
    gone = np.where((version_db <= floor_db) & (change_db < 0.0), np.float32(1.0), gone)
    return np.clip(gone, 0.0, 1.0) * _audible(version_db - change_db, floor_db)


def _audible(db: FloatArray, floor_db: float) -> FloatArray:
    return np.clip((db - np.float32(floor_db)) / np.float32(AUDIBLE_RAMP), 0.0, 1.0)
