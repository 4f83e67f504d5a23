"""The spectrogram view, with real spectrograms, a real canvas and real events."""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.spectrogram import difference
from core.types import Spectrogram, Variant
from tests.ui.views.sounds import (
    NONE,
    brightest,
    click,
    color_at,
    drag,
    four_tones,
    pixels,
    point_in,
    spectrograms,
    tone,
    turn_wheel,
)
from ui.theme import DARK, LIGHT, apply_theme
from ui.views.frequency_axis import SCALES
from ui.views.plot_rows import LEFT_WIDTH
from ui.views.spectrogram_header import Overlay, SpectrogramLayout
from ui.views.spectrogram_tiles import TILE, SpectrogramTiles
from ui.views.spectrogram_view import SpectrogramView

ALT = Qt.KeyboardModifier.AltModifier
TONES = dict(zip(Variant, (500, 1000, 2000, 4000), strict=True))


@pytest.fixture
def view(qtbot):
    view = SpectrogramView()
    view.resize(760, 480)
    qtbot.addWidget(view)
    view.show()
    view.told = []
    view.position_chosen.connect(lambda seconds: view.told.append(("position", seconds)))
    view.selection_changed.connect(lambda stretch: view.told.append(("selection", stretch)))
    view.range_changed.connect(lambda *stretch: view.told.append(("range", stretch)))
    view.layout_changed.connect(lambda layout: view.told.append(("layout", layout)))
    view.pair_changed.connect(lambda *pair: view.told.append(("pair", pair)))
    view.scale_changed.connect(lambda kind: view.told.append(("scale", kind)))
    view.overlay_requested.connect(lambda overlay: view.told.append(("overlay", overlay)))
    return view


@pytest.fixture
def tones(view):
    """The view with a tone of its own in each version."""
    made = four_tones()
    view.show_spectrograms(made, seconds=1.0)
    view.made = made
    return view


def frequency_seen(view, plot):
    """Hz of what is brightest in a plot, read as the axis has it."""
    return float(plot.axis.frequency_scale.hertz(brightest(view.canvas, plot)[1]))


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


def test_the_cursor_reads_hz_seconds_db_and_relevance(tones):
    tones.show_relevance(np.array([0.1, -0.25]), 0.0, 1.0)
    texts = []
    tones.cursor_moved.connect(texts.append)
    place = float(tones.keeper.scale.place(500.0))
    at = point_in(tones.canvas.main, 0.75, 1.0 - place)
    QTest.mouseMove(tones.canvas.viewport(), at)
    seconds, hertz, level, relevance = texts[-1].split(" · ")
    assert seconds in ("0:00.749", "0:00.750")  # the pixel nearest to the moment
    assert float(hertz.removesuffix("\N{NO-BREAK SPACE}Hz")) == pytest.approx(500, abs=8)
    assert level == "0.0\N{NO-BREAK SPACE}dB"
    assert relevance == "relevance −0.2500"
    assert tones.canvas.main.readout.text == texts[-1]
    QTest.mouseMove(tones.canvas.viewport(), QPoint(5, 100))
    assert texts[-1] == ""


def test_the_cursor_reads_the_difference(tones):
    tones.show_layout(SpectrogramLayout.DIFFERENCE)
    texts = []
    tones.cursor_moved.connect(texts.append)
    place = float(tones.keeper.scale.place(500.0))
    QTest.mouseMove(tones.canvas.viewport(), point_in(tones.canvas.main, 0.5, 1.0 - place))
    assert texts[-1].split(" · ")[2] == "−80.0\N{NO-BREAK SPACE}dB"


def test_mouse_events_become_signals(tones):
    plot = tones.canvas.main
    QTest.mouseClick(
        tones.canvas.viewport(), Qt.MouseButton.LeftButton, NONE, point_in(plot, 0.25, 0.5)
    )
    drag(tones.canvas, point_in(plot, 0.5, 0.5), point_in(plot, 0.75, 0.5))
    turn_wheel(tones.canvas, point_in(plot, 0.5, 0.5), 1)
    kinds = [kind for kind, _ in tones.told]
    assert kinds == ["position", "selection", "range"]
    assert tones.told[0][1] == pytest.approx(0.25, abs=0.002)
    assert tones.told[1][1] == pytest.approx((0.5, 0.75), abs=0.002)
    assert "Selected: 0:00.50–0:00.7" in tones.text_twin


