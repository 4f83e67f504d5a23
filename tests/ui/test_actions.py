from __future__ import annotations

import re
from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLineEdit, QMainWindow, QPushButton, QVBoxLayout, QWidget

from ui.actions import (
    ACTIONS,
    GESTURES,
    MENU_TITLES,
    Actions,
    MenuId,
    key_list_markdown,
    key_rows,
    plain,
    shortcuts,
)
from ui.icons import icon_names
from ui.keys import FocusKeys

SPECS = {spec.id: spec for spec in ACTIONS}
HELD = QKeySequence(Qt.Key.Key_H)  # hides the overlay while it is down


class Window(QMainWindow):
    """A window with all commands, and some controls that could take their keys."""

    def __init__(self) -> None:
        super().__init__()
        self.actions_ = Actions(self)
        self.addActions(list(self.actions_))
        self.triggered: list[str] = []
        for action in self.actions_:
            name = action.objectName()
            action.triggered.connect(lambda _checked, name=name: self.triggered.append(name))
        self.button, self.box, self.field = QPushButton("Button"), QCheckBox("Box"), QLineEdit()
        self.presses = 0
        self.button.clicked.connect(self._count)
        body = QWidget()
        layout = QVBoxLayout(body)
        for control in (self.button, self.box, self.field):
            layout.addWidget(control)
        self.setCentralWidget(body)
        FocusKeys(self)

    def _count(self) -> None:
        self.presses += 1


@pytest.fixture
def window(qtbot):
    window = Window()
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def test_ids_are_unique():
    assert len(SPECS) == len(ACTIONS)


def test_no_two_commands_share_a_shortcut(qapp):
    uses = Counter(key.toString() for spec in ACTIONS for key in shortcuts(spec))
    assert [key for key, count in uses.items() if count > 1] == []
    assert HELD.toString() not in uses


def test_every_command_has_a_text_and_a_tip_that_says_more():
    for spec in ACTIONS:
        assert spec.text
        assert len(spec.tip) > 10, spec.id
        assert not spec.tip.endswith("."), spec.id
        assert spec.tip.casefold() != plain(spec.text).casefold()


def test_access_keys_are_given_once_a_menu():
    def access_keys(texts):
        return Counter(re.search("&(.)", text).group(1).casefold() for text in texts)

    assert max(access_keys(MENU_TITLES.values()).values()) == 1
    for menu in MenuId:
        counts = access_keys(spec.text for spec in ACTIONS if spec.menu is menu)
        assert [key for key, count in counts.items() if count > 1] == [], menu


def test_every_icon_is_drawn():
    assert {spec.icon for spec in ACTIONS if spec.icon} <= set(icon_names())


@pytest.mark.parametrize(
    ("keys", "action_id"),
    [
        ("Space", "play"), ("P", "pause"), ("R", "record"), ("L", "loop"),
        ("Shift+L", "loop_selection"), ("[", "loop_start"), ("]", "loop_end"), ("1", "original"),
        ("2", "explanation"), ("3", "removed"), ("4", "reconstruction"), ("X", "abx"),
        ("E", "explain"), ("Esc", "cancel"), ("Home", "seek_start"), ("End", "seek_end"),
        ("Left", "seek_back"), ("Right", "seek_forward"), ("Shift+Left", "seek_back_far"),
        ("Ctrl+=", "zoom_in"), ("Ctrl+-", "zoom_out"), ("Ctrl+E", "zoom_selection"),
        ("Ctrl+F", "zoom_fit"), ("Ctrl+O", "open"), ("Ctrl+S", "save_session"),
        ("Ctrl+Shift+E", "export"), ("Ctrl+Z", "undo"), ("Ctrl+Shift+Z", "redo"),
        ("Ctrl+,", "settings"), ("F1", "guide"), ("F2", "key_list"), ("?", "key_list"),
        ("F6", "next_region"), ("F11", "full_screen"),
    ],
)  # fmt: skip
def test_the_agreed_keys_do_what_was_agreed(qapp, keys, action_id):
    assert QKeySequence(keys) in shortcuts(SPECS[action_id])


