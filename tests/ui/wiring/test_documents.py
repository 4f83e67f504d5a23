"""Open, save, close and reopen in the real window."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from app.bootstrap import Application, build
from app.settings import SettingsStore
from core.session_file import read_session
from core.types import ExplanationRequest, Variant
from tests.fake_audio import FakeBackend
from tests.sessions import differences
from tests.ui.conftest import Opener
from tests.ui.wiring.conftest import write_tone
from ui.dialogs.save_question import SaveQuestion
from ui.main_window import MainWindow
from ui.parts import Parts


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mine.hearwhy"


@pytest.fixture
def new_window(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], tuple[Application, MainWindow]]]:
    """Another window, on a computer without any model."""
    made = []

    def make() -> tuple[Application, MainWindow]:
        monkeypatch.setattr("core.models.model_folders", list)
        behind = build(ExplanationRequest(), FakeBackend(), SettingsStore(tmp_path / "other.json"))
        window = MainWindow(behind)
        window.resize(1280, 800)
        qtbot.addWidget(window)
        window.show()
        made.append(window)
        return behind, window

    yield make
    for window in made:
        window.close()


def saved_as(qtbot: QtBot, behind: Application, window: MainWindow, path: Path) -> None:
    """Through the dialog."""
    window.parts.actions["save_session_as"].trigger()
    dialog = window.findChild(QFileDialog)
    dialog.selectFile(str(path))
    with qtbot.waitSignal(behind.documents.saved):
        dialog.accept()
    back_in(qtbot, window)


def back_in(qtbot: QtBot, window: MainWindow) -> None:
    """The window has the keyboard again after a dialog."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def reopened(qtbot: QtBot, behind: Application, window: MainWindow, *paths: Path) -> None:
    with qtbot.waitSignal(behind.documents.opened):
        window.parts.clips.files_dropped.emit(list(paths))


def question(window: MainWindow) -> SaveQuestion | None:
    shown = [child for child in window.findChildren(SaveQuestion) if child.isVisible()]
    return shown[0] if shown else None


def answer(window: MainWindow, button: QMessageBox.StandardButton) -> None:
    asked = question(window)
    assert asked is not None
    QTest.mouseClick(asked.button(button), Qt.MouseButton.LeftButton)


def test_explain_save_and_reopen_in_a_window_without_models(
    qtbot: QtBot,
    behind: Application,
    window: MainWindow,
    parts: Parts,
    opened: Opener,
    long_tone: Path,
    path: Path,
    new_window: Callable[[], tuple[Application, MainWindow]],
) -> None:
    shown = []
    behind.pictures.pictures_changed.connect(shown.append)
    opened(long_tone)
    with qtbot.waitSignal(behind.explain.idle, timeout=60_000):
        parts.method.share_dragged.emit(0.37, 0.12)
    qtbot.waitUntil(lambda: shown[-1].result is behind.session.state.result, timeout=60_000)
    parts.actions["view_all"].trigger()
    parts.actions["grey"].trigger()
    parts.actions["removed"].trigger()
    behind.session.set_selection((0.5, 2.5))
    behind.session.set_loop((1.0, 2.0))
    parts.spectrogram.show_range(0.25, 3.0)
    behind.playback.seek(1.5)
    saved_as(qtbot, behind, window, path)
    assert window.windowTitle() == "mine.hearwhy[*] – long.wav – HearWhy"

    there, second = new_window()
    pictures = []
    there.pictures.pictures_changed.connect(pictures.append)
    reopened(qtbot, there, second, path)
    before, after = behind.session.state, there.session.state
    for name in ("current", "clip", "request", "result", "active", "selection", "loop"):
        assert differences(getattr(before, name), getattr(after, name), name) == []
    qtbot.waitUntil(lambda: bool(pictures) and pictures[-1].result is after.result, timeout=60_000)
    assert differences(shown[-1], pictures[-1], "pictures") == []
    other = second.parts
    for view in ("prediction", "method"):
        assert getattr(other, view).isVisible()
    assert other.prediction.text() == parts.prediction.text()
    assert other.method.choices == parts.method.choices
    assert other.actions["view_all"].isChecked()
    assert other.actions["grey"].isChecked()
    assert other.actions["removed"].isChecked()
    assert other.transport.versions[Variant.REMOVED].isChecked()
    assert np.allclose(other.spectrogram.canvas.time_range, (0.25, 3.0))
    assert there.playback.position == pytest.approx(1.5)
    assert other.spectrogram.text_twin == parts.spectrogram.text_twin
    assert second.windowTitle() == window.windowTitle()
    assert not second.isWindowModified()


