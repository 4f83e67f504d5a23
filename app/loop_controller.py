"""Which stretch is played again and again."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.audio.deck import SHORTEST_LOOP
from app.audio.player import Player
from app.session import Session, SessionState

Stretch = tuple[float, float]


class LoopController(QObject):
    """Keeps the session's loop, and the player at it; to be made after the playback controller.

    One stretch is marked at a time, by whatever was done last: selecting something, or putting the
    ends with `set_start` and `set_end`. What a selection marked is marked no more once the
    selection is gone. While looping is switched on the loop is the marked stretch, or all of the
    clip where none is, and follows every change at once: a playhead outside it goes to its start.
    Looping stays switched on from clip to clip.
    """

    def __init__(self, session: Session, player: Player, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._player = session, player
        self._looping = False
        self._marked: Stretch | None = None
        self._is_selection = False  # what is marked
        session.clip_changed.connect(self._on_clip)
        session.selection_changed.connect(self._on_selection)
        session.loop_changed.connect(self._on_loop)

    def set_looping(self, looping: bool) -> None:
        self._looping = looping
        self._show()

    def loop_selection(self) -> None:
        """Make the selection the loop and switch looping on; nothing without a selection."""
        if self._session.state.selection is not None:
            self._mark(self._session.state.selection, is_selection=True)
            self.set_looping(True)

    def set_start(self, seconds: float) -> None:
        """Begin the loop here, and switch looping on. An end before it moves to the clip's end."""
        if (clip := self._session.state.clip) is not None:
            end = self._marked[1] if self._marked else clip.seconds
            self._mark((seconds, end if end > seconds else clip.seconds))
            self.set_looping(True)

    def set_end(self, seconds: float) -> None:
        """End the loop here, and switch looping on. A start behind it moves to the clip's start."""
        if self._session.state.clip is not None:
            start = self._marked[0] if self._marked else 0.0
            self._mark((start if start < seconds else 0.0, seconds))
            self.set_looping(True)

    def _mark(self, stretch: Stretch | None, *, is_selection: bool = False) -> None:
        self._marked, self._is_selection = stretch, is_selection

    def _wanted(self) -> Stretch | None:
        """At least 50 ms, and inside the clip, as the player would make it."""
        clip = self._session.state.clip
        if clip is None or not self._looping:
            return None
        start, end = self._marked or (0.0, clip.seconds)
        shortest = min(SHORTEST_LOOP, clip.seconds)
        start = min(max(start, 0.0), clip.seconds - shortest)
        return start, min(max(end, start + shortest), clip.seconds)

    def _show(self) -> None:
        self._session.set_loop(self._wanted())
        self._player.loop = self._session.state.loop  # one that was loaded anew knows of no loop

    def _on_clip(self, state: SessionState) -> None:
        if state.clip is None:
            self._mark(None)
        self._show()

    def _on_selection(self, state: SessionState) -> None:
        if state.selection is not None or self._is_selection:
            self._mark(state.selection, is_selection=state.selection is not None)
            self._show()

    def _on_loop(self, state: SessionState) -> None:
        if state.loop != self._wanted():  # somebody else's wish, as from a session file
            self._mark(state.loop)
            self._looping = state.loop is not None
            self._player.loop = state.loop
