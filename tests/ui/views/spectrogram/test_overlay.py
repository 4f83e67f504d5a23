"""What lies over the spectrogram: kept and taken-out marks, and relevance."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from core.types import Variant
from tests.ui.views.sounds import color_at, point_in, spectrograms, tone
from tests.ui.views.spectrogram.seen import Elsewhere, middle
from ui.theme import apply_theme
from ui.views.spectrogram_header import Overlay, SpectrogramLayout


def test_what_is_kept_is_tinted_and_h_looks_below_it(qtbot, kept):
    tinted = middle(kept)
    assert tinted != kept.plain
    kept.canvas.setFocus()
    qtbot.keyPress(kept.canvas, Qt.Key.Key_H)
    assert middle(kept) == kept.plain
    qtbot.keyRelease(kept.canvas, Qt.Key.Key_H)
    assert middle(kept) == tinted


def test_marks_go_with_their_spectrograms(kept):
    kept.show_spectrograms(
        spectrograms({Variant.ORIGINAL: tone(1000.0), Variant.EXPLANATION: tone(1000.0)}),
        seconds=1.0,
    )
    assert middle(kept) == kept.plain


def test_no_overlay_lies_over_a_difference(kept):
    kept.show_layout(SpectrogramLayout.DIFFERENCE)
    with_marks = middle(kept)
    kept.show_overlay(Overlay.NONE)
    assert middle(kept) == with_marks


def test_marks_need_the_shape_of_their_spectrogram(tones):
    with pytest.raises(ValueError, match="shape"):
        tones.show_overlay(Overlay.KEPT, np.zeros((3, 3), dtype=np.float32))


def test_relevance_per_frame_is_a_curve_and_per_band_a_picture(tones):
    tones.show_overlay(Overlay.RELEVANCE)
    plot = tones.canvas.main
    tones.show_relevance(np.array([0.5, -0.5]), 0.0, 1.0)
    assert plot.curve.values.tolist() == [0.5, -0.5]
    tones.show_relevance(
        np.array([[0.5, -0.5], [0.0, 0.0]]), 0.0, 1.0, band_edges=[0.0, 4000.0, 8000.0]
    )
    assert not len(plot.curve.values)
    below = 1.0 - float(tones.keeper.scale.place(3000.0))
    left, right = (QColor(color_at(tones.canvas, point_in(plot, x, below))) for x in (0.25, 0.75))
    assert left.red() > left.blue()
    assert right.blue() > right.red()
    assert len(tones.canvas.legend.bars) == 2


def test_the_marks_take_the_colours_of_the_theme(qapp, themes, kept):
    apply_theme(qapp, "dark")
    dark = middle(kept)
    apply_theme(qapp, "light")
    assert middle(kept) != dark


def test_relevance_that_lies_before_or_behind_what_is_seen_is_not_drawn(qtbot, view, tones):
    view.show_spectrograms(view.made, seconds=30.0)
    view.show_relevance([1.0, -1.0, 0.5], 10.0, 11.0)
    view.show_overlay(Overlay.RELEVANCE)
    curve = view.canvas.main.curve
    for start, seen in ((0.0, False), (10.5, True), (20.0, False)):
        view.show_range(start, start + 1.0)
        assert len(curve._steps(300.0)[0]) > 0 or not seen
        assert not view.grab().isNull()


def test_what_is_kept_of_versions_in_tiles_is_marked(view):
    spectrogram = spectrograms({Variant.ORIGINAL: tone(1000.0)})[Variant.ORIGINAL]
    original, explanation = Elsewhere(spectrogram), Elsewhere(spectrogram)
    original.known, explanation.known = spectrogram.db, spectrogram.db.copy()
    explanation.known[:, 32:] = -80.0
    view.show_spectrograms(
        {Variant.ORIGINAL: original, Variant.EXPLANATION: explanation}, seconds=1.0
    )
    place = 1.0 - float(view.keeper.scale.place(1000.0))
    points = [point_in(view.canvas.main, share, place) for share in (0.25, 0.75)]
    view.show_overlay(Overlay.KEPT)
    kept, silenced = (QColor(color_at(view.canvas, point)) for point in points)
    assert kept.saturation() > silenced.saturation() + 60
