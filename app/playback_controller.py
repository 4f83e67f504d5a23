"""Hearing the versions: what sounds, where, how loud."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, QTimer, Signal

from app.audio.levels_match import match_levels
from app.audio.player import Player
from app.audio.ports import AppAudioError
from app.notices import Notices
from app.session import Session, SessionState
from core.types import AudioClip, Variant

TICK_MS = 33  # how often the playhead moves


class PlaybackController(QObject):
    """Keeps the player at what the session shows.

    Signals: position_changed(seconds); playing_changed(bool); length_changed(seconds or None);
    level_match_changed(matching, gain of the sounding version in dB or None).
    """

    position_changed = Signal(float)
    playing_changed = Signal(bool)
    length_changed = Signal(object)
    level_match_changed = Signal(bool, object)

    def __init__(
        self, session: Session, player: Player, notices: Notices, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._player = player
        self._notices = notices
        self._matching = True
        self._gain_db: Mapping[Variant, float] = {}
        self._loaded: Mapping[Variant, AudioClip] = {}
        self._was_playing = False
        self._sentence: str | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._poll)
        session.clip_changed.connect(self._on_clip)
        session.result_changed.connect(self._on_result)
        session.active_changed.connect(self._on_active)

    @property
    def has_sound(self) -> bool:
        return bool(self._loaded)

    def toggle(self) -> None:
        """Play from the running position, or pause there."""
        if self._player.playing:
            self._player.pause()
        elif self._loaded:
            try:
                if self._player.device is None:
                    self._player.open()
            except AppAudioError as error:
                self._notices.error(error)
                return
            self._player.play()
            self._timer.start()
        self._poll()

    def stop(self) -> None:
        self._player.stop()
        self._poll()

    def seek(self, seconds: float) -> None:
        self._player.seek(seconds)
        self._poll()

    def skip(self, seconds: float) -> None:
        """Seek relative to where it is."""
        self.seek(max(0.0, min(self._player.seconds, self._player.position + seconds)))

    def set_loop(self, looping: bool) -> None:
        """Loop the selection, or all of it where nothing is selected."""
        region = self._session.state.selection or (0.0, self._player.seconds)
        self._player.loop = region if looping and self._loaded else None

    def set_level_match(self, matching: bool) -> None:
        self._matching = matching
        self._apply_gains()

    def shut_down(self) -> None:
        self._timer.stop()
        self._player.close()

    def _on_clip(self, state: SessionState) -> None:
        versions = {} if state.clip is None else {Variant.ORIGINAL: state.clip}
        self._load(versions, keep_place=False)

    def _on_result(self, state: SessionState) -> None:
        if state.result is not None:
            same = self._loaded.get(Variant.ORIGINAL) is state.result.audio[Variant.ORIGINAL]
            self._load(state.result.audio, keep_place=same)

    def _load(self, versions: Mapping[Variant, AudioClip], *, keep_place: bool) -> None:
        self._loaded = versions
        if keep_place:
            self._player.swap(versions)
        else:
            self._player.load(versions)
        self._gain_db = match_levels(versions).gain_db
        self._apply_gains()
        if self._session.state.active in versions:
            self._player.active = self._session.state.active
        self.length_changed.emit(self._player.seconds if versions else None)
        self._poll()

    def _on_active(self, state: SessionState) -> None:
        if state.active in self._loaded:
            self._player.active = state.active
        self._tell_gain()

    def _apply_gains(self) -> None:
        self._player.set_gains(self._gain_db if self._matching else {})
        self._tell_gain()

    def _tell_gain(self) -> None:
        gain = self._gain_db.get(self._session.state.active)
        self.level_match_changed.emit(self._matching, gain if self._matching else None)

    def _poll(self) -> None:
        status = self._player.poll()
        if status.sentence and status.sentence != self._sentence:
            self._notices.warning(status.sentence)
        self._sentence = status.sentence
        self.position_changed.emit(status.position)
        if status.playing != self._was_playing:
            self._was_playing = status.playing
            self.playing_changed.emit(status.playing)
        if not status.playing:
            self._timer.stop()
