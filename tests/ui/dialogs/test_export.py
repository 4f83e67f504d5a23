from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QLineEdit,
    QListWidget,
    QPushButton,
)

from app.export_wish import ExportPreview, ExportWish
from core.exporters import EXPORTERS
from core.types import Variant
from ui.dialogs.export import ExportDialog

WISH = ExportWish(
    Path("/exports"),
    "word_yes",
    ("wav", "csv", "labels"),
    variants=(Variant.ORIGINAL, Variant.REMOVED),
    level_match=True,
    sample_format="PCM_24",
    recording_times=True,
)


def opened(qtbot, wish=WISH, start=2.5):
    dialog = ExportDialog(EXPORTERS.specs(), wish, start)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.wishes, dialog.exports = [], []
    dialog.wish_changed.connect(dialog.wishes.append)
    dialog.export_requested.connect(dialog.exports.append)
    dialog.show_preview(ExportPreview((("a.wav", False),)))
    return dialog


@pytest.fixture
def dialog(qtbot):
    return opened(qtbot)


def click(box):
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))


def names(dialog):
    return [dialog.names.item(row).text() for row in range(dialog.names.count())]


def export_button(dialog):
    (button,) = (b for b in dialog.findChildren(QPushButton) if b.text() == "Export")
    return button


def test_what_goes_in_comes_out(dialog):
    chosen = replace(dialog.wish, formats=tuple(sorted(dialog.wish.formats)))
    assert chosen == replace(WISH, formats=tuple(sorted(WISH.formats)))


def test_every_format_there_is_can_be_chosen_and_says_what_it_is(dialog):
    assert set(dialog.formats) == {spec.id for spec in EXPORTERS.specs()}
    shown = " ".join(label.text() for label in dialog.findChildren(type(dialog.said)))
    for spec in EXPORTERS.specs():
        assert spec.summary in shown


def test_every_change_is_told_at_once(dialog):
    click(dialog.formats["html"])
    assert "html" in dialog.wishes[-1].formats
    click(dialog.versions[Variant.EXPLANATION])
    assert dialog.wishes[-1].variants == (
        Variant.ORIGINAL,
        Variant.EXPLANATION,
        Variant.REMOVED,
    )
    dialog.base.selectAll()
    QTest.keyClicks(dialog.base, "new")
    assert dialog.wishes[-1].base == "new"
    click(dialog.overwrite)
    assert dialog.wishes[-1].overwrite
    dialog.sample_format.setFocus()
    QTest.keyClick(dialog.sample_format, Qt.Key.Key_Up)
    assert dialog.wishes[-1].sample_format == "FLOAT"
    assert dialog.exports == []


def test_only_what_matters_to_the_formats_chosen_can_be_set(dialog):
    click(dialog.formats["wav"])
    for control in (*dialog.versions.values(), dialog.sample_format, dialog.level_match):
        assert not control.isEnabled()
    assert not dialog.separate_pictures.isEnabled()
    click(dialog.formats["svg"])
    assert dialog.separate_pictures.isEnabled()
    assert all(box.isEnabled() for box in dialog.versions.values())
    assert not dialog.level_match.isEnabled()
    click(dialog.formats["html"])
    assert dialog.level_match.isEnabled()
    assert dialog.recording_times.isEnabled()
    click(dialog.formats["labels"])
    assert not dialog.recording_times.isEnabled()


def test_times_of_the_recording_are_offered_only_where_they_differ(qtbot):
    dialog = opened(qtbot, start=0.0)
    assert not dialog.recording_times.isVisible()
    assert not dialog.wish.recording_times


def test_the_list_shows_what_will_be_written_and_warns_of_what_is_replaced(dialog):
    dialog.show_preview(ExportPreview((("a.wav", False), ("b.wav", True))))
    assert names(dialog) == ["a.wav", "b.wav – replaces the file there"]
    assert dialog.said.text() == "2 files, 1 of them in place of one that is there"
    dialog.show_preview(ExportPreview((("a.wav", False),)))
    assert names(dialog) == ["a.wav"]
    assert dialog.said.text() == "1 file"


def test_what_cannot_be_written_is_not_offered(dialog):
    dialog.show_preview(ExportPreview(problem="Choose at least one format."))
    assert names(dialog) == []
    assert dialog.said.text() == "Choose at least one format."
    assert not export_button(dialog).isEnabled()
    dialog.accept()
    assert dialog.isVisible()
    assert dialog.exports == []


def test_enter_exports_and_closes(dialog):
    QTest.keyClick(dialog.base, Qt.Key.Key_Return)
    assert dialog.exports == [dialog.wish]
    assert not dialog.isVisible()


def test_cancel_exports_nothing(dialog):
    cancel = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Cancel)
    QTest.mouseClick(cancel, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
    assert dialog.exports == []


def test_another_folder_can_be_chosen(dialog, monkeypatch):
    asked = []

    def answer(parent, title, folder):
        asked.append(folder)
        return "/elsewhere"

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", answer)
    QTest.mouseClick(dialog.choose_folder, Qt.MouseButton.LeftButton)
    assert asked == ["/exports"]
    assert dialog.wishes[-1].folder == Path("/elsewhere")


def test_every_control_has_a_name(dialog):
    for kind in (QAbstractButton, QComboBox, QLineEdit, QListWidget):
        for control in dialog.findChildren(kind):
            assert control.accessibleName() or getattr(control, "text", str)(), control