@pytest.mark.parametrize("spec", [spec for spec in ACTIONS if spec.keys], ids=lambda spec: spec.id)
def test_pressing_the_first_shortcut_triggers_the_command_once(window, spec):
    QTest.keySequence(window, shortcuts(spec)[0])
    assert window.triggered == [spec.id]


def test_of_the_versions_exactly_one_is_checked(window):
    for key in "1234":
        QTest.keyClick(window, key)
        checked = [
            spec.id
            for spec in ACTIONS
            if spec.group == "variant" and window.actions_[spec.id].isChecked()
        ]
        assert checked == [window.triggered[-1]]


def test_space_plays_wherever_the_keyboard_is_and_enter_presses(qtbot, window):
    for control in (window.button, window.box):
        control.setFocus()
        qtbot.waitUntil(control.hasFocus)
        window.triggered.clear()
        QTest.keyClick(control, Qt.Key.Key_Space)
        assert window.triggered == ["play"]
    assert window.presses == 0
    assert not window.box.isChecked()
    QTest.keyClick(window.box, Qt.Key.Key_Enter)
    assert window.box.isChecked()
    QTest.keyClick(window.button, Qt.Key.Key_Return)
    assert window.presses == 1


def test_space_presses_no_button_even_when_there_is_nothing_to_play(qtbot, window):
    window.actions_["play"].setEnabled(False)
    window.button.setFocus()
    qtbot.waitUntil(window.button.hasFocus)
    QTest.keyClick(window.button, Qt.Key.Key_Space)
    assert window.presses == 0


def test_a_clicked_button_does_not_take_the_keyboard(window):
    window.field.setFocus()
    QTest.mouseClick(window.button, Qt.MouseButton.LeftButton)
    assert window.presses == 1
    assert not window.button.hasFocus()


def test_letters_and_figures_are_typed_where_text_is_typed(qtbot, window):
    window.field.setFocus()
    qtbot.waitUntil(window.field.hasFocus)
    for key in "r1 e?":
        QTest.keyClick(window.field, key)
    assert window.field.text() == "r1 e?"
    assert window.triggered == []


def test_menus_hold_every_command_in_order(qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = Actions(window)
    menus = actions.fill(window.menuBar())
    for menu_id, menu in menus.items():
        ids = [action.objectName() for action in menu.actions() if not action.isSeparator()]
        assert ids == [spec.id for spec in ACTIONS if spec.menu is menu_id]
    assert window.menuBar().actions()[0].text() == "&File"


def test_tool_tips_name_the_key(qtbot):
    actions = Actions()
    assert actions["record"].toolTip() == "Record a take from the microphone, or end it (R)"
    assert actions["overlay_kept"].toolTip() == SPECS["overlay_kept"].tip


def test_the_key_list_has_every_command_and_gesture(qapp):
    rows = key_rows()
    assert len(rows) == len(ACTIONS) + len(GESTURES)
    assert [row.keys for row in rows if row.text == "Play or stop"] == [("Space",)]
    assert [row.keys for row in rows if row.text == "Keys"] == [("F2", "?")]
    assert [row.keys for row in rows if row.text == "Guide"] == [("F1",)]  # not "Help", a media key
    assert rows[-1].section == "Mouse and held keys"


def test_the_documentation_is_made_from_the_same_rows(qapp):
    text = key_list_markdown(key_rows())
    assert text.startswith("### File\n\n| Keys | Command | |\n|---|---|---|\n| `Ctrl+O` | Open |")
    assert text.count("\n### ") == len(MENU_TITLES)  # the first has no line before it; the gestures
    assert text.count("\n| `") + text.count("\n|  |") == len(key_rows())
