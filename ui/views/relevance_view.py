"""What spoke for the class and what against: over time, and cell by cell of the latents."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from core.types import Attribution
from ui.formatting import MINUS, clock, clock_range, relevance, ticks_unit
from ui.plotting import pg
from ui.views.color_legend import ColorLegend, signed_bar
from ui.views.color_maps import diverging_table, indices_of, picture
from ui.views.curve_layer import HEADROOM, CurveLayer
from ui.views.eliding_label import ElidingLabel
from ui.views.plot_canvas import PlotCanvas, Pointer
from ui.views.relevance_frames import MOST_COLUMNS, thinned, thinned_rows
from ui.views.spectrogram_pictures import clip_limit
from ui.views.time_axis import multiples
from ui.views.time_plot import ImageLayer, TimePlot
from ui.views.time_view import TimeView

CURVE_HEIGHT, CELLS_HEIGHT = 44, 76  # pixels, at least


class ChannelOrder(StrEnum):
    """How the channels of the cells stand, from the bottom up."""

    NUMBER = "number"  # as the codec counts them
    RELEVANCE = "relevance"  # by their sum over time, the highest at the top


class RelevanceView(TimeView[PlotCanvas]):
    """Signals: cursor_moved(text), empty when the pointer leaves; folded_changed(bool),
    order_changed(ChannelOrder), when the user chose; and those of `TimeView`.
    """

    cursor_moved = Signal(str)
    folded_changed = Signal(bool)
    order_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._attribution: Attribution | None = None
        self._span = (0.0, 1.0)
        self._limit = 1.0
        self._rows = np.zeros(0, dtype=np.intp)  # the channel in each row, from the bottom
        self._group = 1  # rows drawn as one, where there are more than pixels
        self._kind = ChannelOrder.NUMBER
        self._is_folded = False
        self.use(PlotCanvas(), self.tr("Relevance"))
        self.curve_plot = TimePlot(RelevanceAxis(), full_height=(-HEADROOM, HEADROOM))
        self.cells_plot = TimePlot(ChannelAxis(), zooms_values=True)
        self.cells_plot.marks.fills = False  # its colours mean something
        self.canvas.add_plot(self.curve_plot, CURVE_HEIGHT, gap=2.0)
        self.canvas.add_plot(self.cells_plot, CELLS_HEIGHT)
        self.curve = CurveLayer(self.curve_plot, 0.0)
        # Cells are what they are: no blending from one into the next.
        self.cells = ImageLayer(self.cells_plot, 0.0, smooth=False)
        self.kept = ElidingLabel()
        self.kept.setContentsMargins(12, 2, 8, 4)
        self.kept.setAccessibleName(self.tr("What the explanation keeps"))
        self.kept.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.legend = ColorLegend()
        self.canvas.add_legend(self.legend)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._controls())
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self.kept)
        self._connect()
        self.show_folded(False)
        self.show_relevance(None)

    def show_relevance(
        self, attribution: Attribution | None, start: float = 0.0, end: float = 0.0
    ) -> None:
        """Relevance (D, F) of the cells of [start, end] seconds, which may reach a little beyond
        the sound; None shows nothing."""
        self._attribution = attribution
        self._span = (start, end)
        values = attribution.values if attribution is not None else np.zeros((0, 0))
        self._limit = clip_limit(values) if values.size else 1.0
        self.curve.show_curve(values.sum(axis=0) if values.size else None, start, end)
        self.curve_plot.axis.show_limit(self.curve.limit)
        self.curve_plot.caption.show_text(self._title())
        self._show_cells()

    def show_kept(self, text: str) -> None:
        """What the explanation keeps, in words."""
        self.kept.setText(text)
        self._describe()

    def show_order(self, order: ChannelOrder) -> None:
        self._kind = order
        with QSignalBlocker(self.order):
            self.order.setCurrentIndex(self.order.findData(order))
        self._show_cells()

    def show_folded(self, folded: bool) -> None:
        """Put the cells away, or bring them back; the curve stays."""
        self._is_folded = folded
        self.fold.setArrowType(Qt.ArrowType.RightArrow if folded else Qt.ArrowType.DownArrow)
        self.fold.setAccessibleName(
            self.tr("Show the relevance of each cell")
            if folded
            else self.tr("Put the relevance of each cell away")
        )
        self.canvas.show_row(self.cells_plot, not folded)
        for widget in (self._order_label, self.order):
            widget.setVisible(not folded)
        self.canvas.setMinimumHeight(CURVE_HEIGHT + (0 if folded else CELLS_HEIGHT))
        self._show_legend()
        self._describe()

    @property
    def is_folded(self) -> bool:
        return self._is_folded

    @property
    def text_twin(self) -> str:
        """What the curve and the cells show, in a sentence or two, and what is kept."""
        return f"{self._relevance_in_words()} {self.kept.text()}".strip()

    def _relevance_in_words(self) -> str:
        attribution = self._attribution
        if attribution is None or not attribution.values.size:
            return self.tr("No relevance: nothing is explained.")
        per_frame = attribution.values.sum(axis=0)
        first, last = _densest(np.maximum(per_frame, 0.0))
        begin, end = self._moment(first), min(self._moment(last + 1), self.canvas.seconds)
        twin = self.tr(
            "Relevance for “{target}”: half of what speaks for it lies in {stretch}."
        ).format(target=attribution.target, stretch=clock_range(begin, end))
        strongest = int(np.argmax(attribution.values.sum(axis=1)))
        return twin + self.tr(
            " Of {channels} channels, channel {number} speaks for it most, with {value} in sum."
        ).format(
            channels=attribution.values.shape[0],
            number=strongest,
            value=relevance(float(attribution.values[strongest].sum())),
        )

    def _controls(self) -> QHBoxLayout:
        self.fold = QToolButton()
        self.fold.setText(self.tr("Cells"))
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.fold.setToolTip(self.tr("Show the relevance of each cell, channel by channel"))
        self._order_label = QLabel(self.tr("Channels"))
        self._order_label.setObjectName("muted")
        self.order = QComboBox()
        self.order.setAccessibleName(self.tr("Order of the channels"))
        self.order.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.order.addItem(self.tr("as they are"), ChannelOrder.NUMBER)
        self.order.addItem(self.tr("by relevance"), ChannelOrder.RELEVANCE)
        self._cursor = QLabel()
        self._cursor.setObjectName("muted")
        row = QHBoxLayout()
        row.setContentsMargins(8, 2, 8, 2)
        row.setSpacing(6)
        for widget in (self.fold, self._order_label, self.order):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self._cursor)
        return row

    def _connect(self) -> None:
        self.canvas.pointer_moved.connect(self._on_pointer_moved)
        self.cells_plot.box.sigResized.connect(self._on_height_changed)
        self.cells_plot.box.sigYRangeChanged.connect(self._on_height_changed)
        self.fold.clicked.connect(self._on_fold_clicked)
        self.order.currentIndexChanged.connect(self._on_order_chosen)

    def _on_fold_clicked(self) -> None:
        self.show_folded(not self._is_folded)
        self.folded_changed.emit(self._is_folded)

    def _on_order_chosen(self) -> None:
        order = ChannelOrder(self.order.currentData())
        self.show_order(order)
        self.order_changed.emit(order)

    def _on_pointer_moved(self, pointer: Pointer | None) -> None:
        text = self._cursor_text(pointer) if pointer is not None else ""
        self._cursor.setText(text)
        self.cursor_moved.emit(text)

    def _cursor_text(self, pointer: Pointer) -> str:
        attribution = self._attribution
        start, end = self._span
        if attribution is None or not start <= pointer.seconds < end:
            return ""
        channels, frames = attribution.values.shape
        frame = min(int((pointer.seconds - start) / (end - start) * frames), frames - 1)
        parts = [clock(pointer.seconds, 3)]
        if pointer.plot is self.curve_plot:
            value = float(attribution.values[:, frame].sum())
        else:
            row = min(max(int(pointer.value * channels), 0), channels - 1)
            channel = int(self._rows[row])
            parts.append(self.tr("channel {number}").format(number=channel))
            value = float(attribution.values[channel, frame])
        parts.append(self.tr("relevance {value}").format(value=relevance(value)))
        return " · ".join(parts)

    def _show_cells(self) -> None:
        values = self._attribution.values if self._attribution is not None else np.zeros((0, 0))
        self._rows = np.arange(values.shape[0])
        if self._kind is ChannelOrder.RELEVANCE:
            self._rows = np.argsort(values.sum(axis=1), kind="stable")
        self.cells_plot.axis.show_rows(self._rows)
        self._group = self._rows_a_pixel()
        if values.size:
            cells = thinned(values[self._rows], MOST_COLUMNS)
            cells = thinned_rows(cells, self._group)
            indices = indices_of(cells, -self._limit, self._limit)
            self.cells.show_image(picture(indices, diverging_table()), *self._span)
        else:
            self.cells.show_image(None)
        self._show_legend()
        self._describe()

    def _rows_a_pixel(self) -> int:
        low, high = self.cells_plot.value_range
        pixels = self.cells_plot.size[1] * self.canvas.devicePixelRatioF()
        return max(int(len(self._rows) * (high - low) / max(pixels, 1.0)), 1)

    def _on_height_changed(self) -> None:
        if self._rows_a_pixel() != self._group:
            self._show_cells()

    def _show_legend(self) -> None:
        if self._attribution is None or self.is_folded:
            self.legend.show_bars([])
            return
        self.legend.show_bars([signed_bar(self._limit)])

    def _title(self) -> str:
        if self._attribution is None:
            return ""
        title = self.tr("Relevance for “{target}”").format(target=self._attribution.target)
        _, _, unit = ticks_unit(self.curve.limit)
        return f"{title}, {unit}" if unit else title

    def _moment(self, frame: int) -> float:
        """Seconds at which a frame begins."""
        start, end = self._span
        frames = self._attribution.values.shape[1] if self._attribution is not None else 1
        return start + frame / max(frames, 1) * (end - start)

    def _describe(self) -> None:
        self.canvas.setAccessibleDescription(self.text_twin)


class ChannelAxis(pg.AxisItem):
    """Left of the cells: the number of the channel in a row."""

    def __init__(self) -> None:
        super().__init__("left", maxTickLength=4)
        self.rows = np.zeros(0, dtype=np.intp)
        self.setStyle(maxTextLevel=0, tickTextOffset=4, hideOverlappingLabels=2)

    def show_rows(self, rows: npt.NDArray[np.intp]) -> None:
        if not np.array_equal(rows, self.rows):
            self.rows = rows
            self.picture = None  # what pyqtgraph has drawn so far
            self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list]]:
        count = len(self.rows)
        if not count:
            return []
        wanted = (maxVal - minVal) * count * 22.0 / max(size, 1.0)
        step = next((step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500) if step >= wanted), 1000)
        places = multiples(step, minVal * count - 0.5, maxVal * count - 0.5)
        return [(1.0, [(row + 0.5) / count for row in places if 0 <= row < count])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [str(self.rows[int(value * len(self.rows))]) for value in values]


class RelevanceAxis(pg.AxisItem):
    """Left of the curve, whose largest value is 1: a round value, zero, and the same below."""

    def __init__(self) -> None:
        super().__init__("left", maxTickLength=4)
        self.limit = 1.0
        self.setStyle(maxTextLevel=0, tickTextOffset=4, hideOverlappingLabels=2)

    def show_limit(self, limit: float) -> None:
        if limit != self.limit:
            self.limit = limit
            self.picture = None
            self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list]]:
        power = 10.0 ** np.floor(np.log10(self.limit))
        round_value = max(digit * power for digit in (1, 2, 5) if digit * power <= self.limit)
        place = float(round_value / self.limit)
        return [(1.0, [-place, 0.0, place])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        factor, _, _ = ticks_unit(self.limit)
        texts = (f"{value * self.limit * factor:+.3g}" if value else "0" for value in values)
        return [text.replace("-", MINUS) for text in texts]


def _densest(values: npt.NDArray[np.floating]) -> tuple[int, int]:
    """First and last frame of the shortest stretch that holds half of the sum."""
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    half = sums[-1] / 2
    ends = np.searchsorted(sums, sums[:-1] + half, side="left")
    lengths = np.where(ends < len(sums), ends - np.arange(len(values)), len(values) + 1)
    first = int(np.argmin(lengths))
    return first, min(max(int(ends[first]) - 1, first), len(values) - 1)
