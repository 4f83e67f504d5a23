from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QPlainTextEdit, QPushButton

from ui.actions import ACTIONS, GESTURES, key_rows
from ui.dialogs.about import AboutDialog
from ui.dialogs.error_details import ErrorDetailsDialog
from ui.dialogs.key_list import KeyListDialog


@pytest.fixture
def shown(qtbot):
    def show(dialog):
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    return show


def click(button: QPushButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


class TestKeyList:
    @pytest.fixture
    def dialog(self, shown):
        return shown(KeyListDialog(key_rows()))

    def test_it_holds_the_whole_table(self, dialog):
        assert len(dialog.visible_rows()) == len(ACTIONS) + len(GESTURES)

    def test_commands_are_found_by_name_by_tip_and_by_key(self, dialog):
        dialog.search.setFocus()
        for key in "loop sel":
            QTest.keyClick(dialog.search, key)
        assert dialog.visible_rows() == ["Loop the selection"]
        dialog.search.setText("f11")
        assert dialog.visible_rows() == ["Full screen"]
        dialog.search.setText("microphones")
        assert dialog.visible_rows() == ["Rescan devices"]
        dialog.search.setText("nonesuch")
        assert dialog.visible_rows() == []
        dialog.search.clear()
        assert len(dialog.visible_rows()) == len(ACTIONS) + len(GESTURES)

    def test_esc_closes_it(self, dialog):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible()

    def test_the_keys_can_be_read_without_seeing_them_drawn(self, dialog):
        item = dialog.tree.findItems("Redo", Qt.MatchFlag.MatchRecursive)[0]
        assert item.text(1).startswith("Ctrl+Shift+Z  ")


class TestErrorDetails:
    @pytest.fixture
    def dialog(self, shown):
        return shown(ErrorDetailsDialog("It went wrong.", "Traceback\n  line 1"))

    def test_details_can_be_read_and_copied(self, dialog):
        text = dialog.findChild(QPlainTextEdit)
        assert text.toPlainText() == "Traceback\n  line 1"
        assert text.isReadOnly()
        click(dialog.copy)
        assert QGuiApplication.clipboard().text() == "It went wrong.\n\nTraceback\n  line 1\n"
        assert dialog.copy.text() == "Copied"

    def test_the_log_folder_is_asked_for(self, qtbot, dialog):
        with qtbot.waitSignal(dialog.log_folder_requested):
            click(dialog.open_log)

    def test_enter_closes_and_does_not_copy(self, dialog):
        QGuiApplication.clipboard().setText("before")
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        assert not dialog.isVisible()
        assert QGuiApplication.clipboard().text() == "before"

    def test_a_sentence_is_never_read_as_markup(self, shown):
        dialog = shown(ErrorDetailsDialog("<i>x</i> failed", ""))
        heading = next(label for label in dialog.findChildren(QLabel) if "<i>" in label.text())
        assert heading.textFormat() == Qt.TextFormat.PlainText


class TestAbout:
    VERSIONS = {"hearwhy": "1.2.3", "python": "3.12.1", "torch": None}  # noqa: RUF012

    def test_it_names_version_method_and_licence(self, shown):
        dialog = shown(AboutDialog(self.VERSIONS))
        text = " ".join(label.text() for label in dialog.findChildren(QLabel))
        assert "HearWhy 1.2.3" in text
        assert "https://arxiv.org/abs/2410.07530" in text
        assert "MIT" in text
        assert "3.12.1" in text

    def test_versions_can_be_copied(self, shown):
        dialog = shown(AboutDialog(self.VERSIONS))
        click(dialog.copy)
        assert QGuiApplication.clipboard().text() == "hearwhy 1.2.3\npython 3.12.1\ntorch –"

    def test_esc_and_close_close_it(self, shown):
        dialog = shown(AboutDialog(self.VERSIONS))
        click(dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Close))
        assert not dialog.isVisible()
