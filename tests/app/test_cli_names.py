"""Names of files that steer a terminal, are no text, or are the same in two folders."""

from __future__ import annotations

import csv
import json
import os
import shutil
import xml.etree.ElementTree
from html.parser import HTMLParser
from pathlib import Path

import pytest

from app.cli._tables import add_row, show
from core.file_names import as_text
from tests.app.conftest import Cli, Outcome, write_sound
from tests.core.concepts.towers import write_small_tower

pytestmark = pytest.mark.skipif(os.name == "nt", reason="such names do not exist here")

EVIL = "red\x1b[31m\nnext\u202egnp\t."
NO_TEXT = os.fsdecode(b"caf\xe9")
FORMATS = "wav,flac,png,svg,csv,labels,textgrid,html"


def named(tmp_path: Path, name: str) -> Path:
    """A sound of that name."""
    path = tmp_path / "clips" / f"{name}.wav"
    return write_sound(path.with_name("x.wav"), 0.5).rename(path)


def is_plain(done: Outcome, *, lines: int | None = None) -> bool:
    """Whether what was printed steers no terminal, and is as many lines as it should be."""
    text = done.out + done.err
    assert lines is None or text.count("\n") == lines
    return text.encode() is not None and text.replace("\n", "").isprintable()


@pytest.mark.parametrize("name", [EVIL, NO_TEXT])
def test_whatever_a_clip_is_called_every_format_is_written_and_valid(
    explain: Cli, tmp_path: Path, name: str
) -> None:
    clip = named(tmp_path, name)
    done = explain(clip, "--random-masks", 0, "--method", "random", "--formats", FORMATS)
    assert done.code == 0 and is_plain(done, lines=1)
    (folder,) = (tmp_path / "out").iterdir()
    assert folder.name.isprintable()
    record = json.loads((folder / "explanation.json").read_text(encoding="utf-8"))
    assert record["clip"] == as_text(name) and Path(record["file"]) == clip.resolve()
    for table in folder.glob("*.csv"):
        with table.open(encoding="utf-8", newline="") as file:
            assert len({len(row) for row in csv.reader(file)}) == 1
    xml.etree.ElementTree.parse(folder / "spectrograms.svg")
    assert "\x1b" not in (folder / "labels.txt").read_text(encoding="utf-8")
    assert "\x1b" not in (folder / "relevance.TextGrid").read_text(encoding="utf-8")
    page = (folder / "report.html").read_text(encoding="utf-8")
    HTMLParser().feed(page)
    assert "\x1b" not in page and "\u202e" not in page
    assert explain(clip, "--method", "random", "--json").records[0]["clip"] == as_text(name)


@pytest.mark.parametrize("name", [EVIL, NO_TEXT])
def test_a_bad_clip_is_named_on_one_line(explain: Cli, tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.wav").touch()
    done = explain(tmp_path / f"{name}.wav")
    assert "is empty" in done.sentence and is_plain(done, lines=1)


def test_two_files_of_one_name_are_told_apart(
    explain: Cli, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("A", "B"):
        write_sound(Path(folder) / "0400.wav", 0.005)  # too short to hear anything in it
    (Path("C")).mkdir()
    (Path("C") / "0400.wav").touch()
    done = explain("C", "--method", "random", "--random-masks", 0)
    assert f"“{Path('C', '0400.wav')}” is empty" in done.sentence
    tower = write_small_tower(tmp_path / "tower")
    done = cli("concepts", "A", "B", "C", "--embedder", tower)
    assert [line.partition("”")[0] for line in done.err.splitlines()] == [
        f"“{Path(folder, '0400.wav')}" for folder in "ABC"
    ]


def test_concepts_of_such_clips_are_lines_of_their_own(cli: Cli, tmp_path: Path) -> None:
    tower = write_small_tower(tmp_path / "tower")
    for name in (EVIL, NO_TEXT):
        clip = named(tmp_path, name)
        done = cli("concepts", clip, "--embedder", tower, "--at-most", 1)
        assert done.code == 0 and is_plain(done, lines=2)
    shutil.copytree(tmp_path / "clips", tmp_path / "data" / EVIL)
    shutil.copytree(tmp_path / "clips", tmp_path / "data" / NO_TEXT)
    done = cli("concepts", tmp_path / "data", "--embedder", tower)
    assert done.code == 0 and is_plain(done, lines=3)


def test_folders_of_models_and_of_results_may_be_called_so(
    cli: Cli, small_models: object, tmp_path: Path
) -> None:
    for name in (EVIL, NO_TEXT):
        (tmp_path / name).mkdir()
        done = cli("explain", named(tmp_path, "word"), "--classifier", tmp_path / name)
        assert is_plain(done, lines=1) and "is no model folder" in done.sentence
        done = cli("concepts", tmp_path / name, "--embedder", tmp_path / name)
        assert is_plain(done, lines=1) and done.sentence


def test_tables_show_names_as_they_are_but_for_what_steers(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("Id", "What")
    add_row(table, EVIL, Text(NO_TEXT, "red"))
    add_row(table, "[bold]x[/bold]", ":smile:")
    show(table)
    out = capsys.readouterr().out
    assert out.replace("\n", "").isprintable()
    assert "red�[31m�next�gnp�." in out and "caf�" in out
    assert "[bold]x[/bold]" in out and ":smile:" in out
