"""Waveforms: a strip that shares the spectrogram's time, and an overview of the whole clip."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.timeline import Timeline
from core.types import AudioClip, Variant
from ui.formatting import clock, clock_range, probability
from ui.theme import current_theme
from ui.timers import timer
from ui.views.envelope import Envelope
from ui.views.plot_canvas import PlotCanvas
from ui.views.settling import Settling
from ui.views.time_plot import TimePlot
from ui.views.time_view import TimeView
from ui.views.variant_names import variant_name
from ui.views.waveform_layers import (
    ClassLabels,
    LevelAxis,
    ProbabilityLayer,
    Veil,
    WaveformLayer,
    peak_text,
)

HEADROOM = 1.06  # of the loudest sample, that the plot is high
SOFTEST_PEAK = 0.01  # a softer sound is not blown up any more
SHOWN_CLASSES = 3
WAVE_HEIGHT, CLASS_HEIGHT = 56, 18  # pixels of the overview
DIMMED = 0.35  # opacity of the clip around a window
PATIENCE = 0.005  # seconds that building an outline may hold up the window
AT_ONCE = 30.0  # seconds of sound whose outline is there at once


class WaveformStrip(TimeView[PlotCanvas]):
    """All versions are drawn to one height, that of the loudest of them. The clip they were made of
    is drawn behind and around them, paler than all but the original.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._envelopes: dict[Variant, Envelope] = {}
        self._around: Envelope | None = None
        self._start = 0.0
        self._active = Variant.ORIGINAL
        self.use(PlotCanvas(), self.tr("Waveform"))
        self.plot = TimePlot(LevelAxis(), full_height=(-1.0, 1.0))
        self.canvas.add_plot(self.plot)
        self.wave = WaveformLayer(self.plot, 0.0)
        self.around = WaveformLayer(self.plot, -1.0)
        self._growing = timer(self, 0)
        self._growing.timeout.connect(self._grow)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.canvas)
        self.setMinimumHeight(48)
        self.canvas.themed.connect(self._show_wave)
        self._describe()

    def show_clips(
        self,
        clips: Mapping[Variant, AudioClip],
        *,
        start: float = 0.0,
        around: AudioClip | None = None,
        seconds: float | None = None,
    ) -> None:
        """Show these versions; {} shows none. Outlines of long sounds appear bit by bit.

        start: where they begin, in seconds of the clip. around: that clip. seconds: where time
        ends, as the spectrogram has it.
        """
        self._start = start
        self._around = Envelope.shared(around) if around is not None else None
        self._envelopes = {variant: Envelope.shared(clip) for variant, clip in clips.items()}
        if clips:
            ends = max(clip.seconds for clip in (*clips.values(), *([around] if around else [])))
            self.canvas.show_seconds(max(seconds if seconds is not None else ends, 1e-3))
            self._growing.start()
            if ends <= AT_ONCE:
                self._grow()
        self._show_wave()

    def show_active(self, variant: Variant) -> None:
        self._active = variant
        self._show_wave()

    def show_window(self, start: float | None, end: float | None = None) -> None:
        """Mark the window that is explained; None where it is all of the clip."""
        self.plot.marks.show_window(None if start is None or end is None else (start, end))

    @property
    def text_twin(self) -> str:
        """What the strip shows, in a sentence."""
        envelope = self._envelopes.get(self._active)
        if envelope is None:
            return self.tr("No waveform: no sound is open.")
        return self.tr("Waveform of version {name}, {seconds} long, peak {peak}.").format(
            name=variant_name(self._active),
            seconds=clock(envelope.seconds),
            peak=peak_text(envelope.peak),
        )

    def _grow(self) -> None:
        """Build one more piece, of the version in front before the others."""
        front = self._envelopes.get(self._active)
        rest = [envelope for envelope in self._envelopes.values() if envelope is not front]
        for envelope in (front, *rest, self._around):
            if envelope is not None and not envelope.is_complete:
                _grow_a_while(envelope)
                self._show_height()
                self.wave.discard()
                self.around.discard()
                return
        self._growing.stop()
        self._show_height()  # another view may have built the last of it
        self.wave.discard()
        self.around.discard()
        self._describe()

    def _show_height(self) -> None:
        around = [self._around] if self._around is not None else []
        peak = max((one.peak for one in (*self._envelopes.values(), *around)), default=0.0)
        height = HEADROOM * max(peak, SOFTEST_PEAK)
        if height != self.plot.full_height[1]:
            self.plot.full_height = (-height, height)
            self.canvas.show_values(self.plot, -height, height)

    def _show_wave(self) -> None:
        colors = current_theme().variants
        self.wave.show_envelope(
            self._envelopes.get(self._active), colors[self._active], self._start
        )
        self.around.show_envelope(self._around, colors[Variant.ORIGINAL])
        self.around.setOpacity(1.0 if self._active is Variant.ORIGINAL else DIMMED)
        self._describe()

    def _describe(self) -> None:
        self.canvas.setAccessibleDescription(self.text_twin)