def test_the_star_comes_with_a_change_and_goes_with_saving(
    qtbot: QtBot, behind: Application, window: MainWindow, opened: Opener, tone: Path, path: Path
) -> None:
    opened(tone)
    assert window.windowTitle() == "tone.wav – HearWhy"
    saved_as(qtbot, behind, window, path)
    assert not window.isWindowModified()
    behind.session.set_request(replace(behind.session.state.request, keep=0.5))
    assert window.isWindowModified()
    with qtbot.waitSignal(behind.documents.saved):
        QTest.keySequence(window, "Ctrl+S")
    assert not window.isWindowModified()
    assert read_session(path).request.keep == 0.5


def test_the_first_save_asks_where_and_proposes_a_name(
    qtbot: QtBot, behind: Application, window: MainWindow, opened: Opener, tone: Path
) -> None:
    opened(tone)
    QTest.keySequence(window, "Ctrl+S")
    dialog = window.findChild(QFileDialog)
    assert Path(dialog.selectedFiles()[0]).name == "tone.hearwhy"
    assert dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    dialog.selectFile(str(tone.with_name("named")))
    with qtbot.waitSignal(behind.documents.saved):
        dialog.accept()
    assert behind.documents.path == tone.with_name("named.hearwhy")  # the ending is added
    assert behind.settings.settings.open_folder == tone.parent


def test_a_quick_look_closes_without_a_question(
    behind: Application, window: MainWindow, opened: Opener, tone: Path
) -> None:
    opened(tone)
    behind.session.set_request(replace(behind.session.state.request, keep=0.5))
    window.close()
    assert question(window) is None
    assert not window.isVisible()


@pytest.fixture
def changed(
    qtbot: QtBot, behind: Application, window: MainWindow, opened: Opener, tone: Path, path: Path
) -> Path:
    """A document that was saved and changed since."""
    opened(tone)
    saved_as(qtbot, behind, window, path)
    behind.session.set_request(replace(behind.session.state.request, keep=0.5))
    return path


def test_closing_asks_and_cancel_stays(
    behind: Application, window: MainWindow, changed: Path
) -> None:
    window.close()
    asked = question(window)
    assert window.isVisible()
    assert "mine.hearwhy" in asked.text()
    QTest.keyClick(asked, Qt.Key.Key_Escape)
    assert window.isVisible()
    assert question(window) is None
    assert read_session(changed).request.keep == 0.1
    window.close()
    answer(window, QMessageBox.StandardButton.Discard)
    assert not window.isVisible()
    assert read_session(changed).request.keep == 0.1


def test_closing_saves_first_when_told_to(qtbot: QtBot, window: MainWindow, changed: Path) -> None:
    window.close()
    answer(window, QMessageBox.StandardButton.Save)
    qtbot.waitUntil(lambda: not window.isVisible())
    assert read_session(changed).request.keep == 0.5


def test_a_save_that_fails_keeps_the_window_open(
    qtbot: QtBot, behind: Application, window: MainWindow, changed: Path
) -> None:
    changed.unlink()
    changed.mkdir()
    window.close()
    with qtbot.waitSignal(behind.notices.posted) as posted:
        answer(window, QMessageBox.StandardButton.Save)
    assert posted.args[0].level == "error"
    assert window.isVisible()
    behind.documents.forget_changes()


def test_closing_while_it_is_saved_waits(
    qtbot: QtBot, behind: Application, window: MainWindow, changed: Path
) -> None:
    window.parts.actions["save_session"].trigger()
    window.close()
    assert window.isVisible()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert read_session(changed).request.keep == 0.5


def test_opening_a_session_asks_too_and_opening_a_sound_does_not(
    qtbot: QtBot, behind: Application, window: MainWindow, changed: Path, tmp_path: Path
) -> None:
    sound = write_tone(tmp_path / "second.wav", 1.0)
    window.parts.clips.files_dropped.emit([changed])
    answer(window, QMessageBox.StandardButton.Cancel)
    assert behind.session.state.request.keep == 0.5
    with qtbot.waitSignal(behind.explain.idle, timeout=60_000):
        window.parts.clips.files_dropped.emit([sound])
    assert question(window) is None
    window.parts.clips.files_dropped.emit([changed])
    with qtbot.waitSignal(behind.documents.opened):
        answer(window, QMessageBox.StandardButton.Discard)
    assert behind.session.state.request.keep == 0.1
    assert not window.isWindowModified()


