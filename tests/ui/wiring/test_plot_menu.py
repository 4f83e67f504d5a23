"""The context menu of the plots."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu

from tests.ui.views.sounds import point_in


@pytest.fixture
def menu_at(parts):
    """Ask for the menu of a view as the mouse does, at a share of its width."""

    def open_at(view, x: float) -> QMenu:
        canvas = view.canvas
        point = canvas.viewport().mapTo(view, point_in(canvas.shown_plots[0], x, 0.5))
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, point, view.mapToGlobal(point))
        QApplication.sendEvent(view, event)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        return menu

    yield open_at
    if QApplication.activePopupWidget() is not None:
        QApplication.activePopupWidget().close()


def entry(menu: QMenu, text: str):
    return next(action for action in menu.actions() if action.text() == text)


def test_it_offers_what_the_menus_offer(parts, menu_at, opened, tone):
    opened(tone)
    for view in (parts.spectrogram, parts.waveform, parts.relevance):
        menu = menu_at(view, 0.5)
        for name in ("explain", "select_all", "zoom_selection", "zoom_fit", "export"):
            assert parts.actions[name] in menu.actions()
        menu.close()


def test_play_from_here(behind, parts, menu_at, opened, tone):
    opened(tone)
    play = entry(menu_at(parts.spectrogram, 0.6), "Play from here")
    play.trigger()
    assert behind.playback.is_playing
    assert behind.playback.position == pytest.approx(0.6, abs=0.01)
    entry(menu_at(parts.waveform, 0.2), "Play from here").trigger()
    assert behind.playback.is_playing
    assert behind.playback.position == pytest.approx(0.2, abs=0.01)
    behind.playback.pause()


def test_nothing_can_be_played_while_nothing_is_open(parts, menu_at):
    assert not entry(menu_at(parts.spectrogram, 0.5), "Play from here").isEnabled()


def test_copy_as_text(parts, menu_at, opened, tone):
    opened(tone)
    for view in (parts.spectrogram, parts.waveform, parts.relevance):
        entry(menu_at(view, 0.5), "Copy as text").trigger()
        assert QGuiApplication.clipboard().text() == view.text_twin


def test_beside_the_plot_there_is_no_moment(parts):
    canvas = parts.spectrogram.canvas
    corner = canvas.mapToGlobal(QPoint(2, 2))
    assert canvas.seconds_under(corner) is None
