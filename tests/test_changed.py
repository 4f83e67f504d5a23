"""What is run for a change: the files that differ, and the tests nearest to them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import grimp
import pytest

from tests.changed import Deadline, changed_files, module_of, nearest_tests


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("core", "app", "ui", "tests", cache_dir=None)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with two files."""
    if shutil.which("git") is None:
        pytest.skip("needs git")
    for name in ("kept.py", "edited.py", "deleted.py", "notes.txt"):
        (tmp_path / name).write_text("before\n")
    commit = ["-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-q", "-m", "one"]
    for words in (["init", "-q"], ["add", "."], commit):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True)
    return tmp_path


def test_edited_and_new_files_are_changed_and_deleted_ones_are_not_there(checkout: Path) -> None:
    assert changed_files("HEAD", checkout) == []
    (checkout / "edited.py").write_text("after\n")
    (checkout / "notes.txt").write_text("after\n")
    (checkout / "new file.py").write_text("new\n")
    (checkout / "deleted.py").unlink()
    assert changed_files("HEAD", checkout) == [Path("edited.py"), Path("new file.py")]


def test_a_file_has_a_module() -> None:
    assert module_of(Path("core/live/listener.py")) == "core.live.listener"
    assert module_of(Path("core/fills/__init__.py")) == "core.fills"


def test_the_tests_named_like_a_file_come_before_those_that_use_it(
    graph: grimp.ImportGraph,
) -> None:
    found = nearest_tests([Path("core/prepare.py")], graph)
    assert found[0] == Path("tests/core/test_prepare.py")
    users = {f"{path.with_suffix('')}".replace("/", ".") for path in found}
    assert users <= graph.find_modules_that_directly_import("core.prepare")


def test_a_changed_test_comes_first(graph: grimp.ImportGraph) -> None:
    changed = [Path("core/masking.py"), Path("tests/ui/test_keys.py")]
    found = nearest_tests(changed, graph)
    assert found[:2] == [Path("tests/ui/test_keys.py"), Path("tests/core/test_masking.py")]


def test_what_no_test_uses_has_none(graph: grimp.ImportGraph) -> None:
    assert nearest_tests([Path("pyinstaller.py")], graph) == []


def test_no_test_begins_when_the_time_is_up(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"test_{number}.py").write_text("def test_it():\n    pass\n")
    ended = []

    class Ended:
        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if report.when == "call":
                ended.append(report.nodeid)

    files = [str(file) for file in sorted(tmp_path.iterdir())]
    options = ["-q", "-p", "no:cacheprovider", f"--rootdir={tmp_path}", "-c", os.devnull]
    pytest.main([*options, *files], plugins=[Deadline(0.0), Ended()])
    assert len(ended) == 1
