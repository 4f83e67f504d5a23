"""Panels, full screen, appearance, and the way of the keyboard through the window."""

from __future__ import annotations

import base64
import random

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from app.bootstrap import build
from app.settings import SettingsStore
from core.types import ExplanationRequest
from tests.fake_audio import FakeBackend
from ui.geometry import fit_on_screen
from ui.main_window import MainWindow
from ui.theme import DARK, LIGHT, apply_theme, current_theme

AREAS = {
    "clips": Qt.DockWidgetArea.LeftDockWidgetArea,
    "prediction": Qt.DockWidgetArea.RightDockWidgetArea,
    "method": Qt.DockWidgetArea.RightDockWidgetArea,
    "relevance": Qt.DockWidgetArea.BottomDockWidgetArea,
}


@pytest.fixture
def reopen(qtbot, window, store):
    """Close the window and start anew with what it remembered."""

    def close_and_open() -> MainWindow:
        window.close()
        return started(qtbot, SettingsStore(store._path))

    opened: list[MainWindow] = []

    def started(qtbot, store):
        again = MainWindow(build(ExplanationRequest(), FakeBackend(), store))
        qtbot.addWidget(again)
        again.show()
        qtbot.waitExposed(again)
        opened.append(again)
        return again

    close_and_open.started = lambda store: started(qtbot, store)
    yield close_and_open
    for again in opened:
        again.close()


def areas(window) -> dict[str, Qt.DockWidgetArea]:
    return {name: window.dockWidgetArea(window.parts.docks[name]) for name in AREAS}


def overlaps_a_screen(window) -> bool:
    return any(
        screen.availableGeometry().intersects(QRect(window.pos(), window.size()))
        for screen in QGuiApplication.screens()
    )


def test_at_first_every_panel_is_in_its_place_and_shows_all_it_has(window, opened, tone):
    opened(tone)
    parts = window.parts
    assert areas(window) == AREAS
    assert parts.overview.height() < 60
    assert 55 < parts.waveform.height() < 75
    assert parts.spectrogram.height() > parts.relevance.height()
    assert parts.docks["clips"].width() == 200
    for name in ("prediction", "method"):
        column = parts.docks[name].widget()
        assert not column.verticalScrollBar().isVisible(), name


def test_panels_come_back_where_they_were(window, reopen):
    parts = window.parts
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, parts.docks["method"])
    parts.docks["relevance"].close()
    parts.docks["clips"].setFloating(True)
    parts.heights.setSizes([200, 150])
    heights = parts.heights.sizes()
    again = reopen()
    docks = again.parts.docks
    assert again.dockWidgetArea(docks["method"]) == Qt.DockWidgetArea.LeftDockWidgetArea
    assert not docks["relevance"].isVisible()
    assert docks["clips"].isFloating()
    assert again.parts.heights.sizes()[1] == heights[1]


def test_the_window_comes_back_in_its_size(window, reopen):
    window.resize(window.width(), 720)  # wider than the screen of the tests it always is
    assert reopen().height() == 720


def heights(window) -> list[int]:
    parts = window.parts
    sized = [parts.spectrogram, parts.relevance, parts.docks["method"], parts.docks["prediction"]]
    return [*(widget.height() for widget in sized), parts.docks["clips"].width()]


def test_a_frame_that_is_shown_before_its_contents_ends_as_one_that_is_not(qtbot, window, store):
    expected = heights(window)
    window.close()
    for kept in (SettingsStore(store._path.with_name("none.json")), SettingsStore(store._path)):
        frame = MainWindow()  # as `ui.start` does
        qtbot.addWidget(frame)
        frame.show()
        qtbot.waitExposed(frame)
        QApplication.processEvents()
        frame.fill(build(ExplanationRequest(), FakeBackend(), kept))
        QApplication.processEvents()
        found = heights(frame)
        assert all(abs(a - b) <= 1 for a, b in zip(found, expected, strict=True)), found
        frame.close()


def test_reset_puts_everything_back(window, qtbot):
    parts = window.parts
    in_front = [dock for dock in parts.docks.values() if not dock.visibleRegion().isEmpty()]
    assert len(in_front) > 3
    sizes = [dock.size() for dock in in_front]
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, parts.docks["method"])
    parts.docks["relevance"].setFloating(True)
    parts.docks["clips"].close()
    parts.actions["reset_layout"].trigger()
    assert areas(window) == AREAS
    assert all(parts.docks[name].isVisible() for name in AREAS)
    assert not any(dock.isFloating() for dock in parts.docks.values())
    QApplication.processEvents()
    for dock, size in zip(in_front, sizes, strict=True):  # Qt shares out an odd pixel as it likes
        assert abs(dock.width() - size.width()) <= 1
        assert abs(dock.height() - size.height()) <= 1


def test_each_panel_is_hidden_and_shown_from_the_menu(window):
    menus = [action.menu() for action in window.parts.menus["view"].actions() if action.menu()]
    switches = {action.text(): action for menu in menus for action in menu.actions()}
    for dock in window.parts.docks.values():
        switch = switches[dock.windowTitle()]
        hidden = dock.isHidden()
        assert switch.isChecked() is not hidden
        switch.trigger()
        assert dock.isHidden() is not hidden
        switch.trigger()
        assert dock.isHidden() is hidden


def rubbish() -> list[str]:
    chance = random.Random(0)
    noise = base64.b64encode(chance.randbytes(300)).decode()
    return ["", "no base64 at all", "ÄÖÜ", noise, "AAAA"]


