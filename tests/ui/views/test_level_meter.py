from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from ui.theme import LIGHT, apply_theme
from ui.views.level_meter import HOLD_S, LevelMeter


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def meter(qtbot, qapp, clock):
    apply_theme(qapp, "light")
    meter = LevelMeter(clock=clock)
    qtbot.addWidget(meter)
    meter.resize(132, 16)
    meter.show()
    return meter


def colors(meter: LevelMeter) -> list[str]:
    """Along the middle of the meter."""
    image = meter.grab().toImage()
    return [image.pixelColor(x, 8).name() for x in range(image.width())]


def test_the_peak_is_held_and_then_let_go(meter, clock):
    meter.show_level(-20.0, -10.0)
    meter.show_level(-40.0, -30.0)
    assert meter.held_db == -10.0
    clock.now += HOLD_S
    meter.show_level(-40.0, -30.0)
    assert meter.held_db == -30.0


def test_a_louder_peak_replaces_the_held_one_at_once(meter):
    meter.show_level(-20.0, -10.0)
    meter.show_level(-20.0, -5.0)
    assert meter.held_db == -5.0


def test_the_bar_is_as_long_as_the_effective_value(meter):
    meter.show_level(-30.0, -30.0)  # half of 60 dB
    accent = colors(meter).count(QColor(LIGHT.accent).name())
    assert accent == pytest.approx((132 - 12) / 2, abs=3)


def test_what_is_hot_is_drawn_as_a_warning_and_the_rest_is_not(meter):
    meter.show_level(-1.0, -1.0)
    drawn = colors(meter)
    assert QColor(LIGHT.accent).name() in drawn
    assert QColor(LIGHT.warning).name() in drawn


def test_silence_is_no_level_and_no_error(meter):
    meter.show_level(None, None)
    assert meter.accessibleDescription() == "no level"
    assert QColor(LIGHT.accent).name() not in colors(meter)


def test_the_clip_light_stays_until_it_is_clicked(meter):
    meter.show_level(-3.0, -0.05)
    meter.show_level(-30.0, -20.0)
    meter.show_idle()
    assert meter.is_clipped
    assert meter.accessibleDescription() == "no level, clipped"
    assert colors(meter)[-4] == QColor(LIGHT.error).name()
    QTest.mouseClick(meter, Qt.MouseButton.LeftButton)
    assert not meter.is_clipped
    assert colors(meter)[-4] != QColor(LIGHT.error).name()


def test_loud_is_not_clipped(meter):
    meter.show_level(-3.0, -0.2)
    assert not meter.is_clipped


def test_the_level_is_said_in_words(meter):
    meter.show_level(-20.0, -9.96)
    assert meter.accessibleDescription() == "peak −10.0\N{NO-BREAK SPACE}dB"
