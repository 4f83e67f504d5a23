"""Where to save: the suffix is added, and the file that would be replaced is asked about."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from ui.dialogs.save_place import ReplaceQuestion, SavePlace, with_suffix_added


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    return parent


@pytest.fixture
def dialog(parent: QWidget, tmp_path: Path) -> SavePlace:
    dialog = SavePlace("Save it", tmp_path / "walk.hearwhy", "Sessions", ".hearwhy", parent)
    dialog.places = []
    dialog.chosen.connect(dialog.places.append)
    dialog.open()
    return dialog


def give(dialog: SavePlace, path: Path) -> ReplaceQuestion | None:
    """Type a name and press Save. → what is asked."""
    QTest.qWait(0)  # the list of files comes up with what it selects
    dialog.findChild(QLineEdit, "fileNameEdit").setText(str(path))
    dialog.accept()
    asked = dialog.parentWidget().findChildren(ReplaceQuestion)
    return asked[-1] if asked else None


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("walk", "walk.hearwhy"),
        ("walk.hearwhy", "walk.hearwhy"),
        ("walk.HearWhy", "walk.HearWhy"),
        ("walk.2024", "walk.2024.hearwhy"),
        ("walk.wav", "walk.wav.hearwhy"),
        (".hidden", ".hidden.hearwhy"),
    ],
)
def test_every_name_ends_with_the_suffix_and_loses_nothing(typed: str, written: str) -> None:
    assert with_suffix_added(Path("/there", typed), ".hearwhy") == Path("/there", written)


def test_a_free_name_is_taken_without_a_question(dialog: SavePlace, tmp_path: Path) -> None:
    (tmp_path / "walk.2024").write_bytes(b"not what is written")
    assert give(dialog, tmp_path / "walk.2024") is None
    assert dialog.places == [tmp_path / "walk.2024.hearwhy"]


def test_the_name_proposed_is_selected(dialog: SavePlace, tmp_path: Path) -> None:
    assert dialog.selectedFiles() == [str(tmp_path / "walk.hearwhy")]


def test_it_asks_about_the_file_that_would_be_replaced(
    qtbot: QtBot, dialog: SavePlace, tmp_path: Path
) -> None:
    (tmp_path / "walk.2024.hearwhy").write_bytes(b"a walk")
    question = give(dialog, tmp_path / "walk.2024")
    assert question is not None and question.isVisible()
    assert "walk.2024.hearwhy" in question.text()
    assert dialog.places == []
    assert question.defaultButton() is question.button(QMessageBox.StandardButton.Cancel)
    qtbot.mouseClick(question.replace, Qt.MouseButton.LeftButton)
    assert dialog.places == [tmp_path / "walk.2024.hearwhy"]


def test_keeping_the_file_asks_for_another_name(
    qtbot: QtBot, dialog: SavePlace, tmp_path: Path
) -> None:
    (tmp_path / "walk.hearwhy").write_bytes(b"a walk")
    question = give(dialog, tmp_path / "walk.hearwhy")
    assert question is not None
    QTest.keyClick(question, Qt.Key.Key_Escape)
    assert dialog.places == []
    assert dialog.isVisible()
    give(dialog, tmp_path / "another")
    assert dialog.places == [tmp_path / "another.hearwhy"]


def test_cancelled_it_says_nothing(dialog: SavePlace) -> None:
    dialog.reject()
    assert dialog.places == []