def test_showing_says_nothing(tones):
    tones.show_layout(SpectrogramLayout.DIFFERENCE)
    tones.show_difference(Variant.REMOVED, Variant.ORIGINAL)
    tones.show_scale("log")
    tones.show_overlay(Overlay.RELEVANCE)
    tones.show_colors("grey")
    tones.show_range(0.2, 0.4)
    tones.show_position(0.3)
    tones.show_selection(0.1, 0.2)
    tones.show_active(Variant.REMOVED)
    assert tones.told == []


def test_what_is_chosen_above_the_picture_is_shown_and_told(qtbot, tones):
    header = tones.header
    qtbot.mouseClick(header.layout_button(SpectrogramLayout.DIFFERENCE), Qt.MouseButton.LeftButton)
    assert header.subtrahend.isVisible()
    header.subtrahend.setFocus()
    qtbot.keyClick(header.subtrahend, Qt.Key.Key_Down)
    qtbot.keyClick(header.scale, Qt.Key.Key_Down)
    qtbot.keyClick(header.overlay, Qt.Key.Key_Down)
    assert tones.told == [
        ("layout", SpectrogramLayout.DIFFERENCE),
        ("pair", (Variant.EXPLANATION, Variant.EXPLANATION)),
        ("scale", "linear"),
        ("overlay", Overlay.RELEVANCE),
    ]
    assert tones.layout_kind is SpectrogramLayout.DIFFERENCE
    assert tones.keeper.scale.kind == "linear"


def test_zooming_by_command_goes_to_the_playhead(tones):
    tones.show_position(0.25)
    tones.zoom_in()
    assert tones.canvas.time_range == pytest.approx((0.125, 0.625))
    tones.zoom_out()
    assert tones.canvas.time_range == pytest.approx((0.0, 1.0))
    tones.show_selection(0.3, 0.6)
    tones.zoom_to_selection()
    assert tones.canvas.time_range == pytest.approx((0.3, 0.6))
    tones.zoom_to_fit()
    assert tones.canvas.time_range == (0.0, 1.0)
    assert [kind for kind, _ in tones.told] == ["range"] * 4


def test_the_page_turns_when_the_playhead_runs_out_of_view(tones):
    tones.show_range(0.0, 0.4)
    tones.show_position(0.39, follow=True)
    assert tones.canvas.time_range == (0.0, 0.4)
    tones.show_position(0.41, follow=True)
    start, end = tones.canvas.time_range
    assert (start, end) == pytest.approx((0.39, 0.79))
    assert tones.told == [("range", (start, end))]
    tones.show_position(0.1)  # looked at something else meanwhile: nothing follows
    assert tones.canvas.time_range == (start, end)


def middle(view):
    """The colour at 1 kHz in the middle of the picture."""
    place = float(view.keeper.scale.place(1000.0))
    return QColor(color_at(view.canvas, point_in(view.canvas.main, 0.5, 1.0 - place)))


@pytest.fixture
def kept(view):
    """A tone that the explanation keeps, and a click that it does not."""
    made = spectrograms({Variant.ORIGINAL: tone(1000.0), Variant.EXPLANATION: tone(1000.0)})
    view.show_spectrograms(made, seconds=1.0)
    view.plain = middle(view)
    change = difference(made[Variant.ORIGINAL], made[Variant.EXPLANATION])
    view.show_overlay(Overlay.KEPT, change)
    return view


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


def test_both_themes_repaint_everything_and_leave_the_picture_alone(qapp, themes, tones):
    pictures = []
    for name, theme in (("dark", DARK), ("light", LIGHT)):
        apply_theme(qapp, name)
        assert color_at(tones.canvas, QPoint(3, 3)) == theme.plot
        assert tones.canvas.main.axis.textPen().color().name() == theme.muted
        rect = tones.canvas.main.box.geometry().toRect()
        pictures.append(pixels(tones.canvas)[rect.top() + 40 : rect.bottom(), LEFT_WIDTH + 5 : 500])
    assert np.array_equal(*pictures)


def test_the_marks_take_the_colours_of_the_theme(qapp, themes, kept):
    apply_theme(qapp, "dark")
    dark = middle(kept)
    apply_theme(qapp, "light")
    assert middle(kept) != dark


def test_our_own_menu_is_asked_for(tones):
    asked = []
    tones.menu_requested.connect(asked.append)
    at = point_in(tones.canvas.main, 0.5, 0.5)
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, at, tones.canvas.viewport().mapToGlobal(at)
    )
    QApplication.sendEvent(tones.canvas.viewport(), event)
    assert asked == [tones.canvas.viewport().mapToGlobal(at)]


