"""Sounds with known pictures, and the mouse and wheel events that views get."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from core import spectrogram
from core.types import AudioClip, Spectrogram, Variant
from ui.views.plot_rows import PlotRows
from ui.views.time_plot import TimePlot

RATE = 16_000
NONE = Qt.KeyboardModifier.NoModifier


def tone(hertz: float, seconds: float = 1.0, amplitude: float = 0.5) -> AudioClip:
    time = np.arange(round(seconds * RATE)) / RATE
    return AudioClip(amplitude * np.sin(2 * np.pi * hertz * time), RATE)


def click(at: float, seconds: float = 1.0) -> AudioClip:
    """Silence with one sample in it."""
    samples = np.zeros(round(seconds * RATE))
    samples[round(at * RATE)] = 0.9
    return AudioClip(samples, RATE)


def four_tones(seconds: float = 1.0) -> dict[Variant, Spectrogram]:
    """Each version a tone of its own: 500, 1000, 2000, 4000 Hz."""
    clips = {
        variant: tone(hertz, seconds)
        for variant, hertz in zip(Variant, (500, 1000, 2000, 4000), strict=True)
    }
    return spectrograms(clips)


def spectrograms(clips: dict[Variant, AudioClip]) -> dict[Variant, Spectrogram]:
    return dict(zip(clips, spectrogram.spectrograms(clips.values()), strict=True))


def point_in(plot: TimePlot, x: float, y: float) -> QPoint:
    """A point of the canvas; x, y: shares of the box's width and height, y from the top."""
    rect = plot.box.geometry()
    return QPoint(round(rect.left() + x * rect.width()), round(rect.top() + y * rect.height()))


def turn_wheel(
    canvas: QWidget,
    at: QPoint,
    notches: float,
    held: Qt.KeyboardModifier = NONE,
) -> None:
    """As a mouse does: with Alt held, Qt gives the turn as a sideways one."""
    delta = round(120 * notches)
    sideways = held & Qt.KeyboardModifier.AltModifier
    viewport = canvas.viewport()
    event = QWheelEvent(
        QPointF(at),
        QPointF(viewport.mapToGlobal(at)),
        QPoint(),
        QPoint(delta, 0) if sideways else QPoint(0, delta),
        Qt.MouseButton.NoButton,
        held,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def drag(
    canvas: QWidget,
    begin: QPoint,
    end: QPoint,
    button: Qt.MouseButton = Qt.MouseButton.LeftButton,
) -> None:
    viewport = canvas.viewport()
    QTest.mousePress(viewport, button, NONE, begin)
    QTest.mouseMove(viewport, (begin + end) / 2)
    QTest.mouseMove(viewport, end)
    QTest.mouseRelease(viewport, button, NONE, end)


def pixels(canvas: PlotRows) -> np.ndarray:
    """What the canvas shows, (height, width, RGB)."""
    image = canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def brightest(canvas: PlotRows, plot: TimePlot) -> tuple[float, float]:
    """(seconds, value) of the middle of what is brightest in a plot."""
    rect = plot.box.geometry().toRect()
    seen = pixels(canvas)[rect.top() : rect.bottom() + 1, rect.left() : rect.right() + 1]
    light = seen.sum(axis=2)
    light[:30] = 0  # the caption
    rows, columns = np.nonzero(light >= light.max() - 3)
    return plot.seconds_at(columns.mean() + 0.5), plot.value_at(rows.mean() + 0.5)


def color_at(canvas: PlotRows, point: QPoint) -> str:
    return QColor(*pixels(canvas)[point.y(), point.x()]).name()
