"""The command line as a process of its own: what it loads, and how it ends."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import soundfile

from core.export import FILES
from tests.app.conftest import write_sound
from tests.models import SmallModels
from tests.unfinished import leave_unfinished

ROOT = Path(__file__).parents[2]
POSIX = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")


def python(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, **options)  # type: ignore[call-overload,no-any-return]


def test_help_loads_neither_torch_nor_numpy() -> None:
    code = (
        "import sys; from app.cli import run; code = run(sys.argv[1:])\n"
        "sys.exit(code or any(name in sys.modules for name in ('torch', 'numpy')))"
    )
    for arguments in (["--help"], ["explain", "--help"]):
        done = python("-c", code, *arguments)
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("name", "ours", "theirs"),
    [("OMP_WAIT_POLICY", "passive", "active"), ("OPENBLAS_NUM_THREADS", "1", "2")],
)
def test_threads_do_not_wait_in_loops_unless_told_otherwise(
    name: str, ours: str, theirs: str
) -> None:
    code = (
        "import os, sys, main\nsys.argv = ['hearwhy', '--help']\n"
        f"try: main.main()\nfinally: print(os.environ[{name!r}], file=sys.stderr)"
    )
    others = {other: value for other, value in os.environ.items() if other != name}
    assert python("-c", code, env=others).stderr == f"{ours}\n"
    assert python("-c", code, env={**others, name: theirs}).stderr == f"{theirs}\n"


def test_main_prints_the_sentence_of_a_bad_file_and_nothing_else(tmp_path: Path) -> None:
    done = python("main.py", "explain", tmp_path / "nowhere.wav", "--out", tmp_path / "out")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "nowhere.wav" in done.stderr


def test_a_command_takes_away_what_a_killed_run_left_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARWHY_STATE", str(tmp_path / "state"))
    left = leave_unfinished(tmp_path)
    python("main.py", "explain", tmp_path / "nowhere.wav")
    assert not left.exists()
    assert list((tmp_path / "state" / "unfinished").iterdir()) == []


@POSIX
def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [sys.executable, "main.py", "explain", "--help"],
            cwd=ROOT,
            stdout=write,
            stderr=subprocess.PIPE,
        )
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    for number in range(40):
        write_sound(folder / f"clip {number:02}.wav", 0.5 + number / 100)
    return folder


@contextmanager
def explaining(
    clips: Path, out: Path, models: SmallModels
) -> Iterator[tuple[subprocess.Popen[str], Iterator[str]]]:
    """A process that explains all clips, once it has done the first."""
    command = [sys.executable, "main.py", "explain", str(clips), "--out", str(out)]
    quick = ["--method", "saliency", "--random-masks", "0", "--json"]
    process = subprocess.Popen(
        [*command, *quick, *models.options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        first = process.stdout.readline()
        assert first, process.communicate()
        yield process, iter(process.stdout.readline, "")
    finally:
        process.kill()
        process.communicate()


def check_complete(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    record = json.loads((folder / "explanation.json").read_bytes())
    assert record["clip"] == folder.name
    assert (folder / "spectrograms.png").read_bytes().endswith(b"IEND\xaeB`\x82")
    lengths = {soundfile.info(folder / name).frames for name in FILES if name.endswith(".wav")}
    assert lengths == {16_000}


@POSIX
def test_a_kill_at_any_moment_leaves_complete_folders_only(
    clips: Path, small_models: SmallModels, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    moments = random.Random(0)
    for _ in range(3):  # into the same folder: what the last kill left is cleared by the next run
        with explaining(clips, out, small_models) as (process, lines):
            for _ in range(moments.randrange(3)):
                next(lines)
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(timeout=moments.uniform(0.0, 0.5))
        assert process.returncode == -signal.SIGKILL
        folders = [path for path in out.iterdir() if not path.name.startswith(".")]
        assert 0 < len(folders) < 40
        for folder in folders:
            check_complete(folder)
        assert len(list(out.glob(".hearwhy-*"))) <= 1


@POSIX
def test_ctrl_c_ends_with_130_and_complete_folders(
    clips: Path, small_models: SmallModels, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with explaining(clips, out, small_models) as (process, lines):
        process.send_signal(signal.SIGINT)
        rest = list(lines)
        assert process.wait(timeout=60) == 130
        assert process.stderr is not None
        assert process.stderr.read() == ""
    folders = list(out.iterdir())
    # What was reported is there, and at most one more that was just being written.
    assert 1 + len(rest) <= len(folders) <= 2 + len(rest) < 40
    for folder in folders:
        check_complete(folder)
