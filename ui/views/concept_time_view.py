"""Concepts over time: a row each, its cells the darker the more of it there is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolTip, QVBoxLayout, QWidget

from ui.formatting import clock, clock_range, probability, seconds_text
from ui.views.color_legend import ColorBar, ColorLegend
from ui.views.concept_rows import ConceptTimes, HeatLayer, NameAxis, weight_table
from ui.views.eliding_label import ElidingLabel
from ui.views.plot_canvas import PlotCanvas, Pointer
from ui.views.plot_rows import LEFT_WIDTH
from ui.views.time_plot import TimePlot
from ui.views.time_view import TimeView
from ui.views.variant_names import variant_name

LEAST_ROW = 17.0  # pixels
MOST_ROWS = 12
STRONGEST_SAID = 5  # rows that are put into words


class _Canvas(PlotCanvas):
    """Signals: name_clicked(QPointF), of this widget; and those of `PlotCanvas`."""

    name_clicked = Signal(QPointF)

    def __init__(self, words_at: Callable[[QPointF], str]) -> None:
        self._words_at = words_at
        super().__init__()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        if left and event.position().x() < LEFT_WIDTH:
            event.accept()
            self.name_clicked.emit(event.position())
            return
        self._tell_pointer(event.position())
        super().mousePressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            words = self._words_at(QPointF(event.pos()))
            if words:
                QToolTip.showText(event.globalPos(), words, self)
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)


class ConceptTimeView(TimeView[_Canvas]):
    """Signals: play_requested(word), when a name was clicked; word_chosen(word), a cell; and those
    of `TimeView`.
    """

    play_requested = Signal(str)
    word_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._times: ConceptTimes | None = None
        self._chosen = ""
        self._pointer: Pointer | None = None
        self._hint = ""
        self.use(_Canvas(self._words_at), self.tr("Concepts over time"))
        self.names = NameAxis()
        self.plot = TimePlot(self.names)
        self.plot.marks.fills = False  # its colours mean something
        self.canvas.add_plot(self.plot)
        self.heat = HeatLayer(self.plot)
        self.legend = ColorLegend()
        self.canvas.add_legend(self.legend)
        self.canvas.setMinimumHeight(round(4 * LEAST_ROW))
        self._title = ElidingLabel()
        self._title.setObjectName("muted")
        self._cursor = QLabel()
        self._cursor.setObjectName("muted")
        header = QHBoxLayout()
        header.setContentsMargins(12, 4, 8, 4)
        header.addWidget(self._title, 1)
        header.addWidget(self._cursor)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(header)
        layout.addWidget(self.canvas, 1)
        self._connect()
        self.show_times(None)

    def show_times(self, times: ConceptTimes | None, hint: str = "") -> None:
        """hint: what is said where there is nothing."""
        self._times, self._hint = times, hint
        self._show_rows()

    def show_chosen(self, word: str) -> None:
        """The concept that is marked, and shown however weak it is; empty for none."""
        if word != self._chosen:
            self._chosen = word
            self._show_rows()

    @property
    def rows(self) -> tuple[str, ...]:
        """The words of the rows, from the top."""
        return self.heat.rows

    @property
    def text_twin(self) -> str:
        """What the picture shows, in words."""
        times = self._times
        if times is None or not len(times.weights):
            return self._hint or self.tr("Concepts over time: 0 windows have been heard.")
        parts = [
            self.tr("{version}, {count} windows of {window} heard.").format(
                version=variant_name(times.variant),
                count=len(times.weights),
                window=seconds_text(times.window),
            )
        ]
        for word in self.rows[:STRONGEST_SAID]:
            cell = times.strongest(word)
            parts.append(
                self.tr("“{word}” is strongest at {stretch} with {weight}.").format(
                    word=word,
                    stretch=clock_range(*times.window_of(cell)),
                    weight=probability(float(times.weights_of(word)[cell])),
                )
            )
        return " ".join(parts)

    def _connect(self) -> None:
        self.canvas.pointer_moved.connect(self._on_pointer_moved)
        self.canvas.name_clicked.connect(self._on_name_clicked)
        self.canvas.themed.connect(self._show_colors)
        self.plot.box.sigResized.connect(lambda _: self._show_rows())

    def _show_rows(self) -> None:
        times = self._times
        rows = [] if times is None else _rows(times, self._chosen, self._room())
        self.heat.show_rows(times, rows)
        self.names.show_names(rows, self._chosen, self.heat.row_height)
        self._show_colors()
        title = self._hint
        if times is not None:
            title = self.tr("{version} · windows of {window}").format(
                version=variant_name(times.variant), window=seconds_text(times.window)
            )
        self._title.setText(title)
        self.canvas.setAccessibleDescription(self.text_twin)

    def _room(self) -> int:
        """How many rows there is room for."""
        return min(max(int(self.plot.size[1] / LEAST_ROW), 1), MOST_ROWS)

    def _show_colors(self) -> None:
        times = self._times
        if times is None or not self.rows:
            self.legend.show_bars([])
            return
        limit = self.heat.limit
        ticks = tuple((share, probability(share * limit)) for share in (1.0, 0.0, 0.5))
        self.legend.show_bars([ColorBar(weight_table(times.variant), self.tr("weight"), ticks)])

    def _row_at(self, y: float) -> str | None:
        """The word of the row at a height of the box in pixels."""
        row = int(y / self.heat.row_height) if y >= 0 else -1
        return self.rows[row] if 0 <= row < len(self.rows) else None

    def _words_at(self, point: QPointF) -> str:
        """Concept, time and weight under a point of the canvas."""
        place = self.plot.box.mapFromScene(self.canvas.mapToScene(point.toPoint()))
        word, times = self._row_at(place.y()), self._times
        if times is None or word is None:
            return ""
        if place.x() < 0:
            return self.tr("{word}: click to hear it where it is strongest").format(word=word)
        seconds = self.plot.seconds_at(place.x())
        cell = int(seconds / times.hop)
        if not 0 <= cell < len(times.weights):
            return ""
        weight = probability(float(times.weights_of(word)[cell]))
        return f"{word} · {clock(seconds)} · {weight}"

    def _on_pointer_moved(self, pointer: Pointer | None) -> None:
        self._pointer = pointer
        text = ""
        if pointer is not None:
            place = QPointF(self.plot.x_of(pointer.seconds), self.plot.y_of(pointer.value))
            point = self.canvas.mapFromScene(self.plot.box.mapToScene(place))
            text = self._words_at(QPointF(point))
        self._cursor.setText(text)

    def _on_position_chosen(self, seconds: float) -> None:
        if self._pointer is not None:
            word = self._row_at(self.plot.y_of(self._pointer.value))
            if word is not None:
                self.show_chosen(word)
                self.word_chosen.emit(word)
        super()._on_position_chosen(seconds)

    def _on_name_clicked(self, point: QPointF) -> None:
        place = self.plot.box.mapFromScene(self.canvas.mapToScene(point.toPoint()))
        word = self._row_at(place.y())
        if word is not None:
            self.show_chosen(word)
            self.word_chosen.emit(word)
            self.play_requested.emit(word)


def _rows(times: ConceptTimes, chosen: str, room: int) -> list[str]:
    """The strongest, among them those the user has added or chosen, as many as there is room."""
    musts = {word for word in (*times.own, chosen) if word in times.words}
    musts |= set(times.words[: max(room - len(musts), 0)])
    ordered = [word for word in times.words if word in musts]
    return ordered[:room] if chosen not in ordered[room:] else [*ordered[: room - 1], chosen]
