from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QLocale, QPoint, Qt
from PySide6.QtTest import QTest

from ui.views.share_slider import STEPS, ShareSlider, share_at, step_at


@pytest.fixture
def shares(qtbot):
    widget = ShareSlider("Share to keep", "tip")
    qtbot.addWidget(widget)
    widget.resize(300, 30)
    widget.show()
    widget.events = []
    widget.dragged.connect(lambda share: widget.events.append(("dragged", share)))
    widget.chosen.connect(lambda share: widget.events.append(("chosen", share)))
    return widget


def test_the_slider_is_logarithmic_from_a_thousandth_to_all():
    assert [share_at(step) for step in (0, 100, 200, STEPS)] == [0.001, 0.01, 0.1, 1.0]
    assert share_at(10) == 0.0013  # fine at the low end: a step is 2 %
    assert [step_at(share) for share in (0.0, 0.0004, 0.001, 0.1, 1.0)] == [0, 0, 0, 200, STEPS]


def test_steps_and_shares_fit_each_other():
    for step in range(0, STEPS + 1, 10):
        assert abs(step_at(share_at(step)) - step) <= 1


def test_showing_says_nothing_and_keeps_the_share_exactly(shares):
    shares.show_share(1 / 3)
    assert shares.share == 1 / 3
    assert shares.slider.value() == step_at(1 / 3)
    assert shares.number.text() == "33.33 %"
    assert shares.events == []


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0025, "0.25 %"), (0.025, "2.5 %"), (0.1, "10 %"), (1.0, "100 %"), (0.0, "0 %")],
)
def test_numbers_have_no_needless_zeros(shares, share, text):
    shares.show_share(share)
    assert shares.number.text() == text


def test_dragging_tells_each_position_and_then_the_choice(shares):
    shares.show_share(0.1)
    slider, middle = shares.slider, shares.slider.height() // 2
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 4, middle))
    QTest.mouseMove(slider, QPoint(slider.width() // 2, middle))
    QTest.mouseMove(slider, QPoint(slider.width() * 3 // 4, middle))
    QTest.mouseRelease(
        slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() * 3 // 4, middle)
    )
    kinds = [kind for kind, _ in shares.events]
    assert kinds == ["dragged"] * (len(kinds) - 1) + ["chosen"]
    values = [share for _, share in shares.events]
    assert len(set(values)) >= 3
    assert values[-1] == values[-2] == shares.share
    assert 0.15 < shares.share < 0.22  # three quarters of three decades: 10^-0.75


def test_a_click_on_the_groove_goes_there(shares):
    slider = shares.slider
    QTest.mouseClick(
        slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, slider.height() // 2)
    )
    assert shares.share == pytest.approx(10**-1.5, rel=0.1)
    assert shares.events[-1] == ("chosen", shares.share)


def test_arrow_keys_choose(shares):
    shares.show_share(0.1)
    QTest.keyClick(shares.slider, Qt.Key.Key_Right)
    assert shares.events == [("chosen", share_at(205))]


def test_a_typed_number_is_chosen_when_it_is_complete(shares):
    shares.number.setFocus()
    shares.number.selectAll()
    for key in "0.35":
        QTest.keyClick(shares.number, key)
    assert shares.events == []
    QTest.keyClick(shares.number, Qt.Key.Key_Return)
    assert shares.events == [("chosen", 0.0035)]
    assert shares.slider.value() == step_at(0.0035)


@pytest.fixture(params=["C", "en_US", "de_DE", "de_CH", "fr_FR", "tr_TR", "ar_EG"])
def language(request):
    before = QLocale()
    QLocale.setDefault(QLocale(request.param))
    yield request.param
    QLocale.setDefault(before)


@pytest.mark.parametrize(
    ("typed", "share"),
    [
        *(("2.5", 0.025), ("2,5", 0.025), ("12.5", 0.125), ("12,5", 0.125), (".25", 0.0025)),
        *((",25", 0.0025), ("7", 0.07), ("7,", 0.07), ("0,05 %", 0.0005), ("99.00", 0.99)),
        *(("1.000", 0.01), ("1,000", 0.01)),  # a third digit is not taken, and nothing is thousand
    ],
)
def test_decimals_are_typed_with_point_or_comma_in_every_language(language, shares, typed, share):
    shares.number.selectAll()
    QTest.keyClicks(shares.number, typed)
    QTest.keyClick(shares.number, Qt.Key.Key_Return)
    assert shares.events[-1:] == [("chosen", share)]


@pytest.mark.parametrize("share", [0.0025, 0.025, 0.125, 1 / 3, 1.0])
def test_what_is_shown_in_any_language_can_be_typed_again(language, shares, share):
    shares.show_share(share)
    text = shares.number.text()
    assert re.fullmatch(r"[0-9.]+\s%", text)  # as all other numbers in the window
    shares.show_share(0.5)
    shares.number.lineEdit().setText(text)
    shares.number.interpretText()
    assert shares.share == pytest.approx(share, abs=5e-5)


@pytest.mark.parametrize("typed", ["", "%", ",", "100,5", "abc", "1.2.3", "-5", "1e1", "∞"])
def test_what_is_no_share_leaves_a_number_that_can_be(shares, typed):
    shares.show_share(0.5)
    shares.number.lineEdit().setText(typed)
    shares.number.interpretText()
    assert shares.number.text() == "50 %"
    assert shares.events == []


def test_controls_have_names(shares):
    assert shares.slider.accessibleName() == shares.number.accessibleName() == "Share to keep"
