"""The menu of files opened last ↔ the settings."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from app.bootstrap import Application
from app.settings import Settings
from core.file_names import plain
from ui.actions import MenuId
from ui.parts import Parts


class RecentFiles(QObject):
    """See the file's first line. What is chosen is opened as if it had been dropped."""

    def __init__(self, parts: Parts, app: Application) -> None:
        super().__init__(parts.window)
        self._parts, self._app = parts, app
        file_menu = parts.menus[MenuId.FILE]
        self.menu = QMenu(self.tr("Open &recent"), file_menu)
        self.menu.setToolTipsVisible(True)
        entries = file_menu.actions()
        file_menu.insertMenu(entries[entries.index(parts.actions["open"]) + 1], self.menu)
        self.menu.aboutToShow.connect(self._fill)
        app.settings.changed.connect(self._on_settings)
        self._on_settings(app.settings.settings)

    def _on_settings(self, settings: Settings) -> None:
        self.menu.menuAction().setEnabled(bool(settings.recent))

    def _fill(self) -> None:
        """Looked at only now: a file that is gone is greyed, and there again when it is back."""
        self.menu.clear()
        recent = self._app.settings.settings.recent
        names = Counter(path.name for path in recent)
        for number, path in enumerate(recent, 1):
            key = f"&{number} " if number < 10 else ""
            name = plain(path.name if names[path.name] == 1 else f"{path.name} – {path.parent}")
            action = self.menu.addAction(key + name.replace("&", "&&"))
            action.setEnabled(path.exists())
            action.setToolTip(
                plain(str(path))
                if action.isEnabled()
                else self.tr("The file is no longer there: {file}").format(file=plain(str(path)))
            )
            action.triggered.connect(lambda _=False, path=path: self._open(path))
        self.menu.addSeparator()
        clear = self.menu.addAction(self.tr("&Clear list"))
        clear.triggered.connect(lambda: self._app.settings.change(recent=()))

    def _open(self, path: Path) -> None:
        self._parts.clips.files_dropped.emit([path])
