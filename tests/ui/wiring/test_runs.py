"""Runs in the real window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.bootstrap import Application
from tests.ui.conftest import Opener
from ui.main_window import MainWindow
from ui.parts import Parts
from ui.views.runs_view import NAME, PIN


def click(parts: Parts, row: int, column: int) -> None:
    tree = parts.runs.tree
    rect = tree.visualRect(tree.indexFromItem(tree.topLevelItem(row), column))
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())


def test_go_back_to_a_run_and_compare(
    qtbot: QtBot,
    behind: Application,
    window: MainWindow,
    parts: Parts,
    opened: Opener,
    tone: Path,
) -> None:
    opened(tone)
    first = behind.session.state.result
    with qtbot.waitSignal(behind.explain.idle, timeout=60_000):
        behind.explain.change_request(
            replace(behind.session.state.request, method="saliency", keep=0.5)
        )
    parts.docks["runs"].raise_()
    tree = parts.runs.tree
    qtbot.waitUntil(tree.isVisible)
    names = [tree.topLevelItem(row).text(NAME) for row in range(tree.topLevelItemCount())]
    assert [name.replace("\N{NO-BREAK SPACE}", " ") for name in names] == [
        "Integrated Gradients\n10 % / 10 %",
        "Saliency\n50 % / 10 %",
    ]
    click(parts, 0, PIN)
    assert parts.runs.comparison.isVisible()
    click(parts, 0, NAME)
    assert behind.session.state.result is first
    assert parts.method.choices.method == "integrated_gradients"
    assert parts.method.keep.share == 0.1
    assert not behind.explain.is_busy
    assert tree.topLevelItem(0).font(NAME).bold()
    behind.session.choose(behind.session.state.items[0].key)
    assert tree.topLevelItemCount() == 0
    assert not parts.runs.comparison.isVisible()


def test_the_panel_lies_behind_the_clips_and_can_be_reached(
    window: MainWindow, parts: Parts
) -> None:
    assert parts.docks["runs"] in window.tabifiedDockWidgets(parts.docks["clips"])
    assert parts.runs in parts.regions
    parts.docks["runs"].setFloating(True)
    parts.actions["reset_layout"].trigger()
    assert parts.docks["runs"] in window.tabifiedDockWidgets(parts.docks["clips"])
    parts.docks["runs"].raise_()
    assert parts.docks["runs"].width() == parts.docks["clips"].width()
