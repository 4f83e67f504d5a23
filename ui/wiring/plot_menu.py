"""The context menu of the plots."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from app.bootstrap import Application
from ui.icons import icon
from ui.parts import Parts
from ui.views.concept_time_view import ConceptTimeView
from ui.views.relevance_view import RelevanceView
from ui.views.spectrogram_view import SpectrogramView
from ui.views.waveform_view import WaveformStrip

SECTIONS = (
    ("explain", "loop_selection"),
    ("select_all", "zoom_selection", "zoom_fit"),
    ("export",),
)

TimeView = SpectrogramView | WaveformStrip | RelevanceView | ConceptTimeView


class PlotMenu(QObject):
    """See the file's first line."""

    def __init__(self, parts: Parts, app: Application) -> None:
        super().__init__(parts.window)
        self._parts, self._app = parts, app
        for view in self._views():
            view.menu_requested.connect(lambda point, view=view: self.open(view, point))

    def _views(self) -> tuple[TimeView, ...]:
        parts = self._parts
        return parts.spectrogram, parts.waveform, parts.relevance, parts.concept_times

    def open(self, view: TimeView, point: QPoint) -> QMenu:
        """Show the menu of a plot. point: of the screen."""
        menu = QMenu(view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        seconds = view.canvas.seconds_under(point)
        play = menu.addAction(icon("play"), self.tr("Play from here"))
        play.setEnabled(seconds is not None and self._app.session.state.clip is not None)
        play.triggered.connect(lambda: self._play_from(seconds))
        for section in SECTIONS:
            menu.addSeparator()
            for name in section:
                menu.addAction(self._parts.actions[name])
        menu.addSeparator()
        copy = menu.addAction(icon("copy"), self.tr("Copy as text"))
        copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(view.text_twin))
        menu.popup(point)
        return menu

    def _play_from(self, seconds: float | None) -> None:
        playback = self._app.playback
        if seconds is not None:
            playback.seek(seconds)
            if not playback.is_playing:
                playback.toggle()
