"""The plots of the spectrogram view, their layers and their arrangements."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from core.types import Variant
from ui.views.color_legend import ColorLegend
from ui.views.curve_layer import CurveLayer
from ui.views.frequency_axis import FrequencyAxis, FrequencyScale
from ui.views.plot_canvas import PlotCanvas
from ui.views.spectrogram_header import SpectrogramLayout
from ui.views.time_plot import Caption, ImageLayer, TimePlot
from ui.views.variant_names import VARIANT_KEYS

VARIANTS = tuple(VARIANT_KEYS)  # in the order of their keys
GAP = 2.0  # pixels between stacked plots
DIMMED = 0.3  # opacity of the clip around a window, beside versions that are only of that window


class SpectrogramPlot(TimePlot):
    """One picture with what lies over it. images: a layer for each version it can show.

    around: the whole clip, of which the versions may be only a window. readout: what the pointer
    is at.
    """

    def __init__(self, variants: tuple[Variant, ...]) -> None:
        super().__init__(FrequencyAxis(), zooms_values=True, group="frequencies", pictured=True)
        self.around = ImageLayer(self, -1.0)
        self.images = {variant: ImageLayer(self, 0.0) for variant in variants}
        self.difference = ImageLayer(self, 1.0)
        self.difference.setVisible(False)
        self.overlay = ImageLayer(self, 10.0)
        self.curve = CurveLayer(self, 20.0, share=0.3)
        self.readout = Caption(self, at_right=True)

    def show_variant(self, variant: Variant | None) -> None:
        """Bring one version to the front; None: the difference."""
        for other, layer in self.images.items():
            layer.setVisible(other is variant)
        self.difference.setVisible(variant is None)
        self.around.setVisible(variant is not None)
        self.around.setOpacity(1.0 if variant is Variant.ORIGINAL else DIMMED)
        self.pictured = self.marks.fills = variant is not None
        self.marks.update()

    def show_overlay_visible(self, visible: bool) -> None:
        self.overlay.setVisible(visible)
        self.curve.setVisible(visible)


class SpectrogramCanvas(PlotCanvas):
    """One large plot that can show every version, and four small ones that show one each."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.main = SpectrogramPlot(VARIANTS)
        self.add_plot(self.main)
        self.stack = {variant: SpectrogramPlot((variant,)) for variant in VARIANTS}
        for variant, plot in self.stack.items():
            self.add_plot(plot, gap=GAP)
            plot.show_variant(variant)
        self.add_time_axis()
        self.legend = ColorLegend()
        self.add_legend(self.legend)
        self.layout_kind = SpectrogramLayout.SINGLE
        self.show_layout(self.layout_kind)

    @property
    def spectrogram_plots(self) -> tuple[SpectrogramPlot, ...]:
        return (self.main, *self.stack.values())

    def show_layout(self, layout: SpectrogramLayout) -> None:
        self.layout_kind = layout
        stacked = layout is SpectrogramLayout.ALL
        for plot in self.stack.values():
            self.show_row(plot, stacked)
        self.show_row(self.main, not stacked)

    def show_scale(self, scale: FrequencyScale) -> None:
        for plot in self.spectrogram_plots:
            plot.axis.show_scale(scale)
            plot.repaint_layers()
