"""How the window looks: light, dark, or as the system has it.

A `Theme` names colours by their role; widgets and plots take them from `current_theme()`. Qt tells
every widget of a change with `QEvent.Type.PaletteChange`, at which plots paint themselves anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Template
from types import MappingProxyType
from typing import Literal

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from core.types import Variant

ThemeChoice = Literal["light", "dark", "system"]


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by role, each as "#rrggbb".

    background: of the window; panel: of what lies on it; field: of what can be typed into;
    plot: behind pictures and curves. text, muted, disabled: writing, in falling weight.
    accent: the one colour that says "chosen"; accent_text: writing on it. border, grid: lines of
    widgets and of plots. hover: a control under the pointer. variants: one a version of the sound.
    warning, error: writing and marks of notices.
    """

    name: str
    is_dark: bool
    background: str
    panel: str
    field: str
    plot: str
    text: str
    muted: str
    disabled: str
    accent: str
    accent_text: str
    border: str
    grid: str
    hover: str
    warning: str
    error: str
    variants: Mapping[Variant, str]


def _variants(original: str, explanation: str, removed: str, codec: str) -> Mapping[Variant, str]:
    return MappingProxyType(
        {
            Variant.ORIGINAL: original,
            Variant.EXPLANATION: explanation,
            Variant.REMOVED: removed,
            Variant.RECONSTRUCTION: codec,
        }
    )


LIGHT = Theme(
    name="light",
    is_dark=False,
    background="#eceef1",
    panel="#f7f8fa",
    field="#ffffff",
    plot="#fdfdfe",
    text="#1b1f24",
    muted="#59626d",
    disabled="#9aa2ac",
    accent="#1a66c2",
    accent_text="#ffffff",
    border="#cdd2d9",
    grid="#dde1e6",
    hover="#e1e5ea",
    warning="#8f5200",
    error="#b3261e",
    variants=_variants("#4d5f73", "#0a7d70", "#b4560f", "#7450b0"),
)

DARK = Theme(
    name="dark",
    is_dark=True,
    background="#17191d",
    panel="#1f2227",
    field="#272b31",
    plot="#101215",
    text="#e3e6ea",
    muted="#9ba3ae",
    disabled="#616973",
    accent="#5aa2f5",
    accent_text="#0b1320",
    border="#343941",
    grid="#2a2e35",
    hover="#2d323a",
    warning="#e8b04b",
    error="#f2786f",
    variants=_variants("#9db0c5", "#3fbfae", "#ec9551", "#b395e6"),
)


def apply_theme(app: QApplication, choice: ThemeChoice) -> None:
    """Dress the application. "system" follows the system from then on, also while running."""
    keeper = app.findChild(_Keeper)
    if keeper is None:
        keeper = _Keeper(app)
    keeper.choose(choice)


def current_theme() -> Theme:
    """The theme that was applied; before that, the one the palette resembles."""
    app = QApplication.instance()
    keeper = app.findChild(_Keeper) if app is not None else None
    if keeper is not None:
        return keeper.theme
    return DARK if QApplication.palette().color(QPalette.ColorRole.Window).value() < 128 else LIGHT


def tabular(font: QFont) -> QFont:
    """The font with figures of one width, so that running numbers stand still."""
    font = QFont(font)
    font.setFeature(QFont.Tag.fromString("tnum"), 1)
    return font


