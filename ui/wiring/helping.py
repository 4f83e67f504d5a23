"""Help menu and the details of a notice ↔ guide, key list, about, log folder."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog

from app.bootstrap import Application
from app.notices import Notice
from app.paths import guide_file, log_folder
from core.versions import versions
from ui.actions import key_rows
from ui.desktop import open_folder
from ui.dialogs.about import AboutDialog
from ui.dialogs.error_details import ErrorDetailsDialog
from ui.dialogs.guide import GuideDialog
from ui.dialogs.key_list import KeyListDialog
from ui.parts import Parts


class Helping(QObject):
    """See the file's first line. Its windows are non-modal; one of each kind is open at most."""

    def __init__(self, parts: Parts, app: Application) -> None:
        super().__init__(parts.window)
        self._parts, self._notices = parts, app.notices
        self._open: dict[type[QDialog], QDialog] = {}
        actions = parts.actions
        actions["guide"].triggered.connect(lambda _: self.show_guide())
        actions["key_list"].triggered.connect(lambda _: self._show_keys())
        actions["about"].triggered.connect(lambda _: self._show_about())
        actions["log_folder"].triggered.connect(lambda _: self._open_log_folder())
        parts.status.details_requested.connect(self._show_details)

    def show_guide(self, chapter: str | None = None) -> None:
        """chapter: the anchor of a heading."""
        guide = self._open.get(GuideDialog)
        if guide is None:
            guide = GuideDialog(guide_file(), self._parts.window)
            guide.link_opened.connect(self._open_link)
        self._show(guide)
        if chapter is not None:
            guide.show_heading(chapter)

    def _show_keys(self) -> None:
        self._show(self._open.get(KeyListDialog) or KeyListDialog(key_rows(), self._parts.window))

    def _show_about(self) -> None:
        self._show(self._open.get(AboutDialog) or AboutDialog(versions(), self._parts.window))

    def _show_details(self, notice: Notice) -> None:
        details = ErrorDetailsDialog(notice.text, notice.details, self._parts.window)
        details.log_folder_requested.connect(self._open_log_folder)
        self._show(details)

    def _show(self, dialog: QDialog) -> None:
        kind = type(dialog)
        if self._open.get(kind) is not dialog:
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            if (old := self._open.get(kind)) is not None:
                old.close()
            self._open[kind] = dialog
            dialog.finished.connect(lambda _: self._open.pop(kind, None))
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def _open_log_folder(self) -> None:
        folder = log_folder()
        if not open_folder(folder):  # no file manager: at least say where it is
            self._notices.info(self.tr("The folder is {folder}.").format(folder=folder))

    def _open_link(self, url: QUrl) -> None:
        if not QDesktopServices.openUrl(url):
            self._notices.info(self.tr("The address is {url}.").format(url=url.toString()))
