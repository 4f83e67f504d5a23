"""Spectrogram, waveform, overview and relevance ↔ session, pictures and playhead."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from app.bootstrap import Application
from app.picture_controller import Pictures
from app.session import SessionState
from ui.parts import Parts
from ui.views.spectrogram_header import Overlay, SpectrogramLayout


class Viewing(QObject):
    """See the file's first line."""

    def __init__(self, parts: Parts, app: Application) -> None:
        super().__init__(parts.window)
        self._parts, self._app = parts, app
        self._pictures: Pictures | None = None
        self._connect()
        self._connect_actions()

    def _connect(self) -> None:
        view, app = self._parts.spectrogram, self._app
        view.position_chosen.connect(app.playback.seek)
        view.selection_changed.connect(app.session.set_selection)
        view.overlay_requested.connect(self._show_overlay)
        app.session.clip_changed.connect(self._on_clip)
        app.session.active_changed.connect(self._on_active)
        app.session.selection_changed.connect(self._on_selection)
        app.playback.position_changed.connect(self._on_position)
        app.pictures.pictures_changed.connect(self._on_pictures)

    def _connect_actions(self) -> None:
        view, actions = self._parts.spectrogram, self._parts.actions
        wired: dict[str, Callable[[], object]] = {
            "zoom_in": view.zoom_in,
            "zoom_out": view.zoom_out,
            "zoom_selection": view.zoom_to_selection,
            "zoom_fit": view.zoom_to_fit,
            "view_single": lambda: view.show_layout(SpectrogramLayout.SINGLE),
            "view_all": lambda: view.show_layout(SpectrogramLayout.ALL),
            "view_difference": lambda: view.show_layout(SpectrogramLayout.DIFFERENCE),
        }
        for action_id, do in wired.items():
            actions[action_id].triggered.connect(lambda _=False, do=do: do())

    def _on_clip(self, state: SessionState) -> None:
        if state.clip is None:
            self._parts.spectrogram.show_spectrograms({})

    def _on_active(self, state: SessionState) -> None:
        self._parts.spectrogram.show_active(state.active)

    def _on_selection(self, state: SessionState) -> None:
        self._parts.spectrogram.show_selection(*(state.selection or (None, None)))

    def _on_position(self, seconds: float) -> None:
        self._parts.spectrogram.show_position(seconds, follow=True)

    def _on_pictures(self, pictures: Pictures) -> None:
        self._pictures = pictures
        view, state = self._parts.spectrogram, self._app.session.state
        view.show_spectrograms(pictures.spectrograms, seconds=pictures.seconds)
        if state.active in pictures.spectrograms:
            view.show_active(state.active)
        if state.result is not None:
            values = state.result.attribution.values.sum(axis=0)
            view.show_relevance(values, 0.0, pictures.seconds)

    def _show_overlay(self, overlay: Overlay) -> None:
        pictures = self._pictures
        values = None
        if pictures is not None:
            values = {Overlay.KEPT: pictures.kept, Overlay.REMOVED: pictures.removed}.get(overlay)
        self._parts.spectrogram.show_overlay(overlay, values)
