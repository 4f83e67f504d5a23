"""The spectrogram of the version that sounds, of all four, or by how much two of them differ."""

from __future__ import annotations

from collections.abc import Mapping

import numpy.typing as npt
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.types import FloatArray, Variant
from ui.views.color_legend import level_bar, signed_bar
from ui.views.color_maps import LevelColors
from ui.views.frequency_axis import FrequencyScale, ScaleKind
from ui.views.plot_canvas import Pointer
from ui.views.settling import Settling
from ui.views.spectrogram_canvas import SpectrogramCanvas
from ui.views.spectrogram_header import Overlay, SpectrogramHeader, SpectrogramLayout
from ui.views.spectrogram_keeper import PictureKeeper
from ui.views.spectrogram_overlay import SpectrogramOverlay
from ui.views.spectrogram_tiles import Source, SpectrogramTiles
from ui.views.spectrogram_words import SpectrogramWords
from ui.views.time_view import TimeView


class SpectrogramView(TimeView[SpectrogramCanvas]):
    """Signals: cursor_moved(text), empty when the pointer leaves; layout_changed(layout),
    pair_changed(Variant, Variant), scale_changed(str), when the user chose them above the picture;
    overlay_requested(Overlay); and those of `TimeView`.

    All versions are drawn on one level scale, from the floor of their spectrograms to 0 dB, which
    is never adjusted to what is seen: make them with one shared reference.
    """

    cursor_moved = Signal(str)
    layout_changed = Signal(object)
    pair_changed = Signal(object, object)
    scale_changed = Signal(str)
    overlay_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tiles: dict[Variant, SpectrogramTiles] = {}
        self._colors: LevelColors = "magma"
        self._scale_kind: ScaleKind = "mel"
        self._position: float | None = None
        self._selection: tuple[float, float] | None = None
        self.header = SpectrogramHeader()
        self.use(SpectrogramCanvas(), self.tr("Spectrogram"))
        self.keeper = PictureKeeper(self.canvas)
        self.overlay = SpectrogramOverlay(self.canvas, self.keeper)
        self.words = SpectrogramWords(self.canvas, self.keeper)
        self._settling = Settling(self, self._describe)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.canvas, 1)
        self._connect()
        self._show_captions()
        self._show_legend()
        self._describe()

    # What is shown

    def show_spectrograms(
        self,
        spectrograms: Mapping[Variant, Source],
        *,
        seconds: float | None = None,
        around: Source | None = None,
    ) -> None:
        """Show these versions; {} shows none.

        seconds: where time ends; None takes the last frame's. While it stays the same, what is
        zoomed to stays. around: the whole clip where the versions are of a window of it; dimmed
        beside all but the original. Kept and taken-out marks belong to the spectrograms and go
        with them.
        """
        self._tiles = {
            variant: SpectrogramTiles.of(source) for variant, source in spectrograms.items()
        }
        self.overlay.take_spectrograms(self._tiles, spectrograms)
        self._use_colors()
        self.keeper.take_around(SpectrogramTiles.of(around) if around is not None else None)
        self.keeper.take_tiles(self._tiles)
        if self._tiles:
            high = max(float(tiles.frequencies[-1]) for tiles in self._tiles.values())
            self._use_scale(FrequencyScale(self._scale_kind, high))
            ends = max(tiles.end for tiles in self._tiles.values())
            self.canvas.show_seconds(max(seconds if seconds is not None else ends, 1e-3))
        self._show_captions()
        self._show_legend()

    def show_changed_tiles(self) -> None:
        """Sources that are made elsewhere know better than what they gave before."""
        self.keeper.look_again()
        self._show_legend()
        self._settling.announce()

    def show_arrived_tiles(self) -> None:
        """Such sources have tiles that were missing."""
        self.keeper.discard()

    def show_active(self, variant: Variant) -> None:
        """Bring the version that sounds to the front."""
        self.keeper.active = variant
        self._show_captions()
        self.canvas.viewport().update()

    def show_layout(self, layout: SpectrogramLayout) -> None:
        self.header.show_layout(layout)
        self.canvas.show_layout(layout)
        self.show_overlay_hidden(self.overlay.hidden)
        self._show_captions()
        self._show_legend()

    def show_difference(self, a: Variant, b: Variant) -> None:
        """Which two the difference is of: b − a."""
        self.header.show_pair(a, b)
        self.keeper.take_pair(a, b)
        self._show_captions()
        self._show_legend()

    def show_scale(self, kind: ScaleKind) -> None:
        """How frequencies are spaced: "mel", "linear" or "log"."""
        self._scale_kind = kind
        self.header.show_scale(kind)
        self._use_scale(FrequencyScale(kind, self.keeper.scale.high))
        self._settling.announce()

    def show_colors(self, colors: LevelColors) -> None:
        """The map of levels: "magma" or "grey". Below an overlay they are always grey."""
        self._colors = colors
        self._use_colors()
        self._show_legend()

    def show_relevance(
        self,
        values: npt.ArrayLike | None,
        start: float = 0.0,
        end: float = 0.0,
        *,
        band_edges: npt.ArrayLike | None = None,
    ) -> None:
        """What the cursor reads and the relevance overlay draws; None: nothing is known.

        values: signed, (F,) per frame of [start, end] seconds, which is drawn as a curve; or
        (bands, F) with the bands' edges in Hz, which is laid over the picture.
        """
        self.overlay.take_relevance(values, start, end, band_edges)
        if self.overlay.kind is Overlay.RELEVANCE:
            self.show_overlay(Overlay.RELEVANCE)

    def show_overlay(
        self, overlay: Overlay, values: FloatArray | SpectrogramTiles | None = None
    ) -> None:
        """Lay something over the spectrogram.

        values: for KEPT and REMOVED the change in dB, explanation − original or removed − original
            (`core.spectrogram.difference`), shape of that version's spectrogram; or tiles of marks
            0…1. Versions that were shown as tiles need none. RELEVANCE takes what `show_relevance`
            was given.
        Raises: ValueError when the shapes differ.
        """
        self.header.show_overlay(overlay)
        self.overlay.show(overlay, values)
        self._use_colors()
        self._show_legend()
        self._settling.announce()

    def show_overlay_hidden(self, hidden: bool) -> None:
        """Look below the overlay, as holding H does."""
        self.overlay.show_hidden(hidden)
        self._use_colors()
        self._show_legend()

    def show_position(self, seconds: float | None, *, follow: bool = False) -> None:
        """Move the playhead. follow: turn the page when it runs out of view."""
        self._position = seconds
        super().show_position(seconds)
        if follow and seconds is not None:
            start, end = self.canvas.time_range
            if not start <= seconds <= end:
                self.canvas.pan(seconds - start - 0.05 * (end - start))

    def show_selection(self, start: float | None, end: float | None = None) -> None:
        """Seconds; None shows none."""
        self._selection = None if start is None or end is None else (start, end)
        super().show_selection(start, end)
        self._settling.announce()

    def show_window(self, start: float | None, end: float | None = None) -> None:
        """Mark the window that is explained; None where it is all of the clip."""
        window = None if start is None or end is None else (start, end)
        for plot in self.canvas.spectrogram_plots:
            plot.marks.show_window(window)

    # What the menu can ask for; each emits range_changed

    def zoom_in(self) -> None:
        self.canvas.zoom(0.5, self._zoom_centre())

    def zoom_out(self) -> None:
        self.canvas.zoom(2.0, self._zoom_centre())

    def zoom_to_selection(self) -> None:
        if self._selection is not None:
            self.show_range(*self._selection)
            self.range_changed.emit(*self.canvas.time_range)

    def zoom_to_fit(self) -> None:
        self.show_range(0.0, self.canvas.seconds)
        self.canvas.show_values(self.canvas.main, 0.0, 1.0)
        self.range_changed.emit(*self.canvas.time_range)

    @property
    def layout_kind(self) -> SpectrogramLayout:
        return self.canvas.layout_kind

    @property
    def text_twin(self) -> str:
        """What the picture shows, in a sentence."""
        return self.words.twin(self._tiles, self._selection)

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_H and not event.modifiers():
            if not event.isAutoRepeat():
                self.show_overlay_hidden(True)
            return
        super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_H and not event.isAutoRepeat() and self.overlay.hidden:
            self.show_overlay_hidden(False)
            return
        super().keyReleaseEvent(event)

    def _connect(self) -> None:
        self.canvas.range_changed.connect(self._settling.announce)
        self.canvas.pointer_moved.connect(self._on_pointer_moved)
        self.canvas.themed.connect(self._on_themed)
        self.header.layout_chosen.connect(self._on_layout_chosen)
        self.header.pair_chosen.connect(self._on_pair_chosen)
        self.header.scale_chosen.connect(self._on_scale_chosen)
        self.header.overlay_chosen.connect(self.overlay_requested)

    def _on_selected(self, selection: tuple[float, float] | None) -> None:
        self.show_selection(*(selection or (None, None)))
        super()._on_selected(selection)

    def _on_layout_chosen(self, layout: SpectrogramLayout) -> None:
        self.show_layout(layout)
        self.layout_changed.emit(layout)

    def _on_pair_chosen(self, a: Variant, b: Variant) -> None:
        self.show_difference(a, b)
        self.pair_changed.emit(a, b)

    def _on_scale_chosen(self, kind: str) -> None:
        self.show_scale("mel" if kind == "mel" else "linear" if kind == "linear" else "log")
        self.scale_changed.emit(kind)

    def _on_pointer_moved(self, pointer: Pointer | None) -> None:
        text = ""
        if pointer is not None and self._tiles:
            text = self.words.cursor(pointer, self._tiles, self.overlay.frames)
        for plot in self.canvas.spectrogram_plots:
            plot.readout.show_text(text if pointer is not None and plot is pointer.plot else "")
        self.cursor_moved.emit(text)

    def _on_themed(self) -> None:
        self.overlay.recolor()
        self._show_captions()
        self._show_legend()

    def _use_scale(self, scale: FrequencyScale) -> None:
        if scale != self.keeper.scale:
            self.keeper.scale = scale
            self.canvas.show_scale(scale)

    def _use_colors(self) -> None:
        """Below colours that mean something else, levels are grey."""
        colors: LevelColors = "grey" if self.overlay.covers else self._colors
        if colors != self.keeper.colors:
            self.keeper.colors = colors
            self.keeper.discard()

    def _zoom_centre(self) -> float | None:
        """The playhead where it is seen, else the middle."""
        start, end = self.canvas.time_range
        if self._position is not None and start <= self._position <= end:
            return self._position
        return None

    def _show_captions(self) -> None:
        self.words.show_captions()
        self._settling.announce()

    def _show_legend(self) -> None:
        if not self._tiles:
            self.canvas.legend.show_bars([])
            return
        if self.layout_kind is SpectrogramLayout.DIFFERENCE:
            self.canvas.legend.show_bars([signed_bar(self.keeper.limit, self.tr("dB"))])
            return
        floor = min(tiles.floor_db for tiles in self._tiles.values())
        bars = [level_bar(floor, self.keeper.colors, self.tr("dB"))]
        bar = self.overlay.bar()
        if bar is not None:
            bars.append(bar)
        self.canvas.legend.show_bars(bars)

    def _describe(self) -> None:
        self.canvas.setAccessibleDescription(self.text_twin)
