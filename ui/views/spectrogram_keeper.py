"""Keeps the pictures of the spectrogram view up to date: cuts them from tiles before each paint.

What is seen is cut at once; the other versions while nothing else happens, so that a switch finds
its picture ready.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from core.types import Variant
from ui.timers import timer
from ui.views.color_maps import (
    OVERLAY_OPACITY,
    ColorTable,
    LevelColors,
    diverging_table,
    indices_of,
    level_table,
    picture,
)
from ui.views.frequency_axis import FrequencyScale
from ui.views.relevance_frames import RelevanceFrames
from ui.views.spectrogram_canvas import VARIANTS, SpectrogramCanvas, SpectrogramPlot
from ui.views.spectrogram_header import SpectrogramLayout
from ui.views.spectrogram_pictures import ScaledTiles, clip_limit, difference, difference_limit
from ui.views.spectrogram_tiles import SpectrogramTiles, Stretch
from ui.views.time_plot import ImageLayer

FEWEST_ROWS, MOST_ROWS = 48, 1024
MARGIN = 0.5  # of the view, that a picture reaches beyond it on each side


class _Cut(NamedTuple):
    """What a layer shows: made of what and how, and good for which stretch of time."""

    key: tuple[object, ...]
    start: float
    end: float


class PictureKeeper(QObject):
    """Everything it is told takes effect with the next paint of the canvas."""

    def __init__(self, canvas: SpectrogramCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.sources: dict[Variant, ScaledTiles] = {}
        self.around: ScaledTiles | None = None
        self.active = Variant.ORIGINAL
        self.pair = (Variant.ORIGINAL, Variant.EXPLANATION)
        self.scale = FrequencyScale("mel", 8000.0)
        self.colors: LevelColors = "magma"
        self.limit = 20.0  # dB, of the difference
        self._marks: ScaledTiles | None = None
        self._mark_table: ColorTable | None = None
        self._bands: RelevanceFrames | None = None
        self.bands_limit = 1.0
        self._version = 0  # of the data: a picture of an older one is not current
        self._cuts: dict[ImageLayer, _Cut] = {}
        self._idle = timer(self, 0, once=True)
        self._idle.timeout.connect(self._prepare_one)
        canvas.scene().sigPrepareForPaint.connect(self.make_current)

    @property
    def has_overlay(self) -> bool:
        """Whether something is laid over the whole picture."""
        return self._marks is not None or self._bands is not None

    def take_tiles(self, tiles: Mapping[Variant, SpectrogramTiles]) -> None:
        self.sources = {
            variant: ScaledTiles(source, source.floor_db, 0.0) for variant, source in tiles.items()
        }
        self.take_pair(*self.pair)

    def take_around(self, tiles: SpectrogramTiles | None) -> None:
        """The clip of which the versions are a window."""
        self.around = ScaledTiles(tiles, tiles.floor_db, 0.0) if tiles is not None else None

    def take_pair(self, a: Variant, b: Variant) -> None:
        self.pair = (a, b)
        if a in self.sources and b in self.sources:
            self.limit = difference_limit(self.sources[a].tiles, self.sources[b].tiles)
        self.discard()

    def take_marks(self, marks: SpectrogramTiles | None, table: ColorTable | None = None) -> None:
        """Lay 0…1 over the pictures in the colours of a table."""
        self._marks = ScaledTiles(marks, 0.0, 1.0) if marks is not None else None
        self._mark_table = table
        self._bands = None
        self.discard()

    def recolor_marks(self, table: ColorTable) -> None:
        self._mark_table = table
        self.discard()

    def take_bands(self, bands: RelevanceFrames | None) -> None:
        """Lay relevance per band over the pictures."""
        self.take_marks(None)
        self._bands = bands
        self.bands_limit = clip_limit(bands.values) if bands is not None else 1.0

    def look_again(self) -> None:
        """What was known of the sources has become something else."""
        for source in (*self.sources.values(), self.around, self._marks):
            if source is not None:
                source.forget()
        self.take_pair(*self.pair)

    def discard(self) -> None:
        """Make every picture anew when it is next needed."""
        self._version += 1
        self._canvas.viewport().update()

    def make_current(self) -> None:
        """Make the pictures that are seen, if they are not as they should be."""
        if self._canvas.layout_kind is SpectrogramLayout.DIFFERENCE:
            self._make_difference(self._canvas.main)
            return
        for plot, variant in self._seen():
            self._make_around(plot)
            self._make_variant(plot, variant)
            self._make_overlay(plot)
        if any(True for _ in self._waiting()):
            self._idle.start()

    def _seen(self) -> list[tuple[SpectrogramPlot, Variant]]:
        if self._canvas.layout_kind is SpectrogramLayout.ALL:
            return [(plot, variant) for variant, plot in self._canvas.stack.items()]
        return [(self._canvas.main, self.active)]

    def _waiting(self) -> Iterator[Variant]:
        """Versions that the large plot could be asked to show and that are not ready."""
        plot = self._canvas.main
        if self._canvas.layout_kind is SpectrogramLayout.SINGLE:
            for variant in VARIANTS:
                if variant in self.sources and not self._is_current(
                    plot, plot.images[variant], self._variant_key(plot, variant)
                ):
                    yield variant

    def _prepare_one(self) -> None:
        for variant in self._waiting():
            self._make_variant(self._canvas.main, variant)
            self._idle.start()
            return

    def _make_around(self, plot: SpectrogramPlot) -> None:
        source = self.around
        if source is None:
            plot.around.show_image(None)
            return
        table = level_table(self.colors)
        key = ("around", self.colors, *self._grid(plot, source))
        self._make(plot, plot.around, source, key, lambda part: picture(source.cut(part), table))

    def _make_variant(self, plot: SpectrogramPlot, variant: Variant) -> None:
        layer, source = plot.images[variant], self.sources.get(variant)
        if source is None:
            layer.show_image(None)
            return
        table = level_table(self.colors)
        key = self._variant_key(plot, variant)
        self._make(plot, layer, source, key, lambda part: picture(source.cut(part), table))

    def _variant_key(self, plot: SpectrogramPlot, variant: Variant) -> tuple[object, ...]:
        return (variant, self.colors, *self._grid(plot, self.sources[variant]))

    def _make_difference(self, plot: SpectrogramPlot) -> None:
        a, b = (self.sources.get(variant) for variant in self.pair)
        if a is None or b is None:
            plot.difference.show_image(None)
            return
        b.use_rows(self.scale, self._rows(plot))

        def make(part: Stretch) -> QImage:
            change = indices_of(difference(a, b, part), -self.limit, self.limit)
            return picture(change, diverging_table())

        key = (self.pair, self.limit, *self._grid(plot, a))
        self._make(plot, plot.difference, a, key, make)

    def _make_overlay(self, plot: SpectrogramPlot) -> None:
        marks, table, bands = self._marks, self._mark_table, self._bands
        if marks is not None and table is not None:
            key = ("marks", *self._grid(plot, marks))
            self._make(plot, plot.overlay, marks, key, lambda part: picture(marks.cut(part), table))
        elif bands is not None:
            rows = self._rows(plot)
            key = ("bands", self._version, self.scale, rows)
            if not self._is_current(plot, plot.overlay, key):
                values = bands.rows(self.scale, rows)
                indices = indices_of(values, -self.bands_limit, self.bands_limit)
                image = picture(indices, diverging_table(OVERLAY_OPACITY))
                plot.overlay.show_image(image, bands.start, bands.end)
                self._cuts[plot.overlay] = _Cut(key, float("-inf"), float("inf"))
        elif plot.overlay.image is not None:
            plot.overlay.show_image(None)

    def _make(
        self,
        plot: SpectrogramPlot,
        layer: ImageLayer,
        source: ScaledTiles,
        key: tuple[object, ...],
        make: Callable[[Stretch], QImage],
    ) -> None:
        if self._is_current(plot, layer, key):
            return
        source.use_rows(self.scale, self._rows(plot))
        start, end = plot.time_range
        start, end = start - MARGIN * (end - start), end + MARGIN * (end - start)
        part = source.tiles.stretch(start, end, self._level(plot, source.tiles))
        image = make(part) if part.first < part.last else None
        layer.show_image(image, *source.tiles.seconds_of(part))
        self._cuts[layer] = _Cut(key, start, end)

    def _is_current(
        self, plot: SpectrogramPlot, layer: ImageLayer, key: tuple[object, ...]
    ) -> bool:
        cut = self._cuts.get(layer)
        start, end = plot.time_range
        return cut is not None and cut.key == key and cut.start <= start and end <= cut.end

    def _grid(self, plot: SpectrogramPlot, source: ScaledTiles) -> tuple[object, ...]:
        return self._version, self.scale, self._rows(plot), self._level(plot, source.tiles)

    def _rows(self, plot: SpectrogramPlot) -> int:
        """As many rows as the whole plot has pixels, so that drawing drops and doubles none."""
        low, high = plot.value_range
        pixels = plot.size[1] * self._canvas.devicePixelRatioF() / (high - low)
        return min(max(round(pixels), FEWEST_ROWS), MOST_ROWS)

    def _level(self, plot: SpectrogramPlot, tiles: SpectrogramTiles) -> int:
        start, end = plot.time_range
        pixels = max(plot.size[0] * self._canvas.devicePixelRatioF(), 1.0)
        return tiles.level_for((end - start) / pixels)
