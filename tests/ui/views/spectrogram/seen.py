"""What is seen of known sounds, and spectrograms that come from elsewhere."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from core.types import Variant
from tests.ui.views.sounds import brightest, color_at, point_in

ALT = Qt.KeyboardModifier.AltModifier
TONES = dict(zip(Variant, (500, 1000, 2000, 4000), strict=True))


def frequency_seen(view, plot):
    """Hz of what is brightest in a plot, read as the axis has it."""
    return float(plot.axis.frequency_scale.hertz(brightest(view.canvas, plot)[1]))


def middle(view):
    """The colour at 1 kHz in the middle of the picture."""
    place = float(view.keeper.scale.place(1000.0))
    return QColor(color_at(view.canvas, point_in(view.canvas.main, 0.5, 1.0 - place)))


class Elsewhere:
    """A spectrogram of which nothing is known at first."""

    hop, floor_db, start = 0.016, -80.0, 0.0

    def __init__(self, spectrogram):
        self.frequencies = spectrogram.frequencies
        self.n_frames = spectrogram.db.shape[1]
        self.known = None

    def tile(self, level, index):
        return self.known
