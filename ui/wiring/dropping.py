"""Files dropped anywhere in the window are opened."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QGraphicsView

from app.bootstrap import Application
from app.document_controller import is_session
from core.file_names import plain
from ui.parts import Parts
from ui.views.clips_view import dropped_files
from ui.views.drop_frame import DropFrame

Kinds = QEvent.Type


class Dropping(QObject):
    """See the file's first line."""

    def __init__(self, parts: Parts, app: Application) -> None:
        super().__init__(parts.window)
        self._parts = parts
        self._frame = DropFrame(parts.window)
        for view in parts.window.findChildren(QGraphicsView):
            view.setAcceptDrops(False)  # it would take every drag for one meant for its scene
        parts.window.setAcceptDrops(True)
        parts.window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (Kinds.DragEnter, Kinds.DragMove, Kinds.Drop):
            return self._on_drag(event)
        if kind == Kinds.DragLeave:
            self._frame.show_hint(None)
        return False

    def _on_drag(self, event: QDragEnterEvent | QDropEvent) -> bool:
        files = dropped_files(event.mimeData())
        if not files:
            return False
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if event.type() == Kinds.DragEnter:
            self._frame.show_hint(self._hint(files))
        elif event.type() == Kinds.Drop:
            self._frame.show_hint(None)
            self._parts.clips.files_dropped.emit(files)
        return True

    def _hint(self, files: list[Path]) -> str:
        if any(is_session(path) for path in files):
            return self.tr("Drop to open the session")
        if len(files) == 1:
            return self.tr("Drop to open “{name}”").format(name=plain(files[0].name))
        return self.tr("Drop to add {count} files").format(count=len(files))
