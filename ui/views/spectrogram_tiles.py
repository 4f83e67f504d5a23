"""A spectrogram of any length as tiles of several resolutions, of which a view takes what it shows.

Level 0 has the transform's own frames, a column each; a column of level n is the maximum of 2ⁿ
frames, so that a click an hour apart from its neighbours stays visible. A tile has `TILE` columns.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple, Protocol, Union

import numpy as np

from core.types import FloatArray, Spectrogram

TILE = 1024  # columns
KEPT_TILES = 16  # of a provider, in memory; a view shows two or three
MOST_COLUMNS = 32_767  # of one image, as wide as Qt and pyqtgraph draw without trouble

Provider = Callable[[int, int], FloatArray | None]


class TileSource(Protocol):
    """A spectrogram that is made elsewhere, bit by bit; members as of `SpectrogramTiles`."""

    frequencies: FloatArray
    hop: float
    n_frames: int
    floor_db: float
    start: float

    def tile(self, level: int, index: int) -> FloatArray | None: ...


Source = Union[Spectrogram, TileSource, "SpectrogramTiles"]


class Stretch(NamedTuple):
    """Columns [first, last) of a level."""

    level: int
    first: int
    last: int


class SpectrogramTiles:
    """The levels of one spectrogram, from an array or from a provider that computes elsewhere.

    frequencies: Hz per bin. hop: seconds from frame to frame; frame 0 is centred at `start`.
    provider: (level, index) → float32 (bins, ≤ TILE) in dB: the maxima of groups of 2**level
        frames, from group index·TILE on. It must answer at once: None means not yet; it is asked
        again whenever the tile is looked at, and may hand it in with `put`.
    """

    def __init__(
        self,
        frequencies: FloatArray,
        hop: float,
        n_frames: int,
        floor_db: float,
        provider: Provider,
        *,
        start: float = 0.0,
    ) -> None:
        self.frequencies = frequencies
        self.hop = hop
        self.n_frames = n_frames
        self.floor_db = floor_db
        self.start = start
        self._provider = provider
        self._tiles: OrderedDict[tuple[int, int], FloatArray] = OrderedDict()

    @classmethod
    def of(cls, source: Source) -> SpectrogramTiles:
        """Of a spectrogram in memory, or of what is made elsewhere, without waiting for it.

        A long spectrogram in memory should be `prepare`d away from the GUI thread.
        """
        if isinstance(source, SpectrogramTiles):
            return source
        if not isinstance(source, Spectrogram):
            measures = source.frequencies, source.hop, source.n_frames, source.floor_db
            return cls(*measures, source.tile, start=source.start)
        times = source.times
        hop = float(times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 else 0.016
        start = float(times[0]) if len(times) else 0.0
        return cls.of_array(source.db, source.frequencies, hop, source.floor_db, start=start)

    @classmethod
    def of_array(
        cls,
        values: FloatArray,
        frequencies: FloatArray,
        hop: float,
        floor_db: float,
        *,
        start: float = 0.0,
    ) -> SpectrogramTiles:
        """From an array (bins, frames)."""
        levels = [values]

        def cut(level: int, index: int) -> FloatArray:
            while len(levels) <= level:
                levels.append(_halved(levels[-1]))
            return levels[level][:, index * TILE : (index + 1) * TILE]

        return cls(frequencies, hop, values.shape[1], floor_db, cut, start=start)

    def prepare(self) -> SpectrogramTiles:
        """Make every level of an array, which else happens when it is first looked at."""
        self.tile(self.coarsest, 0)
        return self

    @property
    def coarsest(self) -> int:
        """The level at which one tile holds everything."""
        return max(0, math.ceil(math.log2(max(self.n_frames, 1) / TILE)))

    @property
    def end(self) -> float:
        """Seconds at the centre of the last frame."""
        return self.start + max(self.n_frames - 1, 0) * self.hop

    def columns_of(self, level: int) -> int:
        return -(-self.n_frames // 2**level)

    def level_for(self, seconds_per_pixel: float) -> int:
        """The finest level whose columns are no narrower than a pixel: drawing drops none."""
        frames = seconds_per_pixel / self.hop
        return 0 if frames <= 1 else min(self.coarsest, math.ceil(math.log2(frames)))

    def stretch(self, start: float, end: float, level: int) -> Stretch:
        """The columns that touch [start, end] in seconds; no more than an image may have."""
        first = math.floor(((start - self.start) / self.hop + 0.5) / 2**level)
        last = math.ceil(((end - self.start) / self.hop + 0.5) / 2**level)
        first = min(max(first, 0), self.columns_of(level))
        last = min(max(last, first), self.columns_of(level), first + MOST_COLUMNS)
        return Stretch(level, first, last)

    def seconds_of(self, stretch: Stretch) -> tuple[float, float]:
        """Where the first column begins and the last ends; the very last group may be short."""
        frames = (
            stretch.first * 2**stretch.level,
            min(stretch.last * 2**stretch.level, self.n_frames),
        )
        begin, end = (self.start + (frame - 0.5) * self.hop for frame in frames)
        return begin, end

    def tile(self, level: int, index: int) -> FloatArray | None:
        """One tile, or None while it is being computed."""
        known = self._tiles.get((level, index))
        if known is not None:
            self._tiles.move_to_end((level, index))
            return known
        made = self._provider(level, index)
        if made is not None:
            self.put(level, index, made)
        return made

    def put(self, level: int, index: int, values: FloatArray) -> None:
        """Hand in a tile that was computed elsewhere."""
        self._tiles[level, index] = values
        self._tiles.move_to_end((level, index))
        while len(self._tiles) > KEPT_TILES:
            # Whole-clip tiles stand in for missing ones and are small in number: they stay.
            oldest = next((key for key in self._tiles if key[0] < self.coarsest), None)
            if oldest is None:
                break
            del self._tiles[oldest]

    def forget(self) -> None:
        """The provider knows better than what it gave before."""
        self._tiles.clear()

    def stand_in(self, level: int, index: int) -> FloatArray:
        """What is known of a missing tile: columns of a coarser one repeated, or the floor."""
        width = min(TILE, self.columns_of(level) - index * TILE)
        for up in range(1, self.coarsest - level + 1):
            place, group = divmod(index * TILE, 2**up * TILE)
            coarse = self._tiles.get((level + up, place))
            if coarse is not None:
                columns = (group + np.arange(width)) >> up
                return coarse[:, np.minimum(columns, coarse.shape[1] - 1)]
        return np.full((len(self.frequencies), width), self.floor_db, dtype=np.float32)

    def value_at(self, seconds: float, hertz: float) -> float | None:
        """dB of the nearest frame and bin; None outside, or where it is not known now."""
        frame = round((seconds - self.start) / self.hop)
        if not 0 <= frame < self.n_frames:
            return None
        tile = self.tile(0, frame // TILE)
        if tile is None:
            return None
        return float(tile[nearest(self.frequencies, hertz), frame % TILE])

    def loudest(self) -> tuple[float, float, float] | None:
        """(seconds, Hz, dB) of the loudest place, to a column of the coarsest level."""
        tile = self.tile(self.coarsest, 0) if self.n_frames else None
        if tile is None:
            return None
        row, column = np.unravel_index(int(np.argmax(tile)), tile.shape)
        frame = min((column + 0.5) * 2**self.coarsest - 0.5, self.n_frames - 1)
        level = float(tile[row, column])
        return self.start + frame * self.hop, float(self.frequencies[row]), level


def nearest(frequencies: FloatArray, hertz: float) -> int:
    """Index of the bin nearest a frequency."""
    return int(np.argmin(np.abs(frequencies - hertz)))


def _halved(values: FloatArray) -> FloatArray:
    """Maxima of pairs of columns; an odd one stays by itself."""
    pairs = values[:, : values.shape[1] // 2 * 2]
    halved = np.maximum(pairs[:, ::2], pairs[:, 1::2])
    if values.shape[1] % 2:
        halved = np.concatenate([halved, values[:, -1:]], axis=1)
    return halved
