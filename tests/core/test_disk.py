"""What is written lies on the disk before it gets its name, and the name before it counts."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from core.disk import sync
from core.errors import ExportError
from core.files import replacing
from core.folders import adding_files
from tests.core.test_folders import FILES, write

POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows brings no folders to the disk")


class Log:
    """What was brought to the disk and what was renamed, in order."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.events: list[tuple[str, str]] = []
        fsync, replace, path_rename = os.fsync, os.replace, Path.rename

        def synced(number: int) -> None:
            self.events.append(("sync", Path(f"/proc/self/fd/{number}").resolve().name))
            fsync(number)

        def renamed(path: Path, target: Path) -> Path:
            self.events.append(("rename", Path(target).name))
            return path_rename(path, target)

        def replaced(source: Path, target: Path) -> None:
            self.events.append(("rename", Path(target).name))
            replace(source, target)

        patch.setattr(os, "fsync", synced)
        patch.setattr(os, "replace", replaced)
        patch.setattr(Path, "rename", renamed)


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    if not Path("/proc/self/fd").exists():
        pytest.skip("needs /proc to tell files by their numbers")
    monkeypatch.setenv("HEARWHY_STATE", "nowhere")  # notes are brought to the disk as well
    return Log(monkeypatch)


def after(events: list[tuple[str, str]], *wanted: tuple[str, str]) -> bool:
    """Whether the wanted ones happened in this order."""
    left = iter(events)
    return all(event in left for event in wanted)


def test_a_file_is_on_the_disk_before_and_its_name_after_the_rename(
    tmp_path: Path, log: Log
) -> None:
    path = tmp_path / "result.json"
    with replacing(path) as temporary:
        temporary.write_text("new")
    wanted = [("sync", temporary.name), ("rename", path.name), ("sync", tmp_path.name)]
    assert after(log.events, *wanted)


def test_what_can_be_made_again_does_not_wait_for_the_disk(tmp_path: Path, log: Log) -> None:
    with replacing(tmp_path / "cache.npz", lasting=False) as temporary:
        temporary.write_text("new")
    assert ("sync", temporary.name) not in log.events


def test_a_folder_is_on_the_disk_with_all_in_it_before_it_has_its_name(
    tmp_path: Path, log: Log
) -> None:
    folder = tmp_path / "results"
    write(folder, "old")
    log.events.clear()
    write(folder, "new")
    for file in FILES:
        renamed = [("rename", "results"), ("rename", "results")]
        assert after(log.events, ("sync", file), ("sync", "new"), *renamed, ("sync", tmp_path.name))


def test_added_files_are_on_the_disk_before_they_have_their_names(tmp_path: Path, log: Log) -> None:
    with adding_files(tmp_path) as new:
        for file in FILES:
            with replacing(new / file) as temporary:
                temporary.write_text("new")
    first = next(n for n, event in enumerate(log.events) if event == ("sync", "added"))
    before, later = log.events[:first], log.events[first:]
    synced = [name for what, name in before if what == "sync"]
    assert sorted(synced) == sorted(FILES)  # each once, however it was written
    assert after(later, *(("rename", file) for file in sorted(FILES)), ("sync", tmp_path.name))


@POSIX
@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP])
def test_a_file_system_that_cannot_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def cannot(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", cannot)
    sync(tmp_path)
    write(tmp_path / "results", "new")
    assert (tmp_path / "results" / "one").read_text() == "new"


@POSIX
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_disk_that_turns_out_to_be_full_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Some disks, of other computers above all, tell it only then."""
    write(tmp_path / "results", "old")
    (tmp_path / "file").write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportError, match=r"results” could not be written"):
        write(tmp_path / "results", "new")
    with (
        pytest.raises(ExportError, match=os.strerror(number)),
        replacing(tmp_path / "file") as temporary,
    ):
        temporary.write_text("new")
    assert (tmp_path / "results" / "one").read_text() == "old"
    assert (tmp_path / "file").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "results"]