class _Keeper(QObject):
    """Holds the choice for as long as the application runs."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._choice: ThemeChoice = "system"
        self.theme = LIGHT
        app.setStyle("Fusion")  # the one style that is the same, and obeys palettes, everywhere
        app.setFont(tabular(app.font()))
        app.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)

    def choose(self, choice: ThemeChoice) -> None:
        self._choice = choice
        scheme = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(
            choice, Qt.ColorScheme.Unknown
        )
        self._app.styleHints().setColorScheme(scheme)  # the window's frame follows, too
        if choice == "system":
            scheme = self._app.styleHints().colorScheme()
        self._apply(DARK if scheme is Qt.ColorScheme.Dark else LIGHT)

    def _on_scheme_changed(self, scheme: Qt.ColorScheme) -> None:
        if self._choice == "system":
            self._apply(DARK if scheme is Qt.ColorScheme.Dark else LIGHT)

    def _apply(self, theme: Theme) -> None:
        self.theme = theme
        # In this order: a style sheet takes the colours it does not name from the palette it finds.
        self._app.setPalette(palette(theme))
        self._app.setStyleSheet(style_sheet(theme))


def palette(theme: Theme) -> QPalette:
    """The theme as Qt's roles."""
    role = QPalette.ColorRole
    colors = {
        role.Window: theme.background,
        role.WindowText: theme.text,
        role.Base: theme.field,
        role.AlternateBase: theme.panel,
        role.Text: theme.text,
        role.PlaceholderText: theme.muted,
        role.Button: theme.panel,
        role.ButtonText: theme.text,
        role.BrightText: theme.error,
        role.ToolTipBase: theme.field,
        role.ToolTipText: theme.text,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.accent_text,
        role.Accent: theme.accent,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.Light: theme.hover,
        role.Midlight: theme.panel,
        role.Mid: theme.border,
        role.Dark: theme.border,
        role.Shadow: theme.grid,
    }
    made = QPalette()
    for name, color in colors.items():
        made.setColor(name, QColor(color))
    for name in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, name, QColor(theme.disabled))
    made.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(theme.border))
    return made


def style_sheet(theme: Theme) -> str:
    """What a palette cannot say: flat buttons, thin bars, and the widgets named by their role."""
    roles = {
        name: getattr(theme, name)
        for name in Theme.__slots__
        if isinstance(getattr(theme, name), str)
    }
    return STYLE.substitute(roles)


STYLE = Template("""
QMainWindow::separator { background: $background; width: 5px; height: 5px; }
QMainWindow::separator:hover { background: $accent; }
QDockWidget { color: $muted; }
QDockWidget::title { background: $background; padding: 4px 8px; }
QToolBar { background: $background; border: none; spacing: 4px; padding: 3px 6px; }
QStatusBar { background: $background; color: $muted; }
QStatusBar::item { border: none; }
QToolTip { background: $field; color: $text; border: 1px solid $border; padding: 3px 6px; }

QMenuBar { background: $background; }
QMenuBar::item { padding: 4px 8px; background: transparent; border-radius: 3px; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $panel; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 4px 22px; border-radius: 3px; }
QMenu::item:selected { background: $accent; color: $accent_text; }
QMenu::item:disabled { color: $disabled; background: transparent; }
QMenu::separator { height: 1px; background: $border; margin: 4px 8px; }

QPushButton {
    background: $panel; color: $text; border: 1px solid $border; border-radius: 4px;
    padding: 4px 12px;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed, QPushButton:checked { background: $border; }
QPushButton:focus { border-color: $accent; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QPushButton:default { background: $accent; color: $accent_text; border-color: $accent; }
QPushButton:disabled { background: $background; color: $disabled; border-color: $grid; }
QToolButton {
    background: transparent; color: $text; border: 1px solid transparent; border-radius: 4px;
    padding: 3px 6px;
}
QToolButton:hover { background: $hover; }
QToolButton:pressed { background: $border; }
QToolButton:checked { background: $accent; color: $accent_text; }
QToolButton:focus { border-color: $accent; }
QToolButton:disabled { color: $disabled; }
QToolButton::menu-indicator { image: none; }

QSlider::groove:horizontal { height: 4px; background: $border; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::sub-page:horizontal:disabled { background: $disabled; }
QSlider::handle:horizontal {
    background: $text; width: 12px; height: 12px; margin: -4px 0; border-radius: 6px;
}
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus { background: $accent; }
QSlider::handle:horizontal:disabled { background: $disabled; }
QProgressBar { background: $border; border: none; border-radius: 3px; text-align: center; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $border; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 24px; }
QScrollBar::handle:horizontal { min-width: 24px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QAbstractItemView { background: $panel; border: 1px solid $grid; outline: none; }
QHeaderView::section {
    background: $background; color: $muted; border: none; border-bottom: 1px solid $border;
    padding: 3px 6px;
}

*#muted { color: $muted; }
*#warning { color: $warning; }
*#error { color: $error; }
QFrame#status { background: $background; border-top: 1px solid $border; }
QToolButton#help { color: $muted; padding: 0; }
""")
