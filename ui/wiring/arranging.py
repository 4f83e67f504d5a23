"""Panels, full screen, appearance, and the way of the keyboard through the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from app.bootstrap import Application
from app.settings import Settings
from ui.actions import MenuId
from ui.geometry import as_text, bring_back, from_text
from ui.parts import Parts
from ui.theme import apply_theme

LAYOUT = 2  # its version: what is remembered of another one is not used


class Arranging(QObject):
    """See the file's first line."""

    def __init__(self, parts: Parts, app: Application) -> None:
        super().__init__(parts.window)
        self._parts, self._app = parts, app
        self._theme = app.settings.settings.theme
        self._fill_menu()
        actions = parts.actions
        actions["reset_layout"].triggered.connect(lambda _: parts.reset_layout())
        actions["full_screen"].triggered.connect(self._set_full_screen)
        actions["next_region"].triggered.connect(lambda _: self._step(1))
        actions["previous_region"].triggered.connect(lambda _: self._step(-1))
        app.settings.changed.connect(self._on_settings)
        self._restore(app.settings.settings)
        parts.window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Close:
            self._remember()
        elif event.type() == QEvent.Type.WindowStateChange:
            shown = self._parts.window.isFullScreen()
            self._parts.actions["full_screen"].setChecked(shown)
        elif event.type() == QEvent.Type.Show and QApplication.focusWidget() is None:
            self._parts.spectrogram.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        return False

    def _fill_menu(self) -> None:
        """Show and hide panels, where the menu resets them."""
        actions = self._parts.actions
        menu = self._parts.menus[MenuId.VIEW]
        panels = QMenu(self.tr("&Panels"), menu)
        for dock in self._parts.docks.values():
            panels.addAction(dock.toggleViewAction())
        menu.insertMenu(actions["reset_layout"], panels)

    def _restore(self, settings: Settings) -> None:
        """Bring back what can be used of it; else all is as it was built."""
        window = self._parts.window
        if not window.isVisible():  # else it is there already, and may have been moved since
            bring_back(window, settings.geometry)
        if not window.restoreState(from_text(settings.layout), LAYOUT):
            self._parts.reset_layout()
        self._parts.heights.restoreState(from_text(settings.heights))

    def _remember(self) -> None:
        window = self._parts.window
        self._app.settings.change(
            geometry=as_text(window.saveGeometry()),
            layout=as_text(window.saveState(LAYOUT)),
            heights=as_text(self._parts.heights.saveState()),
        )

    def _on_settings(self, settings: Settings) -> None:
        if settings.theme != self._theme:
            self._theme = settings.theme
            apply_theme(QApplication.instance(), settings.theme)

    def _set_full_screen(self, full: bool) -> None:
        window = self._parts.window
        state = window.windowState()
        screen = Qt.WindowState.WindowFullScreen
        window.setWindowState(state | screen if full else state & ~screen)

    def _step(self, way: int) -> None:
        """Give the keyboard to the next region, where it was when it was there last."""
        # A panel that is a tab behind another one is visible to Qt, but to no one else.
        regions = [r for r in self._parts.regions if not r.visibleRegion().isEmpty()]
        focus = QApplication.focusWidget()
        here = next((n for n, region in enumerate(regions) if _holds(region, focus)), None)
        if here is None:
            here = -1 if way > 0 else 0
        for step in range(1, len(regions) + 1):
            region = regions[(here + way * step) % len(regions)]
            target = _focusable(region)
            if target is not None:
                target.window().activateWindow()
                target.setFocus(Qt.FocusReason.TabFocusReason)
                return


def _holds(region: QWidget, widget: QWidget | None) -> bool:
    return widget is not None and (region is widget or region.isAncestorOf(widget))


def _focusable(region: QWidget) -> QWidget | None:
    """The widget of a region that had the keyboard last, or the first one that takes it by Tab."""
    last = region.focusWidget()
    if last is not None and _takes_tab(last):
        return last
    inside = [region, *region.findChildren(QWidget)]
    return next((widget for widget in inside if _takes_tab(widget)), None)


def _takes_tab(widget: QWidget) -> bool:
    wants = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return wants and widget.isEnabled() and widget.isVisible()
