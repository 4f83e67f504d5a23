"""The export dialog ↔ the export controller."""

from __future__ import annotations

from typing import get_args

from PySide6.QtCore import QObject

from app.bootstrap import Application
from app.export_wish import ExportWish
from app.session import SessionState
from core.exporters import EXPORTERS, Group
from ui.dialogs.export import ExportDialog
from ui.parts import Parts


class Exporting(QObject):
    """See the file's first line."""

    def __init__(self, parts: Parts, app: Application) -> None:
        super().__init__(parts.window)
        self._parts, self._app = parts, app
        self._dialog: ExportDialog | None = None
        self._action = parts.actions["export"]
        self._tip = self._action.toolTip()
        self._action.triggered.connect(lambda _checked: self._open())
        parts.status.cancel_requested.connect(app.export.cancel)
        app.export.progressed.connect(parts.status.show_progress)
        app.export.idle.connect(parts.status.show_finished)
        app.export.busy_changed.connect(lambda _busy: self._show_possible())
        app.session.result_changed.connect(self._on_result)
        self._show_possible()

    def _on_result(self, state: SessionState) -> None:
        self._show_possible()
        if state.result is None and self._dialog is not None:
            self._dialog.reject()  # another clip was opened behind it

    def _show_possible(self) -> None:
        """Whether there is something to export, and if not, why."""
        reason = None
        if self._app.export.is_busy:
            reason = self.tr("Files are being written.")
        elif self._app.session.state.result is None:
            reason = self.tr("Nothing has been explained yet.")
        self._action.setEnabled(reason is None)
        self._action.setToolTip(reason or self._tip)
        self._action.setStatusTip(reason or self._tip)

    def _open(self) -> None:
        result, wish = self._app.session.state.result, self._app.export.proposed()
        if result is None or wish is None or self._dialog is not None:
            return
        order = get_args(Group)
        specs = sorted(EXPORTERS.specs(), key=lambda spec: order.index(spec.group))
        dialog = self._dialog = ExportDialog(specs, wish, result.start, self._parts.window)
        dialog.wish_changed.connect(self._on_wish)
        dialog.export_requested.connect(self._app.export.export)
        dialog.finished.connect(lambda _result: self._on_closed())
        self._on_wish(dialog.wish)
        dialog.open()

    def _on_wish(self, wish: ExportWish) -> None:
        if self._dialog is not None:
            self._dialog.show_preview(self._app.export.preview(wish))

    def _on_closed(self) -> None:
        dialog, self._dialog = self._dialog, None
        if dialog is not None:
            dialog.deleteLater()
