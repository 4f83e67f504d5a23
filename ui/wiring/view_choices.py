"""View menu ↔ the controls above the spectrogram; what is chosen is remembered."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent

from app.bootstrap import Application
from ui.parts import Parts
from ui.views.frequency_axis import ScaleKind
from ui.views.spectrogram_header import Overlay, SpectrogramLayout

LAYOUTS = {
    "view_single": SpectrogramLayout.SINGLE,
    "view_all": SpectrogramLayout.ALL,
    "view_difference": SpectrogramLayout.DIFFERENCE,
}
OVERLAYS = {
    "overlay_none": Overlay.NONE,
    "overlay_relevance": Overlay.RELEVANCE,
    "overlay_kept": Overlay.KEPT,
    "overlay_removed": Overlay.REMOVED,
}
SCALES: dict[str, ScaleKind] = {"axis_mel": "mel", "axis_linear": "linear", "axis_log": "log"}
SWITCHES = ("grey", "cells")
AT_FIRST = ("view_single", "overlay_none", "axis_mel", "cells")
NAMES = (*LAYOUTS, *OVERLAYS, *SCALES, *SWITCHES)


class ViewChoices(QObject):
    """See the file's first line."""

    def __init__(self, parts: Parts, app: Application) -> None:
        super().__init__(parts.window)
        self._parts, self._app = parts, app
        self._show_remembered()
        for name in NAMES:
            action = parts.actions[name]
            action.triggered.connect(lambda _=False, name=name: self._on_triggered(name))
        view = parts.spectrogram
        view.layout_changed.connect(lambda layout: self._check(LAYOUTS, layout))
        view.overlay_requested.connect(lambda overlay: self._check(OVERLAYS, overlay))
        view.scale_changed.connect(lambda kind: self._check(SCALES, kind))
        parts.relevance.folded_changed.connect(self._on_folded)
        parts.window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """H held down hides the overlay, wherever the keyboard is that has no use for it."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_H and not event.modifiers():
            if not event.isAutoRepeat():
                hidden = event.type() == QEvent.Type.KeyPress
                self._parts.spectrogram.show_overlay_hidden(hidden)
        elif event.type() == QEvent.Type.WindowDeactivate:
            self._parts.spectrogram.show_overlay_hidden(False)
        return False

    def _show_remembered(self) -> None:
        """A name from another version's settings is passed over, what they lack is as at first."""
        remembered = self._app.settings.settings.view or AT_FIRST
        for name in (*AT_FIRST, *remembered):
            if name in NAMES:
                self._apply(name, on=name in remembered or name not in SWITCHES)

    def _on_triggered(self, name: str) -> None:
        self._apply(name, on=self._parts.actions[name].isChecked())
        if name == "cells":
            self._parts.fit_relevance()
        self._remember()

    def _apply(self, name: str, on: bool) -> None:
        view = self._parts.spectrogram
        if name in LAYOUTS:
            view.show_layout(LAYOUTS[name])
        elif name in OVERLAYS:
            view.overlay_requested.emit(OVERLAYS[name])
        elif name in SCALES:
            view.show_scale(SCALES[name])
        elif name == "grey":
            view.show_colors("grey" if on else "magma")
        elif name == "cells":
            self._parts.relevance.show_folded(not on)
        self._parts.actions[name].setChecked(on)

    def _check(self, table: dict[str, object], value: object) -> None:
        """A control above the picture was used."""
        name = next(name for name, meant in table.items() if meant == value)
        self._parts.actions[name].setChecked(True)
        self._remember()

    def _on_folded(self, folded: bool) -> None:
        self._parts.actions["cells"].setChecked(not folded)
        self._parts.fit_relevance()
        self._remember()

    def _remember(self) -> None:
        shown = tuple(name for name in NAMES if self._parts.actions[name].isChecked())
        self._app.settings.change(view=shown)
