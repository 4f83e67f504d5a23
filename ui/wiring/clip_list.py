"""The list of clips, opening and dropping files ↔ the session."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from app.bootstrap import Application
from app.session import SessionState
from ui.parts import Parts


class ClipList(QObject):
    """See the file's first line."""

    def __init__(self, parts: Parts, app: Application) -> None:
        super().__init__(parts.window)
        self._parts, self._app = parts, app
        clips, actions = parts.clips, parts.actions
        clips.clip_chosen.connect(app.explain.open_item)
        clips.files_dropped.connect(app.explain.open_files)
        clips.remove_requested.connect(app.session.remove_item)
        app.session.items_changed.connect(self._on_items)
        app.session.clip_changed.connect(self._on_clip)
        actions["open"].triggered.connect(lambda _: self._ask_for_files())
        actions["previous_clip"].triggered.connect(lambda _: clips.choose_previous())
        actions["next_clip"].triggered.connect(lambda _: clips.choose_next())
        self._on_items(app.session.state)
        self._on_clip(app.session.state)

    def _on_items(self, state: SessionState) -> None:
        self._parts.clips.show_clips(state.items)
        self._parts.clips.show_current(state.current)

    def _on_clip(self, state: SessionState) -> None:
        self._parts.clips.show_current(state.current)
        name = state.item.name if state.item else ""
        self._parts.window.setWindowTitle(f"{name} – HearWhy" if name else "HearWhy")

    def _ask_for_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self._parts.window, self.tr("Open sound files"))
        if names:
            self._app.explain.open_files([Path(name) for name in names])
