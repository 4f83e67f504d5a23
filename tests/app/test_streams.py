"""What commands print arrives readably in every encoding."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from rich.console import Console

from app.streams import mend_streams

ROOT = Path(__file__).parents[2]
SAID = "“nö” – 3 × 4 … → λ ≥ 0.1 ███\N{NO-BREAK SPACE}%"
IN_ASCII = '"n\\xf6" - 3 x 4 ... -> lambda >= 0.1 ### %'


def printed(encoding: str, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """What comes of it by Python, by typer, and by rich; in a stream of that encoding."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="strict", newline="\n")
    monkeypatch.setattr(sys, "stdout", stream)
    mend_streams()
    print(SAID)
    typer.echo(SAID)
    Console(highlight=False, width=100).print(SAID)
    stream.flush()
    return raw.getvalue()


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", SAID),
        ("ascii", IN_ASCII),
        ("cp1252", "“nö” – 3 × 4 … -> lambda >= 0.1 ###\N{NO-BREAK SPACE}%"),
        ("latin-1", '"nö" - 3 × 4 ... -> lambda >= 0.1 ###\N{NO-BREAK SPACE}%'),
        ("cp437", '"nö" - 3 x 4 ... -> lambda ≥ 0.1 ███\N{NO-BREAK SPACE}%'),
    ],
)
def test_what_an_encoding_lacks_is_written_by_what_is_nearest(
    encoding: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = printed(encoding, monkeypatch).decode(encoding)
    assert text == f"{expected}\n" * 3


def test_a_name_that_is_no_text_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(sys, "stderr", stream)
    mend_streams()
    typer.echo(os.fsdecode(b"caf\xe9.wav"), err=True)
    stream.flush()
    assert stream.buffer.getvalue() == b"caf\\udce9.wav\n"  # type: ignore[attr-defined]


def test_a_program_without_streams_gets_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    mend_streams()
    print("nobody reads this")
    sys.stdout.close()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_every_command_can_be_printed(encoding: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": f"{encoding}:strict"}
    for arguments in (["--help"], ["explain", "nö.wav"]):
        done = subprocess.run(
            [sys.executable, "main.py", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            check=False,
        )
        text = (done.stdout + done.stderr).decode(encoding)
        assert "Traceback" not in text
        assert ("There is no file" in text) == (arguments[0] == "explain")
