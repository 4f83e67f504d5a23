"""The View menu and the controls above the picture say the same, and it is remembered."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.bootstrap import build
from app.settings import SettingsStore
from core.types import ExplanationRequest
from tests.fake_audio import FakeBackend
from ui.main_window import MainWindow
from ui.views.spectrogram_header import Overlay, SpectrogramLayout
from ui.wiring.view_choices import AT_FIRST, LAYOUTS, NAMES, OVERLAYS, SCALES


def checked(parts) -> set[str]:
    return {name for name in NAMES if parts.actions[name].isChecked()}


def choose(box, value) -> None:
    box.setCurrentIndex(box.findData(value))


def test_at_first(parts):
    assert checked(parts) == set(AT_FIRST)
    assert parts.spectrogram.layout_kind is SpectrogramLayout.SINGLE
    assert not parts.relevance.is_folded


@pytest.mark.parametrize(("name", "layout"), LAYOUTS.items())
def test_a_layout_from_the_menu_and_from_the_button(qtbot, parts, name, layout):
    header = parts.spectrogram.header
    parts.actions[name].trigger()
    assert parts.spectrogram.layout_kind is layout
    assert header.layout_button(layout).isChecked()
    parts.actions["view_single"].trigger()
    qtbot.mouseClick(header.layout_button(layout), Qt.MouseButton.LeftButton)
    assert parts.actions[name].isChecked()


@pytest.mark.parametrize(("name", "overlay"), OVERLAYS.items())
def test_an_overlay_from_the_menu_and_from_the_list(parts, name, overlay):
    box = parts.spectrogram.header.overlay
    parts.actions[name].trigger()
    assert box.currentData() == overlay
    choose(box, Overlay.NONE)
    assert parts.actions["overlay_none"].isChecked()
    choose(box, overlay)
    assert parts.actions[name].isChecked()


@pytest.mark.parametrize(("name", "kind"), SCALES.items())
def test_an_axis_from_the_menu_and_from_the_list(parts, name, kind):
    box = parts.spectrogram.header.scale
    parts.actions[name].trigger()
    assert box.currentData() == kind
    assert parts.spectrogram.keeper.scale.kind == kind
    choose(box, "mel")
    choose(box, kind)
    assert parts.actions[name].isChecked()


def test_grey_levels(parts):
    parts.actions["grey"].trigger()
    assert parts.spectrogram.keeper.colors == "grey"
    parts.actions["grey"].trigger()
    assert parts.spectrogram.keeper.colors == "magma"


def test_below_an_overlay_levels_are_grey_until_it_is_hidden(qtbot, window, opened, tone):
    opened(tone)
    view = window.parts.spectrogram
    window.parts.actions["overlay_kept"].trigger()
    assert view.keeper.colors == "grey"
    window.parts.clips.setFocus()
    qtbot.keyPress(window, Qt.Key.Key_H)
    assert view.keeper.colors == "magma"
    assert not view.canvas.main.overlay.isVisible()
    qtbot.keyRelease(window, Qt.Key.Key_H)
    assert view.keeper.colors == "grey"
    window.parts.actions["overlay_none"].trigger()
    assert view.keeper.colors == "magma"


def test_the_cells_fold_away_and_the_spectrogram_gets_their_room(qtbot, window):
    parts = window.parts
    parts.actions["reset_layout"].trigger()
    QApplication.processEvents()
    before = parts.spectrogram.height()
    parts.actions["cells"].trigger()
    assert parts.relevance.is_folded
    qtbot.waitUntil(lambda: parts.spectrogram.height() > before + 50)
    qtbot.mouseClick(parts.relevance.fold, Qt.MouseButton.LeftButton)
    assert parts.actions["cells"].isChecked()
    qtbot.waitUntil(lambda: parts.spectrogram.height() == before)


def reopened(qtbot, store) -> MainWindow:
    window = MainWindow(build(ExplanationRequest(), FakeBackend(), store))
    qtbot.addWidget(window)
    return window


def test_what_was_chosen_is_there_at_the_next_start(qtbot, window, store):
    chosen = ("view_all", "overlay_relevance", "axis_log", "grey")
    for name in chosen:
        window.parts.actions[name].trigger()
    window.parts.actions["cells"].trigger()
    window.close()
    again = reopened(qtbot, SettingsStore(store._path))
    assert checked(again.parts) == set(chosen)
    assert again.parts.relevance.is_folded
    assert again.parts.spectrogram.layout_kind is SpectrogramLayout.ALL
    assert again.parts.spectrogram.header.overlay.currentData() == Overlay.RELEVANCE
    again.close()


def test_what_another_version_remembered_does_no_harm(qtbot, store):
    store.change(view=("view_sideways", "axis_log", "quit"))
    window = reopened(qtbot, store)
    assert checked(window.parts) == {"view_single", "overlay_none", "axis_log"}
    window.close()
