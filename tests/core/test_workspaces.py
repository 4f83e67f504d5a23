"""What killed processes leave half-written: found again, and taken away."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.files import replacing
from core.folders import adding_files, replacing_folder
from core.workspaces import clear_abandoned, clear_noted, notes_folder, remove, unfinished_name
from tests.core.test_folders import KIND, texts, write
from tests.unfinished import NOBODY, died

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEARWHY_STATE", str(tmp_path / "state"))
    return tmp_path / "state" / "unfinished"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "place").mkdir()
    return tmp_path / "place"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_note_is_kept_while_something_is_written(place: Path, notes: Path) -> None:
    with replacing_folder(place / "results", KIND) as new:
        assert names(notes) == [new.parent.name]
    with adding_files(place) as added:
        assert names(notes) == [added.parent.name]
    with replacing(place / "file.txt") as temporary:
        assert names(notes) == [temporary.name]
        temporary.touch()
    with pytest.raises(ValueError), replacing(place / "other.txt"):
        raise ValueError
    assert names(notes) == []


def test_a_file_in_an_unfinished_folder_needs_no_note(place: Path, notes: Path) -> None:
    with adding_files(place) as added, replacing(added / "file.txt") as temporary:
        assert names(notes) == [added.parent.name]
        temporary.touch()
    assert names(place) == ["file.txt"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs POSIX processes")
@pytest.mark.parametrize("what", ["folder", "files", "file"])
def test_what_a_killed_process_left_is_gone_after_the_next_start(
    place: Path, notes: Path, what: str
) -> None:
    code = (
        "import os, sys\nfrom pathlib import Path\n"
        "from core.files import replacing\nfrom core.folders import adding_files\n"
        "from tests.core.test_folders import KIND, replacing_folder\n"
        "place = Path(sys.argv[1])\n"
        "ways = {'folder': lambda: replacing_folder(place / 'results', KIND),\n"
        "    'files': lambda: adding_files(place), 'file': lambda: replacing(place / 'x.bin')}\n"
        "with ways[sys.argv[2]]() as new:\n"
        "    (new / 'half' if new.is_dir() else new).write_bytes(bytes(1000))\n"
        "    os._exit(9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, place, what], cwd=ROOT)
    assert done.returncode == 9
    assert len(names(place)) == len(names(notes)) == 1
    clear_noted()
    assert names(place) == names(notes) == []


def test_the_only_copy_of_something_is_put_back(place: Path, notes: Path) -> None:
    write(place / "results", "old")
    unfinished = unfinished_name(place)
    (unfinished / "new").mkdir(parents=True)
    (unfinished / "old").mkdir()
    (place / "results").rename(unfinished / "old" / "results")
    died(unfinished)
    clear_noted()
    assert texts(place / "results") == ["old", "old"]
    assert names(place) == ["results"] and names(notes) == []


def test_what_took_the_name_of_the_only_copy_since_stays_too(place: Path, notes: Path) -> None:
    unfinished = unfinished_name(place)
    (unfinished / "new").mkdir(parents=True)
    write(unfinished / "old" / "results", "old")
    write(place / "results", "newer")
    died(unfinished)
    clear_noted()
    assert texts(place / "results") == ["newer", "newer"]
    assert texts(place / "results-2") == ["old", "old"]


def test_what_was_replaced_by_a_whole_new_folder_goes(place: Path, notes: Path) -> None:
    unfinished = unfinished_name(place)
    unfinished.mkdir()
    write(unfinished / "old" / "results", "old")
    write(place / "results", "new")
    died(unfinished)
    clear_noted()
    assert names(place) == ["results"] and texts(place / "results") == ["new", "new"]


def test_what_a_running_process_is_writing_is_left_alone(place: Path, notes: Path) -> None:
    with replacing_folder(place / "mine", KIND) as new:
        write(place / "other", "text")
        clear_noted()
        (new / "one").write_text("still here")
    noted = unfinished_name(place)  # and not made yet
    clear_noted()
    assert names(notes) == [noted.name]
    remove(noted)
    assert (place / "mine" / "one").read_text() == "still here"


def test_what_another_computer_is_writing_is_left_alone(place: Path, notes: Path) -> None:
    other = place / f".hearwhy-elsewhere-{NOBODY}-abc"
    other.mkdir()
    notes.mkdir(parents=True)
    (notes / other.name).write_bytes(os.fsencode(place))
    clear_abandoned(place)
    clear_noted()
    assert other.is_dir() and names(notes) == [other.name]


def test_a_process_that_only_inherited_the_number_does_not_keep_a_folder(
    place: Path, notes: Path
) -> None:
    for clear in (lambda: clear_abandoned(place), clear_noted):
        unfinished = unfinished_name(place)
        unfinished.mkdir()
        os.utime(unfinished, (0, 0))  # long before this process started
        clear()
        assert names(place) == names(notes) == []


def test_what_is_on_a_disk_that_is_away_is_remembered(place: Path, notes: Path) -> None:
    unfinished = unfinished_name(place)
    unfinished.mkdir()
    died(unfinished)
    away = place.rename(place.with_name("away"))
    clear_noted()
    assert len(names(notes)) == 1
    away.rename(place)
    clear_noted()
    assert names(place) == names(notes) == []


def test_notes_of_nothing_are_forgotten_and_what_is_no_note_stays(place: Path, notes: Path) -> None:
    for content in (os.fsencode(place), b"", b"relative", b"\0"):
        unfinished = unfinished_name(place)
        unfinished.touch()
        died(unfinished).unlink()
        next(notes.glob(f"*-{NOBODY}-{unfinished.name[-8:]}")).write_bytes(content)
    (notes / "mine.txt").write_bytes(os.fsencode(place))
    clear_noted()
    assert names(notes) == ["mine.txt"]
    assert place.is_dir()


@pytest.mark.parametrize("state", ["file", "nowhere"])
def test_without_a_state_folder_everything_works(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HEARWHY_STATE", str(tmp_path / "file" / "x") if state == "file" else "~/x")
    monkeypatch.chdir(tmp_path)
    clear_noted()
    write(place / "results", "new")
    with replacing(place / "file.txt") as temporary:
        temporary.touch()
    assert names(place) == ["file.txt", "results"]
    assert not (tmp_path / "~").exists()
    assert (notes_folder() is None) == (state == "nowhere")


def test_files_that_a_killed_process_replaced_come_back_where_they_are_missing(
    place: Path, notes: Path
) -> None:
    unfinished = unfinished_name(place)
    for folder in ("added", "replaced"):
        (unfinished / folder).mkdir(parents=True)
    (unfinished / "replaced" / "one").write_text("old")
    (unfinished / "replaced" / "two").write_text("old")
    (place / "two").write_text("new")
    died(unfinished)
    clear_noted()
    assert texts(place) == ["old", "new"] and names(place) == ["one", "two"]