def test_the_picture_has_a_twin_in_words(tones):
    assert tones.text_twin == (
        "Spectrogram of version Original, 0:00.00–0:01.00, 0–8,000\N{NO-BREAK SPACE}Hz. "
        "Loudest at 0:00.00, 500\N{NO-BREAK SPACE}Hz."
    ) or tones.text_twin.startswith("Spectrogram of version Original, 0:00.00–0:01.00, 0–8,000")
    assert tones.canvas.accessibleDescription() == tones.text_twin
    assert tones.canvas.accessibleName() == "Spectrogram"
    tones.show_layout(SpectrogramLayout.DIFFERENCE)
    assert "the difference Explanation − Original" in tones.canvas.accessibleDescription()
    tones.show_spectrograms({})
    assert tones.canvas.accessibleDescription() == "No spectrogram: no sound is open."


def test_every_control_has_a_name(view):
    header = view.header
    controls = [header.minuend, header.subtrahend, header.overlay, header.scale]
    controls += [header.layout_button(layout) for layout in SpectrogramLayout]
    assert all(control.accessibleName() for control in controls)


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


def hour(db=None):
    """Tiles of an hour with one loud frame, computed when they are asked for."""
    frequencies = np.linspace(0, 8000, 64, dtype=np.float32)
    frames, loud = 225_001, 150_000

    def provide(level, index):
        first = (index * TILE) << level
        width = min(TILE, -(-frames // 2**level) - index * TILE)
        tile = np.full((64, width), -80.0, dtype=np.float32)
        place = (loud - first) >> level
        if first <= loud and place < width:
            tile[:, place] = 0.0
        return tile

    return SpectrogramTiles(frequencies, 0.016, frames, -80.0, provide)


def test_one_loud_frame_of_an_hour_is_seen_at_every_zoom(view):
    view.show_spectrograms({Variant.ORIGINAL: hour()}, seconds=3600.0)
    for half in (1800.0, 400.0, 30.0, 2.0, 0.1):
        view.show_range(2400.0 - half, 2400.0 + half)
        seconds, _ = brightest(view.canvas, view.canvas.main)
        start, end = view.canvas.time_range
        assert seconds == pytest.approx(2400.0, abs=3 * (end - start) / 600)
        image = view.canvas.main.images[Variant.ORIGINAL].image
        assert image.width() <= 2.2 * 2 * 760
    assert brightest(view.canvas, view.canvas.main)  # and nothing of an hour was ever one image


def test_relevance_that_lies_before_or_behind_what_is_seen_is_not_drawn(qtbot, view, tones):
    view.show_spectrograms(view.made, seconds=30.0)
    view.show_relevance([1.0, -1.0, 0.5], 10.0, 11.0)
    view.show_overlay(Overlay.RELEVANCE)
    curve = view.canvas.main.curve
    for start, seen in ((0.0, False), (10.5, True), (20.0, False)):
        view.show_range(start, start + 1.0)
        assert len(curve._steps(300.0)[0]) > 0 or not seen
        assert not view.grab().isNull()


class Elsewhere:
    """A spectrogram of which nothing is known at first."""

    hop, floor_db, start = 0.016, -80.0, 0.0

    def __init__(self, spectrogram):
        self.frequencies = spectrogram.frequencies
        self.n_frames = spectrogram.db.shape[1]
        self.known = None

    def tile(self, level, index):
        return self.known


def test_a_tile_that_comes_later_is_shown_when_it_comes(view):
    spectrogram = spectrograms({Variant.ORIGINAL: tone(1000.0)})[Variant.ORIGINAL]
    source = Elsewhere(spectrogram)
    view.show_spectrograms({Variant.ORIGINAL: source}, seconds=1.0)
    dark = middle(view).lightness()
    source.known = spectrogram.db
    assert middle(view).lightness() == dark
    view.show_arrived_tiles()
    assert middle(view).lightness() > dark + 60


def test_tiles_that_change_are_drawn_anew(view):
    spectrogram = spectrograms({Variant.ORIGINAL: tone(1000.0)})[Variant.ORIGINAL]
    source = Elsewhere(spectrogram)
    source.known = spectrogram.db
    view.show_spectrograms({Variant.ORIGINAL: source}, seconds=1.0)
    bright = middle(view).lightness()
    source.known = np.full_like(spectrogram.db, -80.0)
    view.show_arrived_tiles()  # which says nothing of tiles that were there
    assert middle(view).lightness() == bright
    view.show_changed_tiles()
    assert middle(view).lightness() < bright - 60


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
