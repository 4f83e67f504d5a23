"""The blind test ↔ the playback controller."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt

from app.bootstrap import Application
from core.types import Variant
from ui.dialogs.abx import AbxDialog
from ui.parts import Parts


class BlindTest(QObject):
    """See the file's first line.

    The session's version, and with it everything the window shows, stays as it was: only the dialog
    and the player know what is heard.
    """

    def __init__(self, parts: Parts, app: Application) -> None:
        super().__init__(parts.window)
        self._parts, self._app = parts, app
        self.dialog: AbxDialog | None = None
        parts.transport.abx_requested.connect(self._open)
        parts.actions["abx"].triggered.connect(lambda _: self._open())
        app.playback.playing_changed.connect(self._on_playing)

    def _open(self) -> None:
        if self.dialog is not None:
            return
        playback, active = self._app.playback, self._app.session.state.active
        other = Variant.EXPLANATION if active is Variant.ORIGINAL else active
        stretch = playback.begin_blind()
        self.dialog = AbxDialog(Variant.ORIGINAL, other, parent=self._parts.window)
        self.dialog.show_stretch(*stretch)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.play_requested.connect(self._on_play)
        self.dialog.stop_requested.connect(playback.stop)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.open()

    def _on_play(self, variant: Variant) -> None:
        if self.dialog is not None:
            self._app.playback.play_blind(variant, self.dialog.pair)
            self._on_playing(self._app.playback.is_playing)

    def _on_playing(self, playing: bool) -> None:
        if self.dialog is not None and not playing:
            self.dialog.show_stopped()

    def _on_finished(self, _result: int) -> None:
        self.dialog = None
        self._app.playback.end_blind()