def test_the_open_dialog_offers_sounds_and_sessions_and_remembers_the_folder(
    qtbot: QtBot, behind: Application, window: MainWindow, tone: Path, tmp_path: Path
) -> None:
    QTest.keySequence(window, "Ctrl+O")
    dialog = window.findChild(QFileDialog)
    assert "*.hearwhy" in dialog.nameFilters()[0]
    assert "*.flac" in dialog.nameFilters()[0]
    dialog.setDirectory(str(tmp_path))
    dialog.selectFile(str(tone))
    with qtbot.waitSignal(behind.explain.idle, timeout=60_000):
        dialog.accept()
    assert behind.session.state.item.name == "tone.wav"
    assert behind.settings.settings.open_folder == tmp_path
    back_in(qtbot, window)
    QTest.keySequence(window, "Ctrl+O")
    again = [d for d in window.findChildren(QFileDialog) if d.isVisible()][-1]
    assert Path(again.directory().absolutePath()) == tmp_path
    again.reject()


def test_ctrl_w_takes_a_clip_off_the_list_but_not_a_sample(
    qtbot: QtBot, behind: Application, window: MainWindow, opened: Opener, tone: Path
) -> None:
    opened(tone)
    QTest.keySequence(window, "Ctrl+W")
    assert str(tone) not in [item.key for item in behind.session.state.items]
    assert behind.session.state.item.group == "samples"
    assert not window.parts.actions["close_clip"].isEnabled()
    assert tone.exists()
    with qtbot.waitSignal(behind.explain.idle, timeout=60_000):
        pass


def test_delete_in_the_list_does_the_same(
    qtbot: QtBot, behind: Application, window: MainWindow, opened: Opener, tone: Path
) -> None:
    opened(tone)
    with qtbot.waitSignal(behind.explain.idle, timeout=60_000):
        QTest.keyClick(window.parts.clips.tree, Qt.Key.Key_Delete)
    assert behind.session.state.item.group == "samples"


def test_names_do_not_disturb_the_title(
    behind: Application, window: MainWindow, opened: Opener, tmp_path: Path
) -> None:
    opened(write_tone(tmp_path / "a[*]b.wav", 1.0))
    assert window.windowTitle() == "a[*][*]b.wav – HearWhy"


def test_progress_of_saving_is_shown_and_can_be_cancelled(
    qtbot: QtBot, behind: Application, window: MainWindow, opened: Opener, tone: Path, path: Path
) -> None:
    opened(tone)
    seen = []
    behind.documents.progressed.connect(lambda share, stage: seen.append(stage))
    saved_as(qtbot, behind, window, path)
    assert "Saving mine.hearwhy" in seen
    with qtbot.waitSignal(behind.documents.idle):
        window.parts.actions["save_session"].trigger()
        window.parts.status.cancel_requested.emit()
    assert path.exists()


def test_the_question_is_answered_by_keys(qtbot: QtBot) -> None:
    asked = SaveQuestion("mine.hearwhy")
    qtbot.addWidget(asked)
    asked.open()
    with qtbot.waitSignal(asked.save_chosen):
        QTest.keyClick(asked, Qt.Key.Key_Return)


@pytest.mark.skipif(os.name == "nt", reason="such names do not exist here")
def test_a_file_whose_name_is_no_text_is_opened_chosen_and_saved_like_any_other(
    qtbot: QtBot, behind: Application, window: MainWindow, parts: Parts, path: Path
) -> None:
    odd = write_tone(path.with_name("x.wav"), 0.5).rename(
        path.with_name(os.fsdecode(b"caf\xe9.wav"))
    )
    other = write_tone(path.with_name("other.wav"), 0.5)
    behind.explain.automatic = False
    with qtbot.waitSignal(behind.explain.idle):
        parts.clips.files_dropped.emit([other, odd])
    with qtbot.waitSignal(behind.explain.idle):
        parts.clips.choose_next()
    item = behind.session.state.item
    assert item is not None and item.path == odd and behind.session.state.clip is not None
    assert "caf�.wav" in window.windowTitle()
    saved_as(qtbot, behind, window, path)
    with qtbot.waitSignal(behind.documents.opened):
        parts.clips.files_dropped.emit([path])
    assert behind.session.state.clip is not None
    behind.settings.settle()
