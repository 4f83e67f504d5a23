from __future__ import annotations

from typing import ClassVar

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from core.types import Variant
from ui.theme import DARK, LIGHT, apply_theme, current_theme, palette, style_sheet, tabular


def luminance(color: str) -> float:
    """Relative luminance, WCAG 2.1."""
    channels = (QColor(color).redF(), QColor(color).greenF(), QColor(color).blueF())
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: str, b: str) -> float:
    lighter, darker = sorted((luminance(a), luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_everything_written_can_be_read(theme):
    for ground in (theme.background, theme.panel, theme.field, theme.plot):
        for text in (theme.text, theme.muted, theme.warning, theme.error):
            assert contrast(text, ground) >= 4.5, (text, ground)
    assert contrast(theme.accent_text, theme.accent) >= 4.5
    for color in theme.variants.values():  # marks, not text
        assert contrast(color, theme.plot) >= 3.0
    assert set(theme.variants) == set(Variant)
    assert len(set(theme.variants.values())) == len(Variant)


def test_a_theme_reaches_palette_widgets_and_font(qapp, themes, qtbot):
    label = QLabel("0123")
    qtbot.addWidget(label)
    label.show()
    for name, theme in (("dark", DARK), ("light", LIGHT)):
        apply_theme(qapp, name)
        assert current_theme() is theme
        assert label.palette().color(QPalette.ColorRole.Window).name() == theme.background
        assert label.palette().color(QPalette.ColorRole.Highlight).name() == theme.accent
        assert theme.accent in qapp.styleSheet()
    assert QFont.Tag.fromString("tnum") in label.font().featureTags()


def test_widgets_hear_of_a_change_when_the_new_theme_is_already_there(qapp, themes, qtbot):
    class Listener(QWidget):
        heard: ClassVar[list[str]] = []

        def changeEvent(self, event: QEvent) -> None:
            if event.type() == QEvent.Type.PaletteChange:
                self.heard.append(current_theme().name)

    apply_theme(qapp, "light")
    listener = Listener()
    qtbot.addWidget(listener)
    listener.show()
    Listener.heard.clear()
    apply_theme(qapp, "dark")
    assert set(Listener.heard) == {"dark"}


def test_system_follows_the_system_and_a_choice_does_not(qapp, themes):
    told = qapp.styleHints().colorSchemeChanged
    apply_theme(qapp, "system")
    told.emit(Qt.ColorScheme.Dark)
    assert current_theme() is DARK
    told.emit(Qt.ColorScheme.Light)
    assert current_theme() is LIGHT
    apply_theme(qapp, "light")
    told.emit(Qt.ColorScheme.Dark)
    assert current_theme() is LIGHT


def test_without_a_choice_the_palette_decides(qapp, themes):
    QApplication.setPalette(palette(DARK))
    assert current_theme() is DARK
    QApplication.setPalette(palette(LIGHT))
    assert current_theme() is LIGHT


def test_the_style_sheet_leaves_no_place_open():
    assert "$" not in style_sheet(DARK)


def test_tabular_figures_do_not_change_the_font_given():
    font = QFont()  # the application's, which may be tabular already
    font.clearFeatures()
    assert tabular(font).featureTags()
    assert not font.featureTags()
