from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage
from PySide6.QtSvg import QSvgRenderer

from ui.icons import PLACEHOLDER, application_icon, icon, icon_names, icons_folder
from ui.theme import DARK, LIGHT, apply_theme


def ink(image: QImage) -> set[str]:
    """The colours of all fully opaque pixels."""
    return {
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }


def pixmap(drawn: QIcon, scale: float = 1.0, mode=QIcon.Mode.Normal, state=QIcon.State.Off):
    return drawn.pixmap(QSize(20, 20), scale, mode, state)


@pytest.mark.parametrize("name", icon_names())
def test_every_drawing_is_one_colour_that_the_theme_gives(qapp, name):
    text = (icons_folder() / f"{name}.svg").read_text(encoding="utf-8")
    colors = set(re.findall(r'(?:fill|stroke)="([^"]+)"', text)) - {"none"}
    assert colors == {PLACEHOLDER}
    assert QSvgRenderer(str(icons_folder() / f"{name}.svg")).isValid()
    apply_theme(qapp, "light")
    image = icon(name).pixmap(QSize(64, 64), 1.0).toImage()
    assert ink(image) == {LIGHT.text}


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_icons_are_rendered_at_the_scale_of_the_screen(qapp, scale):
    drawn = pixmap(icon("record"), scale)
    assert drawn.size() == QSize(round(20 * scale), round(20 * scale))
    assert drawn.devicePixelRatio() == scale
    image = drawn.toImage()
    soft = sum(
        0 < image.pixelColor(x, y).alpha() < 255
        for x in range(image.width())
        for y in range(image.height())
    )
    radius = 6.5 / 24 * 20 * scale
    assert soft < 12 * radius  # only the rim: an enlarged picture has a blurred one


def test_icons_follow_a_change_of_theme(qapp):
    drawn = icon("play")
    apply_theme(qapp, "light")
    assert ink(pixmap(drawn).toImage()) == {LIGHT.text}
    apply_theme(qapp, "dark")
    assert ink(pixmap(drawn).toImage()) == {DARK.text}
    assert ink(pixmap(QIcon(drawn)).toImage()) == {DARK.text}


def test_disabled_checked_and_selected_icons_have_their_own_colours(qapp):
    apply_theme(qapp, "dark")
    drawn = icon("record", "error", "accent_text")
    assert ink(pixmap(drawn).toImage()) == {DARK.error}
    assert ink(pixmap(drawn, state=QIcon.State.On).toImage()) == {DARK.accent_text}
    assert ink(pixmap(drawn, mode=QIcon.Mode.Disabled).toImage()) == {DARK.disabled}
    assert ink(pixmap(drawn, mode=QIcon.Mode.Selected).toImage()) == {DARK.accent_text}


def test_the_application_icon_has_its_own_colours_down_to_16_pixels(qapp):
    for side in (16, 32, 256):
        image = application_icon().pixmap(QSize(side, side), 1.0).toImage()
        assert image.pixelColor(side // 4, side * 7 // 8).name() == "#1d1a2b"
        glowing = QColor("#ff9f43").hue()
        assert any(abs(QColor(color).hue() - glowing) < 8 for color in ink(image))


def test_a_drawing_that_does_not_exist_is_a_defect(qapp):
    with pytest.raises(FileNotFoundError):
        icon("nonesuch")
