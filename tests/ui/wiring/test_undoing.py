"""Undo and redo in the real window: keys, texts, sliders."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.bootstrap import Application
from tests.ui.conftest import Opener
from ui.main_window import MainWindow
from ui.parts import Parts


def texts(parts: Parts) -> tuple[str, str]:
    return parts.actions["undo"].text(), parts.actions["redo"].text()


def settled(qtbot: QtBot, behind: Application) -> None:
    qtbot.waitUntil(lambda: not behind.explain.is_busy, timeout=60_000)


def test_at_first_nothing_can_be_undone(parts: Parts) -> None:
    assert texts(parts) == ("&Undo", "&Redo")
    assert not parts.actions["undo"].isEnabled()
    assert not parts.actions["redo"].isEnabled()


def test_a_dragged_slider_is_one_step_and_keys_take_it_back(
    qtbot: QtBot,
    behind: Application,
    window: MainWindow,
    parts: Parts,
    opened: Opener,
    tone: Path,
) -> None:
    parts.method.masks.setValue(2)
    behind.history.clear()
    opened(tone)
    first = behind.session.state.result
    slider = parts.method.keep.slider
    parts.method.show()
    middle = slider.height() // 2
    press = QPoint(slider.width() // 3, middle)
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=press)
    for step in range(1, 8):
        QTest.mouseMove(slider, press + QPoint(4 * step, 0))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=press + QPoint(28, 0))
    dragged = behind.session.state.request.keep
    assert dragged != 0.1
    settled(qtbot, behind)
    assert behind.session.state.result.random_explanation is not None  # the drag is over
    assert parts.actions["undo"].text().startswith("&Undo: keep ")
    QTest.keySequence(window, "Ctrl+Z")
    assert behind.session.state.request.keep == 0.1
    assert not parts.actions["undo"].isEnabled()
    settled(qtbot, behind)
    assert behind.session.state.result.keep_mask.sum() == first.keep_mask.sum()
    assert parts.method.keep.share == 0.1
    QTest.keySequence(window, "Ctrl+Shift+Z")
    assert behind.session.state.request.keep == dragged
    settled(qtbot, behind)
    assert behind.session.state.result.request.keep == dragged


@pytest.mark.parametrize(
    ("choose", "words"),
    [
        (lambda p: p.keep.chosen.emit(0.2), "keep 20 %"),
        (lambda p: p.remove.chosen.emit(0.025), "remove 2.5 %"),
        (lambda p: p._change(target="no"), "class “no”"),
        (lambda p: p._change(method="saliency"), "Saliency"),
        (lambda p: p._change(fill="mean"), None),
        (lambda p: p.seed.setValue(7), "seed 7"),
        (lambda p: p.masks.setValue(3), "3 random masks"),
        (lambda p: p._change(granularity="frame"), "frames"),
        (lambda p: p._change(keep=0.3, remove=0.3), "several choices"),
    ],
)
def test_a_step_is_named(behind: Application, parts: Parts, choose, words: str | None) -> None:
    choose(parts.method)
    undo, _ = texts(parts)
    assert undo.startswith("&Undo: ")
    if words is not None:
        assert undo.replace("\N{NO-BREAK SPACE}", " ") == f"&Undo: {words}"
    parts.actions["undo"].trigger()
    assert texts(parts)[1] == undo.replace("Undo", "Redo")


def test_selecting_and_closing_are_named_and_undone(
    qtbot: QtBot,
    behind: Application,
    window: MainWindow,
    parts: Parts,
    opened: Opener,
    tone: Path,
) -> None:
    opened(tone)
    behind.session.set_selection((0.25, 0.5))
    assert texts(parts)[0].replace("\N{NO-BREAK SPACE}", " ") == "&Undo: select 0.25–0.50 s"
    QTest.keySequence(window, "Esc")
    assert texts(parts)[0] == "&Undo: clear the selection"
    QTest.keySequence(window, "Ctrl+Z")
    assert behind.session.state.selection == (0.25, 0.5)
    parts.actions["close_clip"].trigger()
    assert texts(parts)[0] == "&Undo: take “tone.wav” off the list"
    QTest.keySequence(window, "Ctrl+Z")
    assert behind.session.state.item.path == tone
    settled(qtbot, behind)


def test_another_session_starts_anew(
    qtbot: QtBot,
    behind: Application,
    window: MainWindow,
    parts: Parts,
    opened: Opener,
    tone: Path,
) -> None:
    opened(tone)
    parts.method.keep.chosen.emit(0.2)
    settled(qtbot, behind)
    path = tone.with_suffix(".hearwhy")
    with qtbot.waitSignal(behind.documents.saved):
        parts.actions["save_session_as"].trigger()
        dialog = window.findChild(QFileDialog)
        dialog.selectFile(str(path))
        dialog.accept()
    with qtbot.waitSignal(behind.documents.opened):
        parts.clips.files_dropped.emit([path])
    assert not parts.actions["undo"].isEnabled()
