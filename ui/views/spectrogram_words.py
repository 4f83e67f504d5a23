"""What the spectrogram view says in words: captions, the cursor's reading, the text twin."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject

from core.types import Variant
from ui.formatting import clock, clock_range, decibels, hertz, hertz_range, relevance
from ui.theme import current_theme
from ui.views.plot_canvas import Pointer
from ui.views.relevance_frames import RelevanceFrames
from ui.views.spectrogram_canvas import SpectrogramCanvas
from ui.views.spectrogram_header import SpectrogramLayout
from ui.views.spectrogram_keeper import PictureKeeper
from ui.views.spectrogram_tiles import SpectrogramTiles
from ui.views.variant_names import VARIANT_KEYS, variant_name

Tiles = Mapping[Variant, SpectrogramTiles]


class SpectrogramWords(QObject):
    """Speaks of what canvas and keeper show at that moment."""

    def __init__(self, canvas: SpectrogramCanvas, keeper: PictureKeeper) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._keeper = keeper

    def show_captions(self) -> None:
        """Name what each plot shows, in its corner, and bring it to the front."""
        colors = current_theme().variants
        active, main = self._keeper.active, self._canvas.main
        if self._canvas.layout_kind is SpectrogramLayout.DIFFERENCE:
            main.caption.show_text(self.difference())
            main.show_variant(None)
        else:
            main.caption.show_text(self.caption(active), colors[active])
            main.show_variant(active)
        for variant, plot in self._canvas.stack.items():
            text, strong = self.caption(variant), variant is active
            plot.caption.show_text(text, colors[variant], strong=strong)

    def caption(self, variant: Variant) -> str:
        """ "2 Explanation"."""
        return f"{VARIANT_KEYS[variant]} {variant_name(variant)}"

    def difference(self) -> str:
        """ "Explanation − Original"."""
        a, b = (variant_name(variant) for variant in self._keeper.pair)
        return self.tr("{b} − {a}").format(a=a, b=b)

    def cursor(self, pointer: Pointer, tiles: Tiles, frames: RelevanceFrames | None) -> str:
        """Moment, frequency, level and, where it is known, relevance of a place."""
        seconds = pointer.seconds
        frequency = float(self._keeper.scale.hertz(pointer.value))
        parts = [clock(seconds, 3), hertz(frequency)]
        if self._canvas.layout_kind is SpectrogramLayout.DIFFERENCE:
            a, b = (_level(tiles.get(name), seconds, frequency) for name in self._keeper.pair)
            if a is not None and b is not None:
                parts.append(decibels(b - a, signed=True))
        else:
            variant = self._variant_of(pointer)
            level = _level(tiles.get(variant), seconds, frequency)
            if level is None and variant is Variant.ORIGINAL and self._keeper.around is not None:
                level = _level(self._keeper.around.tiles, seconds, frequency)
            if level is not None:
                parts.append(decibels(level))
        cell = frames.value_at(seconds, frequency) if frames is not None else None
        if cell is not None:
            parts.append(self.tr("relevance {value}").format(value=relevance(cell)))
        return " · ".join(parts)

    def twin(self, tiles: Tiles, selection: tuple[float, float] | None) -> str:
        """What the picture shows, in a sentence or two."""
        if not tiles:
            return self.tr("No spectrogram: no sound is open.")
        scale = self._keeper.scale
        sentences = [
            self.tr("Spectrogram of {what}, {stretch}, {band}.").format(
                what=self._what(),
                stretch=clock_range(*self._canvas.time_range),
                band=hertz_range(scale.low, scale.high),
            )
        ]
        active = tiles.get(self._keeper.active)
        if self._canvas.layout_kind is not SpectrogramLayout.DIFFERENCE and active is not None:
            loudest = active.loudest()
            if loudest is not None and loudest[2] > active.floor_db:
                sentences.append(
                    self.tr("Loudest at {seconds}, {hertz}.").format(
                        seconds=clock(loudest[0]), hertz=hertz(loudest[1])
                    )
                )
        if selection is not None:
            sentences.append(
                self.tr("Selected: {stretch}.").format(stretch=clock_range(*selection))
            )
        return " ".join(sentences)

    def _what(self) -> str:
        if self._canvas.layout_kind is SpectrogramLayout.ALL:
            return self.tr("all versions")
        if self._canvas.layout_kind is SpectrogramLayout.DIFFERENCE:
            return self.tr("the difference {pair}").format(pair=self.difference())
        return self.tr("version {name}").format(name=variant_name(self._keeper.active))

    def _variant_of(self, pointer: Pointer) -> Variant:
        for variant, plot in self._canvas.stack.items():
            if pointer.plot is plot:
                return variant
        return self._keeper.active


def _level(tiles: SpectrogramTiles | None, seconds: float, frequency: float) -> float | None:
    return tiles.value_at(seconds, frequency) if tiles is not None else None
