from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import ExportError
from core.folder_kinds import FolderKind
from core.folders import adding_files, replacing_folder, require_writable

FILES = ("one", "two", "what.json")
KIND = FolderKind("a result", "what.json", "test.result", frozenset({*FILES, "three"}))


def write(folder: Path, text: str) -> None:
    with replacing_folder(folder, KIND) as new:
        for name in FILES:
            (new / name).write_text(text)
        (new / KIND.manifest).write_text('{"schema": "test.result/1"}')


def texts(folder: Path) -> list[str]:
    return [(folder / name).read_text() for name in FILES[:2]]


def test_a_folder_is_written_with_its_parents_and_nothing_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    write(folder, "new")
    assert texts(folder) == ["new", "new"]
    assert list(folder.parent.iterdir()) == [folder]


def test_a_folder_that_exists_is_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    write(folder, "old")
    (folder / "three").touch()
    write(folder, "new")
    assert texts(folder) == ["new", "new"]
    assert not (folder / "three").exists()
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("ending", [ValueError, KeyboardInterrupt])
def test_a_block_that_ends_early_leaves_the_old_folder(
    tmp_path: Path, ending: type[BaseException]
) -> None:
    folder = tmp_path / "results"
    write(folder, "old")
    with pytest.raises(ending), replacing_folder(folder, KIND) as new:
        (new / "one").write_text("new")
        raise ending
    assert texts(folder) == ["old", "old"]
    assert list(tmp_path.iterdir()) == [folder]


def test_an_end_between_the_two_renames_brings_the_old_folder_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "results"
    write(folder, "old")
    rename = Path.rename

    def stopping(path: Path, target: Path) -> Path:
        if path.name == "new":
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", stopping)
    with pytest.raises(KeyboardInterrupt):
        write(folder, "new")
    assert texts(folder) == ["old", "old"]
    assert list(tmp_path.iterdir()) == [folder]


# Replaces a folder in a child that is killed at its n-th call of the file system, for each n until
# a child gets through; prints what each left behind.
KILLED = """
import os, signal, sys
from pathlib import Path
from tests.core.test_folders import texts, write

top = Path(sys.argv[1])
WATCHED = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.scandir", "os.listdir")
for limit in range(1, 200):
    parent = top / str(limit)
    write(parent / "results", "old")
    child = os.fork()
    if not child:
        count = 0
        def strike(event, arguments):
            global count
            if event in WATCHED:
                count += 1
                if count == limit:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(strike)
        write(parent / "results", "new")
        os._exit(0)
    killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
    folder = parent / "results"
    found = texts(folder) if folder.exists() else []
    print(*found or ["nothing"], flush=True)
    if not killed:
        break
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs POSIX processes")
def test_a_kill_at_any_moment_leaves_a_whole_folder_or_none(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    outcomes = done.stdout.splitlines()
    assert set(outcomes) == {"old old", "nothing", "new new"}
    assert outcomes[-1] == "new new"
    # Between the two renames, while what was moved aside is looked at once more.
    assert outcomes == sorted(outcomes, key=["old old", "nothing", "new new"].index)
    assert outcomes.count("nothing") <= 3
    # The next write beside them finds the old folder again, and clears up.
    for number, outcome in enumerate(outcomes, start=1):
        parent = tmp_path / str(number)
        write(parent / "beside", "new")
        assert sorted(entry.name for entry in parent.iterdir()) == ["beside", "results"]
        kept = "new" if outcome.startswith("new") else "old"
        assert texts(parent / "results") == [kept, kept]


def test_a_place_below_a_file_is_no_place_for_results(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.touch()
    for place in (file, file / "results"):
        with pytest.raises(ExportError, match=r"notes\.txt” is a file"):
            require_writable(place)
    require_writable(tmp_path / "not" / "yet" / "there")
    assert not (tmp_path / "not").exists()


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere"
)
def test_a_place_that_may_not_be_written_to_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(ExportError, match="may not write"):
            require_writable(tmp_path / "results")
    finally:
        tmp_path.chmod(0o700)


def add(folder: Path, text: str, *, overwrite: bool = False) -> None:
    with adding_files(folder, overwrite=overwrite) as new:
        for name in FILES[:2]:
            (new / name).write_text(text)


def test_files_are_added_to_a_folder_and_to_one_that_is_made(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    add(tmp_path, "new")
    assert texts(tmp_path) == ["new", "new"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "one", "two"]
    add(tmp_path / "a" / "b", "new")
    assert texts(tmp_path / "a" / "b") == ["new", "new"]


def test_files_are_replaced_only_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "two").write_text("old")
    with pytest.raises(ExportError, match="“two” is already there"):
        add(tmp_path, "new")
    assert [path.name for path in tmp_path.iterdir()] == ["two"]
    assert (tmp_path / "two").read_text() == "old"
    add(tmp_path, "new", overwrite=True)
    assert texts(tmp_path) == ["new", "new"]
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("ending", [ValueError, KeyboardInterrupt])
def test_a_block_that_ends_early_adds_nothing(tmp_path: Path, ending: type[BaseException]) -> None:
    (tmp_path / "one").write_text("old")
    for folder in (tmp_path, tmp_path / "a" / "b"):
        with pytest.raises(ending), adding_files(folder, overwrite=True) as new:
            (new / "one").write_text("new")
            raise ending
    assert [path.name for path in tmp_path.iterdir()] == ["one"]
    assert (tmp_path / "one").read_text() == "old"


def test_when_a_file_cannot_be_moved_those_before_it_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one").write_text("old")
    rename = Path.rename

    def stopping(path: Path, target: Path) -> Path:
        if path.name == "two":
            raise PermissionError
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", stopping)
    with pytest.raises(ExportError, match="could not be written"):
        add(tmp_path, "new", overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["one"]
    assert (tmp_path / "one").read_text() == "old"


def test_a_folder_of_the_name_of_a_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "two" / "inside").mkdir(parents=True)
    with pytest.raises(ExportError, match="“two” is already there"):
        add(tmp_path, "new", overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["two"]
    assert (tmp_path / "two" / "inside").is_dir()
