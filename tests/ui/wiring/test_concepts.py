"""The panels of concepts in the real window."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from app.settings import SettingsStore
from core.audio_io import write_wav
from core.types import Variant
from tests.concept_bands import bands, chord, listen_with, result_of, words_file
from tests.core.concepts.towers import write_small_tower
from ui.views.concept_table import FIRST, NAME

PATIENCE = 20_000  # ms


@pytest.fixture
def store(tmp_path):
    store = SettingsStore(tmp_path / "settings.json")
    store.change(concepts={"vocabulary": str(words_file(tmp_path))})
    return store


@pytest.fixture
def tones(monkeypatch):
    return listen_with(monkeypatch)


def press(qtbot, window, key):
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    qtbot.keyClick(window.parts.spectrogram.canvas, key)


def settle(qtbot, behind):
    busy = [behind.explain, behind.concepts]
    qtbot.waitUntil(lambda: not any(each.is_busy for each in busy), timeout=PATIENCE)
    QApplication.processEvents()


def found(qtbot, behind):
    """Back when the concepts of the clip were found, or cannot be."""

    def is_found():
        state = behind.concepts.state
        times = state.over_time
        return bool(state.problem) or (times is not None and times.is_complete)

    qtbot.waitUntil(is_found, timeout=PATIENCE)
    settle(qtbot, behind)


@pytest.fixture
def two(tmp_path, store, window, tones):
    """A clip of two tones is open; nothing is explained, nobody looks at its concepts."""
    store.change(automatic=False)
    path = tmp_path / "two.wav"
    write_wav(path, bands(3, 9))
    return path


@pytest.fixture
def seen(qtbot, behind, window, two):
    """The same, and its concepts are shown."""
    with qtbot.waitSignal(behind.explain.idle, timeout=PATIENCE):
        behind.explain.open_files([two])
    press(qtbot, window, Qt.Key.Key_C)
    found(qtbot, behind)
    return behind.concepts


def write_chord(path):
    write_wav(path, chord(3, 9, seconds=1.0))
    return path


def row_of(table, word):
    names = [table.topLevelItem(n).text(NAME) for n in range(table.topLevelItemCount())]
    return names.index(word)


def click_row(table, word, column):
    place = table.visualRect(table.model().index(row_of(table, word), column)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_at_first_the_panels_are_closed_and_nothing_is_heard(qtbot, behind, window, two, tones):
    with qtbot.waitSignal(behind.explain.idle, timeout=PATIENCE):
        behind.explain.open_files([two])
    assert not window.parts.docks["concepts"].isVisible()
    assert not window.parts.docks["concept_times"].isVisible()
    assert not window.parts.actions["concepts"].isChecked()
    assert tones.heard == 0


def test_one_key_shows_both_panels_and_puts_them_away(qtbot, behind, window, seen):
    docks = [window.parts.docks[name] for name in ("concepts", "concept_times")]
    assert all(dock.isVisible() for dock in docks)
    assert window.parts.actions["concepts"].isChecked()
    assert row_of(window.parts.concepts.table, "band 3") < 2
    assert set(window.parts.concept_times.rows[:2]) == {"band 3", "band 9"}
    press(qtbot, window, Qt.Key.Key_C)
    assert not any(dock.isVisible() for dock in docks)
    assert not window.parts.actions["concepts"].isChecked()


def test_a_panel_behind_another_one_is_brought_to_the_front(qtbot, window, seen):
    window.parts.docks["prediction"].raise_()
    window.parts.docks["relevance"].raise_()
    assert not window.parts.actions["concepts"].isChecked()
    press(qtbot, window, Qt.Key.Key_C)
    assert window.parts.actions["concepts"].isChecked()
    assert window.parts.docks["concepts"].isVisible()


def test_a_click_on_a_concept_plays_and_marks_where_it_is_strongest(window, behind, seen):
    click_row(window.parts.concepts.table, "band 9", NAME)
    start, end = behind.session.state.selection
    assert 2.0 <= start < end <= 4.0
    assert behind.playback.is_playing
    for canvas in (window.parts.concept_times.canvas, window.parts.spectrogram.canvas):
        marks = canvas.plots[0].marks
        assert marks.selection == marks.loop == (start, end)
    assert window.parts.concept_times.names._chosen == "band 9"


def test_enter_plays_the_concept_the_keyboard_is_at(qtbot, window, behind, seen):
    table = window.parts.concepts.table
    table.setFocus()
    table.show_chosen("band 9")
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert behind.session.state.selection[0] >= 2.0
    assert behind.playback.is_playing


def test_a_click_on_a_name_in_the_picture_plays_and_chooses_the_row(window, behind, seen):
    view = window.parts.concept_times
    row = view.rows.index("band 9")
    y = view.plot.box.geometry().top() + (row + 0.5) * view.heat.row_height
    QTest.mouseClick(view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, round(y)))
    assert behind.session.state.selection[0] >= 2.0
    assert behind.playback.is_playing
    assert window.parts.concepts.table.word == "band 9"


def test_a_click_on_a_cell_goes_to_its_moment(window, behind, seen):
    view = window.parts.concept_times
    box = view.plot.box.geometry()
    point = QPoint(round(box.left() + 0.75 * box.width()), round(box.top() + 4))
    QTest.mouseClick(view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert behind.playback.position == pytest.approx(3.0, abs=0.05)
    assert not behind.playback.is_playing
    assert view.plot.marks.position == pytest.approx(3.0, abs=0.05)


def test_the_rows_have_the_time_axis_of_the_other_views(window, seen):
    parts = window.parts
    parts.spectrogram.zoom_in()
    assert parts.concept_times.canvas.time_range == parts.spectrogram.canvas.time_range
    parts.concept_times.canvas.move_to(1.0, 2.0)
    for view in (parts.spectrogram, parts.waveform, parts.relevance):
        assert view.canvas.time_range == pytest.approx((1.0, 2.0))


def test_the_plots_stand_above_one_another(window, seen):
    boxes = [
        (view.canvas.mapTo(window, QPoint(0, 0)).x() + round(view.canvas.plots[0].box.x()),
         view.canvas.plots[0].size[0])
        for view in (window.parts.spectrogram, window.parts.concept_times)
    ]  # fmt: skip
    assert boxes[0] == boxes[1]


def test_versions_stand_side_by_side_and_the_change_is_said(
    qtbot, window, behind, store, opened, two, seen
):
    store.change(automatic=True)
    opened(write_chord(two.with_name("chord.wav")))
    sounds = result_of(original=chord(3, 9), explanation=chord(9), removed=chord(3)).audio
    behind.session.set_result(replace(behind.session.state.result, audio=sounds))
    settle(qtbot, behind)
    view = window.parts.concepts
    item = view.table.topLevelItem(row_of(view.table, "band 9"))
    assert item.text(FIRST) != ".00"
    assert item.text(FIRST + 2) == ".00"
    assert view.summary.text().startswith("Removal takes “band 9” from ")
    assert view.summary.text().endswith(" to .00.")
    assert view.figures._cells["concept_l0", 0].text() == "2"
    assert view.figures._cells["concept_l0", 2].text() == "1"
    click_row(view.table, "band 3", FIRST + 2)
    assert behind.session.state.active is Variant.REMOVED
    settle(qtbot, behind)
    assert window.parts.concept_times.text_twin.startswith("Removed")


def test_a_word_that_is_typed_becomes_a_concept(qtbot, window, behind, store, seen):
    view = window.parts.concepts
    view.controls.word.setFocus()
    QTest.keyClicks(view.controls.word, "band 20")
    qtbot.keyClick(view.controls.word, Qt.Key.Key_Return)
    settle(qtbot, behind)
    assert store.settings.concepts.words == ("band 20",)
    assert "band 20" in window.parts.concept_times.rows
    view.table.setFocus()
    view.table.show_chosen("band 20")
    qtbot.keyClick(view.table, Qt.Key.Key_Delete)
    settle(qtbot, behind)
    assert store.settings.concepts.words == ()
    assert "band 20" not in window.parts.concept_times.rows


def test_labels_are_scored_without_a_concept(qtbot, window, behind, store, opened, two, seen):
    store.change(automatic=True)
    opened(write_chord(two.with_name("chord.wav")))
    settle(qtbot, behind)
    view = window.parts.concepts
    view.factor_requested.emit("band 3", 0.0)
    settle(qtbot, behind)
    assert view.table.topLevelItem(row_of(view.table, "band 3 ×0")) is not None
    assert "→" in view.labels.text()
    view.factor_requested.emit("band 3", 1.0)
    settle(qtbot, behind)
    assert view.labels.text() == ""


def test_choices_reach_the_controller_and_are_kept(qtbot, window, behind, store, seen):
    controls = window.parts.concepts.controls
    assert controls.vocabulary.currentText() == "bands.txt"
    assert controls.vocabulary.findData("everyday") >= 0
    controls.at_most.setValue(1)
    controls.penalty.setCurrentIndex(2)
    controls.penalty.activated.emit(2)
    settle(qtbot, behind)
    assert store.settings.concepts.at_most == 1
    assert store.settings.concepts.penalty == 0.15
    assert window.parts.concepts.figures._cells["concept_l0", 0].text() == "1"


def test_a_list_of_words_is_asked_for(qtbot, window, behind, store, seen, tmp_path, monkeypatch):
    words = tmp_path / "few.txt"
    words.write_text("band 3\nband 4\n", encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(words), ""))
    window.parts.concepts.controls.vocabulary_file_requested.emit()
    settle(qtbot, behind)
    assert store.settings.concepts.vocabulary == str(words)
    assert set(window.parts.concept_times.rows) <= {"band 3", "band 4"}
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    window.parts.concepts.controls.vocabulary_file_requested.emit()
    assert store.settings.concepts.vocabulary == str(words)


def test_escape_stops_the_work(qtbot, window, behind, seen, monkeypatch):
    monkeypatch.setattr("app.concept_listener.STEP", 1)
    behind.concepts.choose(penalty=0.2)
    behind.session.set_clip(bands(3, 9, seconds=8.0))
    assert behind.concepts.is_busy
    press(qtbot, window, Qt.Key.Key_Escape)
    assert not behind.concepts.is_busy
    assert behind.concepts.state.stopped
    window.parts.concepts.resume_requested.emit()
    settle(qtbot, behind)
    assert behind.concepts.state.over_time.is_complete


def test_a_missing_tower_is_said_in_the_panel(qtbot, window, behind, two, store, tmp_path):
    import app.concept_listener
    from core.concepts import opening

    app.concept_listener.open_embedder = opening.open_embedder  # put back by the fixture
    store.change(concepts={**store.settings.concepts.model_dump(), "embedder": str(tmp_path / "x")})
    with qtbot.waitSignal(behind.explain.idle, timeout=PATIENCE):
        behind.explain.open_files([two])
    press(qtbot, window, Qt.Key.Key_C)
    found(qtbot, behind)
    sentence = window.parts.concepts.summary.text()
    assert str(tmp_path / "x") in sentence
    assert window.parts.concept_times.text_twin == sentence


def test_a_real_tower_in_the_real_window(qtbot, window, behind, opened, tone, store, tmp_path):
    tower = write_small_tower(tmp_path / "tower")
    store.change(concepts={"embedder": str(tower), "vocabulary": "everyday-clustered"})
    opened(tone)
    window.parts.actions["concepts"].trigger()
    found(qtbot, behind)
    state = behind.concepts.state
    assert state.problem is None
    assert len(state.versions.found) == 3
    assert state.over_time.is_complete
    assert window.parts.concepts.controls.embedder.currentText() == "tower"
    assert window.parts.concepts.table.topLevelItemCount() > 0
