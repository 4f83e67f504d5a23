"""The log file, and what a process leaves that dies in C code."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.log import KEPT, LARGEST, LOG_NAME, RunLog

ROOT = Path(__file__).parents[2]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[RunLog]:
    log = RunLog(tmp_path / "logs")
    yield log
    log.close()


def crash(folder: Path) -> int:
    """A process that logs, and dies. Returns its number."""
    code = (
        "import ctypes, os, sys; from pathlib import Path; from app.log import RunLog\n"
        "print(os.getpid(), flush=True); RunLog(Path(sys.argv[1])); ctypes.string_at(0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode != 0
    return int(done.stdout)


def test_what_is_logged_stands_in_the_file_with_time_and_level(
    opened: RunLog, tmp_path: Path
) -> None:
    logging.getLogger("app.anything").info("it was “so”")
    text = (tmp_path / "logs" / LOG_NAME).read_text(encoding="utf-8")
    assert "INFO MainThread app.anything: it was “so”" in text
    assert "torch 2." in text.splitlines()[0]


def test_names_that_are_no_text_are_logged(opened: RunLog, tmp_path: Path) -> None:
    logging.getLogger("app.anything").info("caf\udce9.wav")
    text = (tmp_path / "logs" / LOG_NAME).read_text(encoding="utf-8")
    assert r"caf\udce9.wav" in text


def test_the_files_stay_small(opened: RunLog, tmp_path: Path) -> None:
    for _ in range(60):
        logging.getLogger("app").error("x" * 100_000)
    sizes = [file.stat().st_size for file in (tmp_path / "logs").glob(f"{LOG_NAME}*")]
    assert len(sizes) == 1 + KEPT
    assert max(sizes) <= LARGEST


def test_after_closing_nothing_is_written_and_no_crash_file_is_left(tmp_path: Path) -> None:
    log = RunLog(tmp_path)
    log.close()
    log.close()
    size = (tmp_path / LOG_NAME).stat().st_size
    logging.getLogger("app").error("too late")
    assert (tmp_path / LOG_NAME).stat().st_size == size
    assert [file.name for file in tmp_path.iterdir()] == [LOG_NAME]


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    log = RunLog(tmp_path / "file" / "logs")
    assert log.problem is not None
    assert "logs" in log.problem
    log.close()


def test_a_crash_is_told_at_the_next_start_and_once(tmp_path: Path) -> None:
    number = crash(tmp_path)
    assert (tmp_path / f"crash-{number}.log").is_file()
    log = RunLog(tmp_path)
    assert "Segmentation fault" in log.last_crash or "access violation" in log.last_crash
    assert "Segmentation fault" in (tmp_path / LOG_NAME).read_text() or os.name == "nt"
    log.close()
    again = RunLog(tmp_path)
    assert again.last_crash == ""
    again.close()


def test_a_process_that_still_runs_has_not_crashed(tmp_path: Path) -> None:
    living = tmp_path / f"crash-{os.getppid()}.log"
    living.write_text("")
    log = RunLog(tmp_path)
    assert log.last_crash == ""
    assert living.exists()
    log.close()
