"""The examples in README, documentation and docstrings, taken out of the text around them."""

from __future__ import annotations

import inspect
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import core

ROOT = Path(__file__).resolve().parents[1]
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
INDENTED = re.compile(r"(?<=\n\n)((?: {4}[^\n]*\n|\n(?= {4}))+)")
INLINE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
ASSIGNMENT = re.compile(r"[A-Z_]+=.*")
SHELLS = ("sh", "powershell")


@dataclass(frozen=True, slots=True)
class Example:
    """A command line of HearWhy, or a program. place: where it stands.

    arguments: what follows `main.py`. complete: whether it is meant to be typed as it stands, and
    not a part of a sentence or a table.
    """

    place: str
    arguments: tuple[str, ...] = ()
    program: str = ""
    complete: bool = False

    def __str__(self) -> str:
        return f"{self.place}: {shlex.join(self.arguments) or 'main.py'}"


def documents() -> list[Path]:
    """Everything written about HearWhy."""
    return [
        *sorted(ROOT.glob("*.md")),
        *sorted((ROOT / "docs").glob("*.md")),
        *sorted((ROOT / "resources").rglob("*.md")),
    ]


def programs() -> list[Example]:
    """Every Python example."""
    found = [
        Example(path.relative_to(ROOT).as_posix(), program=code, complete=True)
        for path in documents()
        for language, code in FENCED.findall(_text(path))
        if language in ("python", "py")
    ]
    docstring = inspect.getdoc(core) or ""
    (code,) = INDENTED.findall(docstring)
    return [Example("core/__init__.py", program=inspect.cleandoc(code), complete=True), *found]


def command_lines(known: set[str]) -> list[Example]:
    """Every command line. known: names of commands, for those that stand without `main.py`."""
    return [example for path in documents() for example in _in_document(path, known)]


def _in_document(path: Path, known: set[str]) -> Iterator[Example]:
    place, text = path.relative_to(ROOT).as_posix(), _text(path)
    for language, code in FENCED.findall(text):
        if language in SHELLS:
            yield from _in_block(place, code.replace(".venv\\Scripts\\", ".venv/bin/"))
    rest = FENCED.sub("", text)
    for code in INDENTED.findall(rest):
        yield from _in_block(place, code)
    for code in INLINE.findall(rest):
        words = code.split()
        if words[0] in known or words[0].startswith("--"):
            yield Example(place, tuple(words))
        elif _starts_it(words):
            yield Example(place, _arguments(words))


def _in_block(place: str, code: str) -> Iterator[Example]:
    code = code.replace("\\\n", " ")
    for piece in re.split(r"&&|&|;|\n", code):
        try:
            words = shlex.split(piece, comments=True)
        except ValueError:  # no command, but a table or a formula
            continue
        if _starts_it(words):
            yield Example(place, _arguments(words), complete=True)


def _starts_it(words: list[str]) -> bool:
    """Whether a line runs HearWhy, be it by way of Python or after settings for one command."""
    before = [word for word in words if not ASSIGNMENT.fullmatch(word)]
    while before and Path(before[0]).name.startswith(("python", "py")):
        before = before[1:]
    return before[:1] == ["main.py"]


def _arguments(words: list[str]) -> tuple[str, ...]:
    return tuple(words[words.index("main.py") + 1 :])


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
