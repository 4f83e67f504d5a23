"""Folders that are dropped on the window."""

from __future__ import annotations

import shutil

from tests.app.documents.bench import read


def test_of_a_folder_its_sounds_are_opened_also_those_below(qtbot, bench, files, tmp_path):
    folder = tmp_path / "recordings"
    (folder / "below").mkdir(parents=True)
    for place, file in zip((folder, folder / "below"), files, strict=False):
        shutil.copy(file, place)
    (folder / "notes.txt").write_text("no sound")
    read(qtbot, bench, folder)
    opened = [item.path for item in bench.state.items if item.group == "files"]
    assert sorted(opened) == sorted([folder / files[0].name, folder / "below" / files[1].name])


def test_a_folder_without_a_sound_is_told_and_nothing_changes(bench, tmp_path):
    before = bench.state
    (tmp_path / "empty").mkdir()
    bench.documents.open_paths([tmp_path / "empty"])
    assert "empty" in bench.posted[-1].text
    assert bench.state is before
