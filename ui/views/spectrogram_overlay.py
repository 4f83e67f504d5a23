"""What lies over the spectrogram: what is kept or taken out, or relevance."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject

from core.types import FloatArray, Spectrogram, Variant
from ui.formatting import number
from ui.theme import current_theme
from ui.views.color_legend import ColorBar, signed_bar
from ui.views.color_maps import OVERLAY_OPACITY, ColorTable, tint_table
from ui.views.relevance_frames import RelevanceFrames
from ui.views.spectrogram_canvas import SpectrogramCanvas
from ui.views.spectrogram_header import Overlay, SpectrogramLayout
from ui.views.spectrogram_keeper import PictureKeeper
from ui.views.spectrogram_pictures import AUDIBLE_RAMP, kept_marks, removed_marks
from ui.views.spectrogram_tiles import SpectrogramTiles

MARKED = {Overlay.KEPT: Variant.EXPLANATION, Overlay.REMOVED: Variant.REMOVED}


class SpectrogramOverlay(QObject):
    """Has the keeper draw it, or the curve of each plot.

    kind: which it is. hidden: whether the user looks below it. frames: relevance, where known.
    """

    def __init__(self, canvas: SpectrogramCanvas, keeper: PictureKeeper) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._keeper = keeper
        self._tiles: Mapping[Variant, SpectrogramTiles] = {}
        self._arrays: dict[Variant, Spectrogram] = {}  # of the versions that were given as one
        self.kind = Overlay.NONE
        self.hidden = False
        self.frames: RelevanceFrames | None = None

    @property
    def covers(self) -> bool:
        """Whether colours that are no levels are seen all over the picture."""
        return self._keeper.has_overlay and not self.hidden

    def take_spectrograms(
        self, tiles: Mapping[Variant, SpectrogramTiles], sources: Mapping[Variant, object]
    ) -> None:
        """The versions from now on; marks belong to those before and go with them.

        sources: what the tiles were made from.
        """
        self._tiles = tiles
        self._arrays = {v: each for v, each in sources.items() if isinstance(each, Spectrogram)}
        if self.kind in MARKED:
            self._keeper.take_marks(None)

    def take_relevance(
        self,
        values: npt.ArrayLike | None,
        start: float,
        end: float,
        band_edges: npt.ArrayLike | None,
    ) -> None:
        """As `SpectrogramView.show_relevance` has it."""
        if values is None:
            self.frames = None
            return
        values = np.asarray(values, dtype=np.float64)
        edges = None if band_edges is None else np.asarray(band_edges, dtype=np.float64)
        self.frames = RelevanceFrames(values, start, end, edges)

    def show(self, kind: Overlay, values: FloatArray | SpectrogramTiles | None = None) -> None:
        """As `SpectrogramView.show_overlay` has it.

        Raises: ValueError when values have another shape than their spectrogram.
        """
        self.kind = kind
        self._keeper.take_marks(None)
        frames = self.frames if kind is Overlay.RELEVANCE else None
        if frames is not None and frames.band_edges is not None:
            self._keeper.take_bands(frames)
        for plot in self._canvas.spectrogram_plots:
            if frames is not None and frames.band_edges is None:
                plot.curve.show_curve(frames.values, frames.start, frames.end)
            else:
                plot.curve.show_curve(None)
        marks = self._marks(values) if kind in MARKED else None
        if marks is not None:
            self._keeper.take_marks(marks, self._mark_table())

    def show_hidden(self, hidden: bool) -> None:
        """Call it again when the layout changes."""
        self.hidden = hidden
        # Neither kept nor relevant says anything about a difference of any two versions.
        seen = not hidden and self._canvas.layout_kind is not SpectrogramLayout.DIFFERENCE
        for plot in self._canvas.spectrogram_plots:
            plot.show_overlay_visible(seen)

    def recolor(self) -> None:
        """Take the colours of the theme there is now."""
        if self.kind in MARKED:
            self._keeper.recolor_marks(self._mark_table())

    def bar(self) -> ColorBar | None:
        """What its colours mean."""
        if self.kind in MARKED:
            places = (1.0, 0.0) if self.kind is Overlay.KEPT else (0.0, 1.0)
            ticks = zip(places, ("0", number(-AUDIBLE_RAMP, 0)), strict=True)
            return ColorBar(self._mark_table(), self.tr("change"), tuple(ticks))
        if (
            self.kind is Overlay.RELEVANCE
            and self.frames is not None
            and self.frames.band_edges is not None
        ):
            return signed_bar(self._keeper.bands_limit, opacity=OVERLAY_OPACITY)
        return None

    def _mark_table(self) -> ColorTable:
        return tint_table(current_theme().variants[MARKED[self.kind]])

    def _marks(self, values: FloatArray | SpectrogramTiles | None) -> SpectrogramTiles | None:
        if isinstance(values, SpectrogramTiles):
            return values
        if values is not None:
            return self._marks_of_array(values)
        tiled = MARKED[self.kind] in self._tiles.keys() - self._arrays.keys()
        return self._marks_of_tiles() if tiled and Variant.ORIGINAL in self._tiles else None

    def _marks_of_array(self, change_db: FloatArray) -> SpectrogramTiles:
        version = self._arrays.get(MARKED[self.kind])
        if version is None or change_db.shape != version.db.shape:
            raise ValueError(
                "The change must have the shape of the spectrogram of the "
                f"{MARKED[self.kind]} version, not {change_db.shape}."
            )
        marks = kept_marks if self.kind is Overlay.KEPT else removed_marks
        tiles = self._tiles[MARKED[self.kind]]
        return SpectrogramTiles.of_array(
            marks(change_db, version.db, version.floor_db),
            tiles.frequencies,
            tiles.hop,
            0.0,
            start=tiles.start,
        )

    def _marks_of_tiles(self) -> SpectrogramTiles:
        marks = kept_marks if self.kind is Overlay.KEPT else removed_marks
        original, version = self._tiles[Variant.ORIGINAL], self._tiles[MARKED[self.kind]]

        def tile(level: int, index: int) -> FloatArray | None:
            before, after = original.tile(level, index), version.tile(level, index)
            if before is None or after is None:
                return None
            return marks(after - before, after, version.floor_db)

        return SpectrogramTiles(
            version.frequencies, version.hop, version.n_frames, 0.0, tile, start=version.start
        )
