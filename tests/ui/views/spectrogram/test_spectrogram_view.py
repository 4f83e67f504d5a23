"""The pictures of the spectrogram view, with real spectrograms and a real canvas."""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.types import Spectrogram, Variant
from tests.ui.views.sounds import (
    brightest,
    click,
    color_at,
    four_tones,
    pixels,
    point_in,
    spectrograms,
    tone,
    turn_wheel,
)
from tests.ui.views.spectrogram.seen import ALT, TONES, frequency_seen
from ui.theme import DARK, LIGHT, apply_theme
from ui.views.frequency_axis import SCALES
from ui.views.plot_rows import LEFT_WIDTH
from ui.views.spectrogram_header import SpectrogramLayout


@pytest.mark.parametrize("kind", SCALES)
@pytest.mark.parametrize("height", [160, 331, 900])
def test_a_tone_is_seen_at_its_frequency_on_every_scale(view, kind, height):
    view.resize(760, height)
    view.show_spectrograms(spectrograms({Variant.ORIGINAL: tone(1000.0)}))
    view.show_scale(kind)
    plot = view.canvas.main
    a_pixel = 8000.0 / plot.size[1] if kind == "linear" else 30.0
    assert frequency_seen(view, plot) == pytest.approx(1000.0, abs=16 + a_pixel)


@pytest.mark.parametrize("kind", SCALES)
def test_the_axis_writes_1k_where_the_tone_is(view, kind):
    view.show_spectrograms(spectrograms({Variant.ORIGINAL: tone(1000.0)}))
    view.show_scale(kind)
    plot = view.canvas.main
    ((_, places),) = plot.axis.tickValues(*plot.value_range, plot.size[1])
    texts = plot.axis.tickStrings(places, 1.0, 1.0)
    place = places[texts.index("1k")]
    assert brightest(view.canvas, plot)[1] == pytest.approx(place, abs=2.5 / plot.size[1])


@pytest.mark.parametrize("at", [0.1, 0.5, 0.93])
def test_a_click_is_seen_at_its_moment(view, at):
    view.show_spectrograms(spectrograms({Variant.ORIGINAL: click(at)}), seconds=1.0)
    assert brightest(view.canvas, view.canvas.main)[0] == pytest.approx(at, abs=0.01)


def test_a_zoomed_view_shows_the_same_place(view):
    view.show_spectrograms(spectrograms({Variant.ORIGINAL: click(0.5)}), seconds=1.0)
    view.show_range(0.45, 0.6)
    assert brightest(view.canvas, view.canvas.main)[0] == pytest.approx(0.5, abs=0.004)


def test_switching_shows_the_version_that_sounds(tones):
    for variant, hertz in TONES.items():
        tones.show_active(variant)
        assert frequency_seen(tones, tones.canvas.main) == pytest.approx(hertz, rel=0.05)


