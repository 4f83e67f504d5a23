"""Overview, spectrogram, waveform and relevance ↔ session, pictures and playhead.

All of them have one time axis, which is the clip's, one selection and one playhead.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from app.bootstrap import Application
from app.picture_controller import Pictures
from app.session import SessionState
from app.turns import in_a_turn_of_its_own
from core.types import Attribution, Variant
from ui.parts import Parts
from ui.views.plot_rows import link_ranges
from ui.views.spectrogram_header import Overlay

NARROW, AROUND = 0.1, 1.0  # of what is seen, and of a window that is looked at on either side
A_JUMP = 0.2  # seconds; the playhead goes less far from one look to the next, unless it was put


class Viewing(QObject):
    """See the file's first line."""

    def __init__(self, parts: Parts, app: Application) -> None:
        super().__init__(parts.window)
        self._parts, self._app = parts, app
        self._pictures: Pictures | None = None
        self._overlay = Overlay.NONE
        self._window: tuple[float, float] | None = None  # that was looked at
        self._position = 0.0
        self._views = (parts.spectrogram, parts.waveform, parts.relevance)
        self._connect()
        self._connect_actions()
        self._on_clip(app.session.state)

    def _connect(self) -> None:
        parts, app = self._parts, self._app
        link_ranges(*self._views, parts.overview)
        for view in self._views:
            view.position_chosen.connect(app.playback.seek)
            view.selection_changed.connect(app.session.set_selection)
        parts.overview.moment_chosen.connect(self._on_moment)
        parts.spectrogram.overlay_requested.connect(self._show_overlay)
        app.session.clip_changed.connect(self._on_clip)
        app.session.result_changed.connect(self._on_result)
        app.session.active_changed.connect(self._on_active)
        app.session.selection_changed.connect(self._on_selection)
        app.playback.position_changed.connect(self._on_position)
        app.pictures.pictures_changed.connect(self._on_pictures)
        app.pictures.tiles_changed.connect(parts.spectrogram.show_changed_tiles)
        app.pictures.tiles_arrived.connect(parts.spectrogram.show_arrived_tiles)

    def _connect_actions(self) -> None:
        view, actions = self._parts.spectrogram, self._parts.actions
        wired: dict[str, Callable[[], object]] = {
            "zoom_in": view.zoom_in,
            "zoom_out": view.zoom_out,
            "zoom_selection": view.zoom_to_selection,
            "zoom_fit": view.zoom_to_fit,
            "select_all": self._select_all,
            "cancel": self._cancel,
        }
        for action_id, do in wired.items():
            actions[action_id].triggered.connect(lambda _=False, do=do: do())

    def _on_clip(self, state: SessionState) -> None:
        parts, clip = self._parts, state.clip
        self._window = None
        parts.overview.show_clip(clip)
        parts.overview.show_timeline(None)
        if clip is None:
            self._pictures = None
            parts.spectrogram.show_spectrograms({})
            parts.waveform.show_clips({})
            parts.relevance.show_relevance(None)
        else:
            parts.waveform.show_clips({Variant.ORIGINAL: clip})
            parts.spectrogram.canvas.show_seconds(clip.seconds)
            parts.relevance.show_seconds(clip.seconds)
            parts.spectrogram.zoom_to_fit()
        self._show_window(state)

    def _on_result(self, state: SessionState) -> None:
        window = state.window
        self._show_window(state)
        if state.result is None:
            return
        if window is not None and window != self._window:
            self._look_at(*window)
        self._window = window
        # Its rows take room from the other views, which are drawn again.
        in_a_turn_of_its_own(self, self._show_timeline)

    def _show_timeline(self) -> None:
        result = self._app.session.state.result
        if result is not None:
            self._parts.overview.show_timeline(result.timeline, result.target)

    def _look_at(self, start: float, end: float) -> None:
        """Bring a window into view where it is outside, or too narrow to see anything.

        The playhead waits where it begins, unless it is there already or the sound goes on.
        """
        canvas = self._parts.spectrogram.canvas
        first, last = canvas.time_range
        if start < first or end > last or end - start < NARROW * (last - first):
            around = (end - start) * AROUND
            canvas.move_to(start - around, end + around)
        if not self._app.playback.is_playing and not start <= self._position < end:
            self._app.playback.seek(start)

    def _show_window(self, state: SessionState) -> None:
        parts = self._parts
        for view in (parts.overview, parts.spectrogram, parts.waveform):
            view.show_window(*(state.window or (None, None)))

    def _on_active(self, state: SessionState) -> None:
        self._parts.spectrogram.show_active(state.active)
        self._parts.waveform.show_active(state.active)

    def _on_selection(self, state: SessionState) -> None:
        for view in self._views:
            view.show_selection(*(state.selection or (None, None)))

    def _on_position(self, seconds: float) -> None:
        """Turn the page where the playhead runs out of view, or is put there by a key."""
        start, end = self._parts.spectrogram.canvas.time_range
        was_seen = start <= self._position <= end
        follow = was_seen or abs(seconds - self._position) > A_JUMP
        self._position = seconds
        self._parts.spectrogram.show_position(seconds, follow=follow)
        for view in (self._parts.waveform, self._parts.relevance, self._parts.overview):
            view.show_position(seconds)

    def _on_pictures(self, pictures: Pictures) -> None:
        before, self._pictures = self._pictures, pictures
        parts, state = self._parts, self._app.session.state
        parts.spectrogram.show_spectrograms(
            pictures.spectrograms, seconds=pictures.seconds, around=pictures.whole
        )
        parts.waveform.show_clips(
            pictures.sounds,
            start=pictures.start,
            around=state.clip,
            seconds=pictures.seconds,
        )
        if state.active in pictures.spectrograms:
            self._on_active(state)
        if before is None or _attribution(before) is not _attribution(pictures):
            self._show_relevance(pictures)
        self._show_overlay(self._overlay)

    def _show_relevance(self, pictures: Pictures) -> None:
        parts, relevance, end = self._parts, pictures.relevance, pictures.relevance_end
        parts.relevance.show_relevance(relevance, pictures.start, end)
        values, edges = pictures.bands, pictures.band_edges
        if values is None and relevance is not None:
            values, edges = relevance.values.sum(axis=0), None
        parts.spectrogram.show_relevance(values, pictures.start, end, band_edges=edges)

    def _show_overlay(self, overlay: Overlay) -> None:
        self._overlay = overlay
        pictures = self._pictures
        values = None
        if pictures is not None:
            values = {Overlay.KEPT: pictures.kept, Overlay.REMOVED: pictures.removed}.get(overlay)
        self._parts.spectrogram.show_overlay(overlay, values)

    def _on_moment(self, seconds: float) -> None:
        """A click in the overview: explain there, where a clip is longer than a window."""
        result = self._app.session.state.result
        if result is not None and result.timeline is not None:
            self._app.explain.explain_moment(seconds)
        else:
            self._app.playback.seek(seconds)

    def _select_all(self) -> None:
        clip = self._app.session.state.clip
        if clip is not None:
            self._app.session.set_selection((0.0, clip.seconds))

    def _cancel(self) -> None:
        """Stop the work under way, else clear the selection."""
        app = self._app
        for work in (app.explain, app.documents, app.export):
            if work.is_busy:
                work.cancel()
                return
        if app.concepts.is_busy:
            app.concepts.stop()
        else:
            app.session.set_selection(None)


def _attribution(pictures: Pictures) -> Attribution | None:
    """It stays the same while only the shares change."""
    return pictures.result.attribution if pictures.result is not None else None