class Overview(QWidget):
    """Signals: moment_chosen(seconds), by a click, or by Enter at the playhead;
    range_changed(start, end), when the user drags what is seen along.

    The whole clip, always: its waveform and, of a long one, class probabilities over time; the
    window explained is marked, what the other views do not show is dimmed.
    """

    moment_chosen = Signal(float)
    range_changed = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._envelope: Envelope | None = None
        self._timeline: Timeline | None = None
        self._target: str | None = None
        self._position = 0.0
        self._window: tuple[float, float] | None = None
        self.canvas = PlotCanvas(zooms=False, selects=False)
        self.canvas.setAccessibleName(self.tr("Overview"))
        self.wave_plot = TimePlot(LevelAxis(), full_height=(-1.0, 1.0))
        self.class_plot = TimePlot(LevelAxis())
        self.class_plot.axis.setStyle(showValues=False, tickLength=0)
        self.canvas.add_plot(self.wave_plot, 1.0, gap=2.0)
        self.canvas.add_plot(self.class_plot, 1.6)
        self.wave = WaveformLayer(self.wave_plot, 0.0)
        self.curves = ProbabilityLayer(self.class_plot, 0.0)
        self._labels = ClassLabels(self.class_plot, self.curves)
        self._veils = [Veil(plot) for plot in self.canvas.plots]
        self._settling = Settling(self, self._describe)
        self._growing = timer(self, 0)
        self._growing.timeout.connect(self._grow)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.canvas)
        self.canvas.position_chosen.connect(self.moment_chosen)
        self.canvas.dragged_to.connect(self._on_dragged)
        self.canvas.themed.connect(self._show_wave)
        self._show_classes()

    def show_clip(self, clip: AudioClip | None) -> None:
        """The clip as it was read; its outline appears bit by bit."""
        self._envelope = Envelope.shared(clip) if clip is not None else None
        if clip is not None:
            self.canvas.show_seconds(max(clip.seconds, 1e-3))
            self.canvas.show_range(0.0, self.canvas.seconds)
            self._growing.start()
            if clip.seconds <= AT_ONCE:
                self._grow()
        self._show_wave()

    def show_seconds(self, seconds: float) -> None:
        """Where time ends, as the other views have it."""
        self.canvas.show_seconds(seconds)

    def show_timeline(self, timeline: Timeline | None, target: str | None = None) -> None:
        """Probabilities over time; None for a clip of one window. target: the class explained."""
        if (timeline, target) != (self._timeline, self._target):
            self._timeline, self._target = timeline, target
            self._show_classes()

    def show_window(self, start: float | None, end: float | None = None) -> None:
        """Mark the window that is explained."""
        self._window = None if start is None or end is None else (start, end)
        for plot in self.canvas.plots:
            plot.marks.show_window(self._window)
        self._settling.announce()

    def show_range(self, start: float, end: float) -> None:
        """Dim what the other views do not show."""
        whole = start <= 0.0 and end >= self.canvas.seconds
        for veil in self._veils:
            veil.show_stretch(None if whole else (start, end))

    def show_position(self, seconds: float | None) -> None:
        self._position = seconds if seconds is not None else 0.0
        self.canvas.show_position(seconds)

    @property
    def text_twin(self) -> str:
        """What the overview shows, in a sentence or two."""
        if self._envelope is None:
            return self.tr("No overview: no sound is open.")
        sentences = [
            self.tr("Whole clip, {seconds} long, peak {peak}.").format(
                seconds=clock(self._envelope.seconds), peak=peak_text(self._envelope.peak)
            )
        ]
        if self._window is not None:
            sentences.append(
                self.tr("Explained: {stretch}.").format(stretch=clock_range(*self._window))
            )
        timeline = self._timeline
        for index in self.curves.classes if timeline is not None else ():
            best = int(np.argmax(timeline.probabilities[:, index]))
            sentences.append(
                self.tr("“{label}” is most probable at {seconds}, p {p}.").format(
                    label=timeline.labels[index],
                    seconds=clock(float(timeline.starts[best])),
                    p=probability(float(timeline.probabilities[best, index])),
                )
            )
        return " ".join(sentences)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._envelope is not None:
            self.moment_chosen.emit(self._position)
            return
        super().keyPressEvent(event)

    def _show_classes(self) -> None:
        timeline, target = self._timeline, self._target
        classes = _telling_classes(timeline, target) if timeline is not None else ()
        self.curves.show_timeline(timeline, classes, target)
        self.canvas.show_row(self.class_plot, bool(classes))
        self.setFixedHeight(WAVE_HEIGHT + CLASS_HEIGHT * len(classes))
        self._settling.announce()

    def _on_dragged(self, seconds: float) -> None:
        """Move what is seen to around a moment."""
        stretch = self._veils[0].stretch
        if stretch is not None:
            half = (stretch[1] - stretch[0]) / 2
            middle = min(max(seconds, half), self.canvas.seconds - half)
            self.show_range(middle - half, middle + half)
            self.range_changed.emit(middle - half, middle + half)

    def _grow(self) -> None:
        if self._envelope is None or not _grow_a_while(self._envelope):
            self._growing.stop()
        if self._envelope is not None:
            height = HEADROOM * max(self._envelope.peak, SOFTEST_PEAK)
            self.wave_plot.full_height = (-height, height)
            self.canvas.show_values(self.wave_plot, -height, height)
        self.wave.discard()
        self._settling.announce()

    def _show_wave(self) -> None:
        self.wave.show_envelope(self._envelope, current_theme().variants[Variant.ORIGINAL])
        self._settling.announce()

    def _describe(self) -> None:
        self.canvas.setAccessibleDescription(self.text_twin)


def _grow_a_while(envelope: Envelope) -> bool:
    """Build on for `PATIENCE`; whether there is more to do."""
    end = perf_counter() + PATIENCE
    while envelope.grow():
        if perf_counter() >= end:
            return True
    return False


def _telling_classes(timeline: Timeline, target: str | None) -> tuple[int, ...]:
    """The classes that reach the highest probabilities; the one explained is always first."""
    highest = timeline.probabilities.max(axis=0)
    order = sorted(
        range(len(timeline.labels)),
        key=lambda index: (timeline.labels[index] != target, -highest[index]),
    )
    return tuple(order[:SHOWN_CLASSES])