def test_switching_takes_less_than_16_ms(qtbot, tones):
    viewport = tones.canvas.viewport()
    viewport.repaint()
    plot = tones.canvas.main
    qtbot.waitUntil(lambda: all(layer.image is not None for layer in plot.images.values()))
    took = []
    for variant in (*Variant, *Variant):
        begin = perf_counter()
        tones.show_active(variant)
        viewport.repaint()
        took.append(perf_counter() - begin)
    assert min(took[1:4]) < 0.016, took
    assert sorted(took)[len(took) // 2] < 0.016, took


def test_a_switch_makes_no_picture(qtbot, tones):
    """Those of the other versions were made while nothing else happened."""
    plot = tones.canvas.main
    tones.canvas.viewport().repaint()
    qtbot.waitUntil(lambda: all(layer.image is not None for layer in plot.images.values()))
    before = {variant: layer.image for variant, layer in plot.images.items()}
    for variant in Variant:
        tones.show_active(variant)
        tones.canvas.viewport().repaint()
    assert {variant: layer.image for variant, layer in plot.images.items()} == before


def test_four_versions_stand_below_one_another_on_one_level_scale(view):
    loud, soft = tone(1000.0), tone(1000.0, amplitude=0.005)
    view.show_spectrograms(
        spectrograms({Variant.ORIGINAL: loud, Variant.EXPLANATION: soft}), seconds=1.0
    )
    view.show_layout(SpectrogramLayout.ALL)
    seen = pixels(view.canvas)

    def lightness(variant):
        rect = view.canvas.stack[variant].box.geometry().toRect()
        return seen[rect.top() + 30 : rect.bottom(), rect.center().x()].sum(axis=1).max()

    # 40 dB softer is half way down the map, however alone it is in its picture.
    assert lightness(Variant.ORIGINAL) > 1.7 * lightness(Variant.EXPLANATION)
    tops = [view.canvas.stack[v].box.geometry().top() for v in view.canvas.stack]
    assert tops == sorted(tops)
    assert list(view.canvas.stack) == [
        Variant.ORIGINAL,
        Variant.EXPLANATION,
        Variant.REMOVED,
        Variant.RECONSTRUCTION,
    ]


def test_stacked_axes_are_linked(tones):
    tones.show_layout(SpectrogramLayout.ALL)
    plots = list(tones.canvas.stack.values())
    turn_wheel(tones.canvas, point_in(plots[2], 0.5, 0.5), 2)
    turn_wheel(tones.canvas, point_in(plots[1], 0.5, 0.25), 2, ALT)
    assert len({plot.time_range for plot in plots}) == 1
    assert len({plot.value_range for plot in plots}) == 1
    assert plots[0].time_range == pytest.approx((0.18, 0.82))
    assert plots[0].value_range != (0.0, 1.0)


def test_the_difference_shows_where_which_is_louder(view):
    made = spectrograms({Variant.ORIGINAL: tone(1000.0), Variant.EXPLANATION: tone(4000.0)})
    view.show_spectrograms(made, seconds=1.0)
    view.show_layout(SpectrogramLayout.DIFFERENCE)

    def color_of(hertz):
        place = float(view.keeper.scale.place(hertz))
        return QColor(color_at(view.canvas, point_in(view.canvas.main, 0.5, 1.0 - place)))

    assert color_of(4000).red() > color_of(4000).blue() + 60  # ochre: explanation is louder
    assert color_of(1000).blue() > color_of(1000).red() + 60  # blue: it is softer
    view.show_difference(Variant.EXPLANATION, Variant.ORIGINAL)
    assert color_of(1000).red() > color_of(1000).blue() + 60
    (bar,) = view.canvas.legend.bars
    assert [text for _, text in bar.ticks][:3] == ["+80", "−80", "0"]


def test_both_themes_repaint_everything_and_leave_the_picture_alone(qapp, themes, tones):
    pictures = []
    for name, theme in (("dark", DARK), ("light", LIGHT)):
        apply_theme(qapp, name)
        assert color_at(tones.canvas, QPoint(3, 3)) == theme.plot
        assert tones.canvas.main.axis.textPen().color().name() == theme.muted
        rect = tones.canvas.main.box.geometry().toRect()
        pictures.append(pixels(tones.canvas)[rect.top() + 40 : rect.bottom(), LEFT_WIDTH + 5 : 500])
    assert np.array_equal(*pictures)


def test_nothing_open_shows_nothing(view):
    view.show_spectrograms({})
    for layout in SpectrogramLayout:
        view.show_layout(layout)
        assert view.grab().height() == 480
    QTest.mouseMove(view.canvas.viewport(), point_in(view.canvas.main, 0.5, 0.5))
    assert view.canvas.main.readout.text == ""


def test_one_version_alone_and_versions_that_come_later(tones):
    tones.show_spectrograms({Variant.ORIGINAL: tones.made[Variant.ORIGINAL]}, seconds=1.0)
    tones.show_active(Variant.EXPLANATION)
    ground = tones.canvas.backgroundBrush().color().name()
    assert color_at(tones.canvas, point_in(tones.canvas.main, 0.5, 0.5)) == ground
    tones.show_spectrograms(tones.made, seconds=1.0)
    assert frequency_seen(tones, tones.canvas.main) == pytest.approx(
        TONES[Variant.EXPLANATION], rel=0.05
    )


def test_grey_is_grey(tones):
    tones.show_colors("grey")
    rect = tones.canvas.main.box.geometry().toRect()
    seen = pixels(tones.canvas)[rect.top() + 40 : rect.bottom(), LEFT_WIDTH + 5 : 500]
    assert (seen[..., 0] == seen[..., 2]).all()
    assert seen.max() >= 250


def test_a_spectrogram_that_starts_later_stands_where_it_starts(qapp, themes, view):
    apply_theme(qapp, "dark")  # else the empty ground is the brightest
    made = spectrograms({Variant.ORIGINAL: click(0.5)})[Variant.ORIGINAL]
    later = Spectrogram(made.db, made.frequencies, made.times + 3.0, made.floor_db, made.reference)
    view.show_spectrograms({Variant.ORIGINAL: later}, seconds=10.0)
    assert brightest(view.canvas, view.canvas.main)[0] == pytest.approx(3.5, abs=0.03)


def test_it_paints_only_when_something_changes(qtbot, view):
    view.show_spectrograms({Variant.ORIGINAL: four_tones()[Variant.ORIGINAL]}, seconds=1.0)
    paints = []
    view.canvas.scene().sigPrepareForPaint.connect(lambda: paints.append(1))
    view.show_active(Variant.EXPLANATION)  # of which there is nothing
    qtbot.waitUntil(lambda: bool(paints))
    for _ in range(20):
        QApplication.processEvents()
    assert len(paints) <= 3