@pytest.mark.parametrize("text", rubbish())
def test_rubbish_in_the_settings_is_as_good_as_nothing(reopen, tmp_path, text):
    store = SettingsStore(tmp_path / "other.json")
    store.change(geometry=text, layout=text, heights=text)
    again = reopen.started(store)
    assert areas(again) == AREAS
    assert all(again.parts.docks[name].isVisible() for name in AREAS)
    assert again.parts.spectrogram.height() > 150


def test_a_damaged_layout_does_no_harm(window, reopen, store, tmp_path):
    window.close()
    whole = store.settings
    chance = random.Random(1)
    for number in range(20):
        damaged = {}
        for name in ("geometry", "layout", "heights"):
            text = list(getattr(whole, name))[: chance.randrange(20, 400)]
            for _ in range(3):
                text[chance.randrange(len(text))] = chance.choice("ABCabc012+/=:é")
            damaged[name] = "".join(text)
        other = SettingsStore(tmp_path / f"{number}.json")
        other.change(**damaged)
        again = reopen.started(other)
        assert overlaps_a_screen(again)
        again.parts.actions["reset_layout"].trigger()
        assert areas(again) == AREAS
        again.close()


def test_a_window_of_a_screen_that_is_gone_comes_to_one_that_is_there(window, reopen):
    window.move(5000, 4000)
    again = reopen()
    screen = QGuiApplication.primaryScreen().availableGeometry()
    seen = screen.intersected(QRect(again.pos(), again.size()))
    assert seen.width() > 300
    assert 0 <= again.y() < 100


def test_a_window_is_made_no_larger_than_its_screen_has_room_for(qtbot):
    room = QGuiApplication.primaryScreen().availableSize()
    frame = MainWindow()
    qtbot.addWidget(frame)
    frame.resize(room.width() + 100, room.height() + 100)
    fit_on_screen(frame)
    assert frame.width() == room.width()
    assert room.height() - 60 < frame.height() < room.height()
    frame.resize(300, 200)
    fit_on_screen(frame)
    assert (frame.width(), frame.height()) == (300, 200)


def test_full_screen_and_back_and_escape_does_not_leave_it(qtbot, window):
    action = window.parts.actions["full_screen"]
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert window.isFullScreen()
    assert action.isChecked()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.isFullScreen()
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert not window.isFullScreen()
    assert not action.isChecked()


def test_a_window_that_fills_the_screen_is_an_ordinary_one_at_the_next_start(window, reopen):
    window.parts.actions["full_screen"].trigger()
    again = reopen()
    assert not again.isFullScreen()
    assert not again.parts.actions["full_screen"].isChecked()


def region_of_focus(parts):
    focus = QApplication.focusWidget()
    return next(r for r in parts.regions if r is focus or r.isAncestorOf(focus))


def test_f6_goes_through_the_regions_and_round(qtbot, window):
    parts = window.parts
    window.activateWindow()
    visited = []
    start = region_of_focus(parts)
    for _ in range(20):
        qtbot.keyClick(window, Qt.Key.Key_F6)
        visited.append(region_of_focus(parts))
        if visited[-1] is start:
            break
    order = [region for region in parts.regions if region in visited]
    shift = order.index(visited[0])
    assert visited == order[shift:] + order[:shift]
    assert {parts.clips, parts.spectrogram, parts.relevance, parts.method} <= set(visited)
    qtbot.keyClick(window, Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert region_of_focus(parts) is visited[-2]


def test_f6_passes_over_a_panel_that_is_hidden_and_comes_back_to_the_same_control(qtbot, window):
    parts = window.parts
    window.activateWindow()
    parts.docks["relevance"].close()
    parts.method.fill.setFocus()
    visited = set()
    for _ in range(len(parts.regions)):
        qtbot.keyClick(window, Qt.Key.Key_F6)
        visited.add(region_of_focus(parts))
        if region_of_focus(parts) is parts.method:
            break
    assert parts.relevance not in visited
    assert QApplication.focusWidget() is parts.method.fill


def test_the_keyboard_is_seen_in_a_plot_only_when_it_came_by_key(qtbot, window):
    window.activateWindow()
    canvas = window.parts.waveform.canvas
    canvas.setFocus(Qt.FocusReason.MouseFocusReason)
    accent = current_theme().accent
    assert corner(canvas) != accent
    window.parts.clips.tree.setFocus()
    canvas.setFocus(Qt.FocusReason.TabFocusReason)
    assert corner(canvas) == accent
    window.parts.clips.tree.setFocus()
    assert corner(canvas) != accent


def corner(canvas) -> str:
    return canvas.grab().toImage().pixelColor(1, 1).name()


def test_the_plots_have_the_keyboard_at_first(window):
    window.activateWindow()
    assert region_of_focus(window.parts) is window.parts.spectrogram


def test_the_theme_follows_the_settings_while_the_window_is_open(
    qtbot, themes, qapp, window, store, opened, tone
):
    apply_theme(qapp, "light")
    opened(tone)
    for choice, theme in (("dark", DARK), ("light", LIGHT)):
        store.change(theme=choice)
        assert current_theme() is theme
        assert qapp.palette().color(QPalette.ColorRole.Window).name() == theme.background
        qtbot.wait(1)
        for view in (window.parts.overview, window.parts.waveform, window.parts.relevance):
            assert corner(view.canvas) == theme.plot
