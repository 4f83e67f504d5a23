from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from ui.views.clips_view import ClipsView, dropped_files

# Only the system makes drag events otherwise; Qt calls doing so oneself deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:Function. .QDr.*Event:DeprecationWarning")


@dataclass(frozen=True)
class Clip:
    key: str
    name: str
    group: str
    missing: bool = False


CLIPS = [
    Clip("s/yes", "yes", "samples"),
    Clip("s/no", "no", "samples"),
    Clip("f/gone", "gone", "files", missing=True),
    Clip("f/meeting", "meeting", "files"),
    Clip("t/1", "take 1", "takes"),
]


@pytest.fixture
def view(qtbot):
    view = ClipsView()
    qtbot.addWidget(view)
    view.show_clips(CLIPS)
    view.resize(220, 300)
    view.show()
    view.events = []
    view.clip_chosen.connect(lambda key: view.events.append(("chosen", key)))
    view.remove_requested.connect(lambda key: view.events.append(("remove", key)))
    view.files_dropped.connect(lambda files: view.events.append(("dropped", files)))
    return view


def groups(view: ClipsView) -> dict[str, list[str]]:
    return {
        header.text(0): [header.child(n).text(0) for n in range(header.childCount())]
        for header in view._headers()
    }


def press(view: ClipsView, key: Qt.Key) -> None:
    QTest.keyClick(view.tree, key)


def click(view: ClipsView, key: str, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    place = view.tree.visualItemRect(view._rows[key]).center()
    QTest.mouseClick(view.tree.viewport(), button, pos=place)


def drag(*urls: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl(url) for url in urls])
    return data


def enter(view: ClipsView, data: QMimeData) -> bool:
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, left, none)
    event.setAccepted(False)
    QApplication.sendEvent(view, event)
    return event.isAccepted()


def test_clips_are_grouped_in_their_order(view):
    assert groups(view) == {
        "Samples": ["yes", "no"],
        "Takes": ["take 1"],
        "Files": ["gone", "meeting"],
    }


def test_groups_without_clips_are_left_out_and_an_empty_list_says_what_to_do(view):
    assert not view._hint.isVisible()
    view.show_clips(CLIPS[:2])
    assert list(groups(view)) == ["Samples"]
    assert view._hint.isVisible()


def test_a_click_chooses_and_showing_does_not(view):
    view.show_current("s/yes")
    assert view.events == []
    click(view, "f/meeting")
    assert view.events == [("chosen", "f/meeting")]


def test_the_current_clip_is_marked_also_after_the_list_has_changed(view):
    view.show_current("s/no")
    view.show_clips([*CLIPS, Clip("t/2", "take 2", "takes")])
    bold = [key for key, row in view._rows.items() if row.font(0).bold()]
    assert bold == ["s/no"]
    assert view.tree.currentItem() is view._rows["s/no"]
    view.show_current(None)
    assert view.tree.currentItem() is None
    assert view.events == []


def test_arrow_keys_step_through_the_list_and_skip_what_is_missing(view):
    view.show_current("s/yes")
    press(view, Qt.Key.Key_Down)
    assert view.events == [("chosen", "s/no")]
    view.show_current("t/1")
    press(view, Qt.Key.Key_Down)
    press(view, Qt.Key.Key_Down)
    assert view.events[-1] == ("chosen", "f/meeting")


def test_next_and_previous_step_across_groups_and_stop_at_the_ends(view):
    for current, step, chosen in (
        (None, view.choose_next, "s/yes"),
        ("s/no", view.choose_next, "t/1"),
        ("t/1", view.choose_next, "f/meeting"),
        ("t/1", view.choose_previous, "s/no"),
    ):
        view.show_current(current)
        step()
        assert view.events.pop() == ("chosen", chosen)
    view.show_current("f/meeting")
    view.choose_next()
    view.show_current("s/yes")
    view.choose_previous()
    view.show_clips([])
    view.choose_next()
    assert view.events == []


def test_a_missing_file_cannot_be_chosen_and_says_so(view):
    click(view, "f/gone")
    assert view.events == []
    assert view._rows["f/gone"].toolTip(0) == "The file is no longer there: f/gone"


def test_going_back_to_the_open_clip_from_a_heading_does_not_choose_it_again(view):
    view.show_current("s/yes")
    heading = view._headers()[1]
    QTest.mouseClick(
        view.tree.viewport(),
        Qt.MouseButton.LeftButton,
        pos=view.tree.visualItemRect(heading).center(),
    )
    assert view.tree.currentItem() is heading
    click(view, "s/yes")
    assert view.events == []


def test_delete_removes_takes_and_files_but_no_samples(view):
    view.show_current("t/1")
    press(view, Qt.Key.Key_Delete)
    view.show_current("s/yes")
    press(view, Qt.Key.Key_Delete)
    assert view.events == [("remove", "t/1")]


def test_the_context_menu_removes_also_what_is_missing(view):
    place = view.tree.visualItemRect(view._rows["f/gone"]).center()
    view.tree.customContextMenuRequested.emit(place)
    menu = view.findChild(QMenu)
    menu.actions()[0].trigger()
    menu.close()
    assert view.events == [("remove", "f/gone")]


def test_a_sample_has_no_context_menu(view):
    view.tree.customContextMenuRequested.emit(
        view.tree.visualItemRect(view._rows["s/yes"]).center()
    )
    assert view.findChild(QMenu) is None


def test_files_can_be_dropped(view):
    data = drag("file:///tmp/a.wav", "file:///tmp/b%20c.flac")
    assert enter(view, data)
    assert view.property("target")
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(
        view, QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, left, none)
    )
    assert view.events == [("dropped", [Path("/tmp/a.wav"), Path("/tmp/b c.flac")])]
    assert not view.property("target")


@pytest.mark.skipif(os.name == "nt", reason="such names do not exist here")
def test_files_whose_names_are_no_text_can_be_dropped(view):
    data = QMimeData()
    data.setData("text/uri-list", b"file:///tmp/caf%E9%20%23.wav\r\n")
    assert dropped_files(data) == [Path(os.fsdecode(b"/tmp/caf\xe9 #.wav"))]


def test_what_is_no_file_is_refused(view):
    assert not enter(view, drag("https://example.org/a.wav"))
    text = QMimeData()
    text.setText("a.wav")
    assert not enter(view, text)


def test_the_list_lets_drags_through_to_the_view(view):
    assert not view.tree.acceptDrops()
    assert not view.tree.viewport().acceptDrops()


def test_folded_groups_stay_folded_when_the_list_changes(view):
    header = view._headers()[0]
    header.setExpanded(False)
    view.show_clips([*CLIPS, Clip("t/2", "take 2", "takes")])
    assert [header.isExpanded() for header in view._headers()] == [False, True, True]


def test_the_list_has_a_name(view):
    assert view.tree.accessibleName() == "Clips"
