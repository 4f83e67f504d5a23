"""The list of clips ↔ the session."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.bootstrap import Application
from app.session import SessionState
from ui.parts import Parts


class ClipList(QObject):
    """See the file's first line."""

    def __init__(self, parts: Parts, app: Application) -> None:
        super().__init__(parts.window)
        self._parts = parts
        clips, actions = parts.clips, parts.actions
        clips.clip_chosen.connect(app.explain.open_item)
        app.session.items_changed.connect(self._on_items)
        app.session.clip_changed.connect(self._on_clip)
        actions["previous_clip"].triggered.connect(lambda _: clips.choose_previous())
        actions["next_clip"].triggered.connect(lambda _: clips.choose_next())
        self._on_items(app.session.state)

    def _on_items(self, state: SessionState) -> None:
        self._parts.clips.show_clips(state.items)
        self._parts.clips.show_current(state.current)

    def _on_clip(self, state: SessionState) -> None:
        self._parts.clips.show_current(state.current)
