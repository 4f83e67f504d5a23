"""One time axis, one selection and one playhead for all that is drawn over time."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from core.session_manifest import SavedLook
from core.types import Attribution, Variant
from tests.ui.views.sounds import drag, point_in, turn_wheel
from ui.views.relevance_view import RelevanceView


@pytest.fixture
def views(parts):
    return (parts.spectrogram, parts.waveform, parts.relevance)


def veiled(overview):
    return overview._veils[0].stretch


def test_a_clip_is_seen_from_end_to_end_in_all_views(behind, parts, views, opened, tone):
    opened(tone)
    assert [view.canvas.time_range for view in views] == [(0.0, 1.0)] * 3
    assert parts.overview.canvas.seconds == 1.0
    assert veiled(parts.overview) is None


def test_zooming_in_any_view_zooms_all_and_dims_the_rest_in_the_overview(
    parts, views, opened, tone
):
    opened(tone)
    for view in views:
        canvas = view.canvas
        turn_wheel(canvas, point_in(canvas.shown_plots[0], 0.5, 0.5), 3)
        seen = canvas.time_range
        assert seen != (0.0, 1.0)
        assert [other.canvas.time_range for other in views] == [pytest.approx(seen)] * 3
        assert veiled(parts.overview) == pytest.approx(seen)
        parts.actions["zoom_fit"].trigger()
        assert veiled(parts.overview) is None


def test_dragging_in_the_overview_moves_what_is_seen(parts, views, opened, tone):
    opened(tone)
    parts.spectrogram.canvas.move_to(0.0, 0.2)
    canvas = parts.overview.canvas
    plot = parts.overview.wave_plot
    drag(canvas, point_in(plot, 0.1, 0.5), point_in(plot, 0.5, 0.5))
    assert [view.canvas.time_range for view in views] == [pytest.approx((0.4, 0.6), abs=0.01)] * 3


def test_what_is_selected_in_one_view_is_selected_in_all(behind, views, opened, tone):
    opened(tone)
    for view in views:
        behind.session.set_selection(None)
        plot = view.canvas.shown_plots[0]
        drag(view.canvas, point_in(plot, 0.25, 0.5), point_in(plot, 0.75, 0.5))
        selection = behind.session.state.selection
        assert selection == pytest.approx((0.25, 0.75), abs=0.01)
        for other in views:
            assert other.canvas.plots[0].marks.selection == selection


def test_a_click_in_any_view_puts_the_playhead_there_in_all(
    qtbot, behind, parts, views, opened, tone
):
    opened(tone)
    everywhere = (*views, parts.overview)
    for share, view in zip((0.2, 0.4, 0.6, 0.8), everywhere, strict=True):
        plot = view.canvas.shown_plots[0]
        qtbot.mouseClick(
            view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=point_in(plot, share, 0.5)
        )
        assert behind.playback.position == pytest.approx(share, abs=0.01)
        for other in everywhere:
            position = other.canvas.plots[0].marks.position
            assert position == pytest.approx(behind.playback.position)


def test_another_clip_of_the_same_length_is_seen_whole_again(parts, opened, tone, tmp_path):
    opened(tone)
    parts.spectrogram.canvas.move_to(0.1, 0.2)
    other = tmp_path / "other.wav"
    other.write_bytes(tone.read_bytes())
    opened(other)
    assert parts.spectrogram.canvas.time_range == (0.0, 1.0)


def test_a_new_explanation_of_the_clip_leaves_the_zoom_alone(qtbot, behind, parts, opened, tone):
    opened(tone)
    parts.spectrogram.canvas.move_to(0.1, 0.2)
    with qtbot.waitSignals([behind.explain.idle, behind.pictures.pictures_changed], timeout=60_000):
        behind.explain.drag_shares(0.5, 0.5)
    assert parts.spectrogram.canvas.time_range == pytest.approx((0.1, 0.2))


def test_the_page_turns_when_the_playhead_runs_out_of_view_and_not_when_it_is_not_in_it(
    behind, parts, opened, tone
):
    opened(tone)
    parts.spectrogram.canvas.move_to(0.0, 0.3)
    for seconds in (0.25, 0.28, 0.31):
        behind.playback.position_changed.emit(seconds)
    start, end = parts.spectrogram.canvas.time_range
    assert start < 0.31 < end
    parts.spectrogram.canvas.move_to(0.6, 0.9)  # the user looks elsewhere meanwhile
    behind.playback.position_changed.emit(0.34)
    assert parts.spectrogram.canvas.time_range == pytest.approx((0.6, 0.9))
    behind.playback.position_changed.emit(0.0)  # put there
    assert parts.spectrogram.canvas.time_range[0] == 0.0


def test_waveform_and_spectrogram_show_the_version_that_sounds(behind, parts, opened, tone):
    opened(tone)
    for variant in Variant:
        behind.session.set_active(variant)
        assert parts.spectrogram.keeper.active is variant
        assert parts.waveform.wave.envelope is parts.waveform._envelopes[variant]


def test_a_window_of_a_long_clip_lies_where_it_is_in_the_clip(
    behind, parts, views, opened, long_tone
):
    opened(long_tone)
    window = behind.session.state.window
    result = behind.session.state.result
    assert window == (result.start, result.end)
    tiles = parts.spectrogram._tiles[Variant.EXPLANATION]
    assert tiles.start == pytest.approx(window[0])
    assert tiles.end == pytest.approx(window[1], abs=0.02)
    assert parts.spectrogram.keeper.around.tiles.end == pytest.approx(6.0, abs=0.02)
    assert parts.waveform.wave.start == window[0]
    assert parts.relevance.curve.span == pytest.approx(window)
    for canvas in (*(view.canvas for view in views), parts.overview.canvas):
        assert canvas.seconds == 6.0
    for view in (parts.spectrogram, parts.waveform, parts.overview):
        assert view.canvas.plots[0].marks.window == window


def test_the_window_is_brought_into_view_and_under_the_playhead(behind, parts, opened, long_tone):
    opened(long_tone)
    window = behind.session.state.window
    first, last = parts.spectrogram.canvas.time_range
    assert first <= window[0] < window[1] <= last
    assert window[0] == pytest.approx(behind.playback.position, abs=0.01)


def test_the_original_of_a_window_is_seen_with_the_clip_around_it(behind, parts, opened, long_tone):
    opened(long_tone)
    plot = parts.spectrogram.canvas.main
    assert plot.around.opacity() == 1.0
    behind.session.set_active(Variant.EXPLANATION)
    assert 0.0 < plot.around.opacity() < 1.0
    assert 0.0 < parts.waveform.around.opacity() < 1.0


def test_a_click_in_the_overview_of_a_long_clip_explains_there(
    qtbot, behind, parts, opened, long_tone
):
    opened(long_tone)
    canvas, plot = parts.overview.canvas, parts.overview.wave_plot
    for share in (0.75, 0.25):  # twice: the probabilities of the clip are still known then
        with qtbot.waitSignals(
            [behind.explain.idle, behind.pictures.pictures_changed], timeout=60_000
        ):
            qtbot.mouseClick(
                canvas.viewport(), Qt.MouseButton.LeftButton, pos=point_in(plot, share, 0.5)
            )
        start, end = behind.session.state.window
        assert (start + end) / 2 == pytest.approx(share * 6.0, abs=0.05)
        first, last = parts.spectrogram.canvas.time_range
        assert first <= start < end <= last
        assert parts.overview.curves.timeline is not None


def test_a_short_clip_has_no_timeline_and_no_window(parts, opened, long_tone, tone):
    opened(long_tone)
    tall = parts.overview.height()
    opened(tone)
    assert parts.overview.curves.timeline is None
    assert parts.overview.height() < tall
    assert parts.spectrogram.canvas.main.marks.window is None
    assert parts.spectrogram.keeper.around is None


def test_a_clip_shorter_than_a_window_ends_where_it_ends(parts, views, opened, tmp_path):
    from tests.ui.wiring.conftest import write_tone

    opened(write_tone(tmp_path / "short.wav", 0.4))
    assert [view.canvas.seconds for view in views] == [pytest.approx(0.4)] * 3
    assert parts.waveform.wave.envelope.seconds == pytest.approx(0.4, abs=1e-3)
    assert parts.relevance.curve.span[1] == pytest.approx(0.4, abs=1e-3)


def test_relevance_lies_where_the_codec_has_its_frames(parts, opened, tmp_path):
    from tests.ui.wiring.conftest import write_tone

    opened(write_tone(tmp_path / "short.wav", 0.389))  # 19 frames of 20 ms, and half of one
    curve = parts.relevance.curve
    assert (len(curve.values), curve.span) == (20, (0.0, pytest.approx(0.4)))
    parts.actions["overlay_relevance"].trigger()
    assert parts.spectrogram.overlay.frames.end == pytest.approx(0.4)
    assert parts.relevance.canvas.seconds == pytest.approx(0.389)


def test_what_is_told_of_relevance_ends_with_the_sound(qtbot):
    view = RelevanceView()
    qtbot.addWidget(view)
    view.show_seconds(0.396)
    late = Attribution(np.eye(20)[[19]], "saliency", "yes")
    view.show_relevance(late, 0.0, 0.4)
    assert "lies in 0:00.38–0:00.39." in view.text_twin


def test_escape_stops_the_work_else_clears_the_selection(qtbot, behind, window, opened, tone):
    opened(tone)
    window.parts.actions["select_all"].trigger()
    assert behind.session.state.selection == (0.0, 1.0)
    behind.explain.explain()
    assert behind.explain.is_busy
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not behind.explain.is_busy
    assert behind.session.state.selection == (0.0, 1.0)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert behind.session.state.selection is None


def test_escape_stops_saving(qtbot, behind, window, opened, tone, tmp_path):
    opened(tone)
    path = tmp_path / "mine.hearwhy"
    behind.documents.save(path, SavedLook())
    assert behind.documents.is_busy
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not behind.documents.is_busy
    behind.documents.save(path, SavedLook())
    qtbot.waitUntil(lambda: not behind.documents.is_busy)
    assert path.exists()


def test_relevance_per_band_is_laid_over_the_picture(parts, opened, tone):
    opened(tone)
    parts.actions["overlay_relevance"].trigger()
    frames = parts.spectrogram.overlay.frames
    assert frames.band_edges is not None
    per_frame = parts.relevance.curve.values
    assert frames.per_frame == pytest.approx(per_frame, abs=1e-5)
    assert parts.spectrogram.keeper.has_overlay


def test_an_overlay_stays_through_a_new_explanation(qtbot, behind, parts, opened, tone):
    opened(tone)
    parts.actions["overlay_kept"].trigger()
    marks = parts.spectrogram.keeper._marks
    assert marks is not None
    with qtbot.waitSignals([behind.explain.idle, behind.pictures.pictures_changed], timeout=60_000):
        behind.explain.drag_shares(0.5, 0.5)
    assert parts.spectrogram.keeper._marks is not None
    assert parts.spectrogram.keeper._marks is not marks


def test_nothing_of_a_clip_is_left_when_another_is_being_read(behind, parts, opened, tone):
    opened(tone)
    behind.session.choose(behind.session.state.items[0].key)
    assert parts.spectrogram.text_twin == parts.spectrogram.tr("No spectrogram: no sound is open.")
    assert parts.waveform.wave.envelope is None
    assert parts.overview.wave.envelope is None
    assert parts.relevance.text_twin == "No relevance: nothing is explained."


def test_e_explains_the_selection_where_it_is(qtbot, behind, window, opened, tone):
    opened(tone)
    behind.session.set_selection((0.2, 0.6))
    with qtbot.waitSignals([behind.explain.idle, behind.pictures.pictures_changed], timeout=60_000):
        qtbot.keyClick(window, Qt.Key.Key_E)
    assert behind.session.state.window == pytest.approx((0.2, 0.6))
    plot = window.parts.spectrogram.canvas.main
    assert plot.marks.window == pytest.approx((0.2, 0.6))
    tiles = window.parts.spectrogram._tiles[Variant.EXPLANATION]
    assert (tiles.start, tiles.end) == pytest.approx((0.2, 0.6), abs=0.02)


def test_while_a_slider_is_dragged_pictures_follow(qtbot, behind, window, opened, tone):
    """However fast results come: the one being drawn is shown before the next is begun."""
    opened(tone)
    shown = []
    behind.pictures.pictures_changed.connect(lambda pictures: shown.append(pictures.result))
    state = behind.session.state
    for _ in range(5):
        behind.session.set_result(state.result)
    qtbot.waitUntil(lambda: len(shown) == 2)  # the first of them, and the last
