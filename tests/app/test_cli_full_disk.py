"""A full disk: one sentence, no success, and nothing half-written, whatever was being written."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from app.cli import run
from tests.app.conftest import Cli, Outcome, write_sound
from tests.core.concepts.towers import write_small_tower
from tests.full_disk import full_disk
from tests.models import SmallModels

ROOT = Path(__file__).parents[2]
FULL = Path("/dev/full")  # takes nothing, as a full disk does
QUICK = ("--method", "random", "--random-masks", 0)

pytestmark = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


@pytest.fixture
def full_output(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Cli]:
    """The command line, whose standard output is on a full disk."""

    def call(*arguments: object) -> Outcome:
        output = FULL.open("w", encoding="utf-8")
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", output)
            code = run([str(argument) for argument in arguments])
        with suppress(OSError):
            output.close()
        streams = capsys.readouterr()
        return Outcome(code, streams.out, streams.err)

    return call


@pytest.fixture(scope="module")
def tower(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_tower(tmp_path_factory.mktemp("towers") / "small-tower")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A few clips of each class of the small head, some of them held out."""
    for label in ("yes", "no", "silence"):
        for number in range(6):
            write_sound(tmp_path / "data" / label / f"{number}.wav", 1.0)
    return tmp_path / "data"


def test_what_a_command_prints(
    full_output: Cli,
    small_models: SmallModels,
    bundled: Path,
    tower: Path,
    word: Path,
    data: Path,
    tmp_path: Path,
) -> None:
    explaining = [word, *small_models.options, *QUICK, "--out", tmp_path / "out"]
    embedder = ["--embedder", tower, "--device", "cpu"]
    for arguments in (
        ["explain", *explaining],
        ["explain", *explaining, "--json"],
        ["concepts", word, *embedder],
        ["concepts", word, *embedder, "--json"],
        ["evaluate", data, *small_models.options],
        ["evaluate", data, *small_models.options, "--json"],
        ["models"],
        ["models", "--json"],
        ["vocabularies", "list"],
        ["train", "concept-head", data, "--embedder", tower, "--out", tmp_path / "head"],
    ):
        sentence = full_output(*arguments).sentence
        assert sentence.startswith("The output could not be written (No space left"), arguments


def test_help_and_the_rest_of_the_output_in_a_process_of_its_own(word: Path) -> None:
    for arguments in (["--help"], ["vocabularies", "list", "--json"]):
        with FULL.open("w") as output:
            done = subprocess.run(
                [sys.executable, "main.py", *arguments],
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.PIPE,
                text=True,
            )
        assert done.returncode not in (0, 120)
        assert done.stderr.count("\n") == 1
        assert done.stderr.startswith("The output could not be written (No space left")


def test_what_is_left_in_the_output_at_the_end_is_told() -> None:
    code = (
        "import sys, main, app.cli\n"
        "app.cli.run = lambda *_: sys.stdout.write('a line') and 0\n"
        "main.main()\n"
    )
    with FULL.open("w") as output:
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        )
    assert done.returncode == 1
    assert done.stderr == "The output could not be written (No space left on device).\n"


def test_a_full_disk_ends_the_work_on_many_files(explain: Cli, word: Path, tmp_path: Path) -> None:
    for number in range(3):
        shutil.copy(word, word.with_name(f"{number}.wav"))
    with full_disk(2_000):
        done = explain(word.parent, *QUICK)
    assert "could not be written" in done.sentence
    assert not (tmp_path / "out").exists()


def test_a_vocabulary(cli: Cli, tower: Path, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("rain\nwind\n")
    asked = ["vocabularies", "build", tmp_path / "words.txt", "--embedder", tower]
    with full_disk(100):
        done = cli(*asked, "--out", tmp_path / "new" / "mine")
    assert "mine” could not be written" in done.sentence
    assert not (tmp_path / "new").exists()


def test_self_test(cli: Cli, small_bundle: Path, tmp_path: Path) -> None:
    with full_disk(2_000):
        done = cli("self-test", "--out", tmp_path / "out")
    assert done.code == 1
    (record,) = done.records
    assert any("could not be written" in problem for problem in record["problems"])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_whatever_else_is_written(cli: Cli, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def full(*_: object) -> None:
        raise OSError(number, os.strerror(number), "/tmp/somewhere")

    monkeypatch.setattr("app.cli._inventory.model_states", full)
    sentence = cli("models").sentence
    assert sentence.startswith(f"“/tmp/somewhere” could not be written ({os.strerror(number)});")


def test_what_is_no_full_disk_stays_a_defect(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("app.cli._inventory.model_states", broken)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        cli("models")
