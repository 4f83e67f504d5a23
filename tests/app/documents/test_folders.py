"""Folders that are dropped on the window."""

from __future__ import annotations

import shutil
import threading

import pytest

from core.export import write_result
from core.gathering import gather
from tests.app.documents.bench import read, reopened
from tests.results import made_up_result


def test_of_a_folder_its_sounds_are_opened_also_those_below(qtbot, bench, files, tmp_path):
    folder = tmp_path / "recordings"
    (folder / "below").mkdir(parents=True)
    for place, file in zip((folder, folder / "below"), files, strict=False):
        shutil.copy(file, place)
    (folder / "notes.txt").write_text("no sound")
    read(qtbot, bench, folder)
    opened = [item.path for item in bench.state.items if item.group == "files"]
    assert sorted(opened) == sorted([folder / files[0].name, folder / "below" / files[1].name])


def test_folders_are_looked_through_beside_the_window(qtbot, bench, files, monkeypatch):
    threads = []

    def gathering(*what, **named):
        threads.append(threading.get_ident())
        return gather(*what, **named)

    monkeypatch.setattr("app.document_controller.gather", gathering)
    read(qtbot, bench, files[0].parent)
    assert threads and threading.get_ident() not in threads


def test_looking_through_a_folder_can_be_stopped(qtbot, bench, files, monkeypatch):
    def endless(paths, *, cancel):
        while True:
            cancel.raise_if_set()

    monkeypatch.setattr("app.document_controller.gather", endless)
    before = bench.state
    bench.documents.open_paths([files[0].parent])
    with qtbot.waitSignal(bench.documents.idle):
        bench.documents.cancel()
    assert bench.state is before and bench.posted == []


def test_hidden_folders_and_results_are_not_opened(qtbot, bench, files, tmp_path):
    (tmp_path / ".cache").mkdir()
    shutil.copy(files[0], tmp_path / ".cache")
    write_result(made_up_result(), tmp_path / "explanations" / "one", files[0], ("wav", "json"))
    read(qtbot, bench, tmp_path)
    opened = [item.path for item in bench.state.items if item.group == "files"]
    assert opened == sorted(files)


def test_a_folder_without_a_sound_is_told_and_the_others_are_opened(qtbot, bench, files, tmp_path):
    (tmp_path / "empty").mkdir()
    read(qtbot, bench, tmp_path / "empty", files[0])
    assert [item.path for item in bench.state.items if item.group == "files"] == [files[0]]
    assert [(notice.level, "empty" in notice.text) for notice in bench.posted] == [("error", True)]


def test_what_was_passed_over_is_told(qtbot, bench, files, tmp_path):
    try:
        (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    except OSError:
        pytest.skip("no symbolic links here")
    read(qtbot, bench, tmp_path)
    (notice,) = bench.posted
    assert notice.level == "warning" and "1 link leads back" in notice.text


def test_a_folder_without_a_sound_is_told_and_nothing_changes(qtbot, bench, tmp_path):
    before = bench.state
    (tmp_path / "empty").mkdir()
    reopened(qtbot, bench, tmp_path / "empty")
    assert "empty" in bench.posted[-1].text
    assert bench.state is before
