"""What README and documentation show can be typed as it stands."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer.core
import typer.main

from app.cli import WINDOW, build, names_no_command, run
from core.samples import samples_folder
from tests.examples import Example, command_lines, programs

COMMANDS = typer.main.get_group(build())
LINES = command_lines(set(COMMANDS.commands))
RUN = ("", "explain", "concepts", "models")  # "" is `--help`
NOT_RUN = {  # but their options are checked
    WINDOW: "opens a window",
    "models download": "asks the network",
    "train codec": "learns for minutes, from clips that are not here",
    "train head": "learns for minutes, from clips that are not here",
    "train concepts": "learns for minutes, from clips that are not here",
    "figures": "measures for minutes, on clips that are not here",
    "vocabularies build": "embeds some hundred words",
    "vocabularies bench": "measures for a minute",
}
OF_OTHERS = {  # options of programs that are no part of HearWhy
    "--keywords-for-training": "resources/samples/make_samples.py",
    "--speech-for-training": "resources/samples/make_samples.py",
}


def resolved(arguments: tuple[str, ...]) -> tuple[str, Any, list[str]]:
    """Name of a command, the command itself, and what follows it."""
    command: Any = COMMANDS
    names: list[str] = []
    words = list(arguments)
    if words[:1] != ["--help"] and names_no_command(words, COMMANDS):
        words = [WINDOW, *words]
    while isinstance(command, typer.core.TyperGroup) and words and words[0] in command.commands:
        names.append(words[0])
        command = command.commands[words.pop(0)]
    return " ".join(names), command, words


def options_of(command: Any) -> set[str]:
    """The options of a command and of those below it."""
    own = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    below = getattr(command, "commands", {}).values()
    return own.union({"--help"}, *map(options_of, below))


@pytest.fixture
def among_sounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str]], None]:
    """Go where the sound files lie that an example speaks of."""

    def go(words: list[str]) -> None:
        monkeypatch.chdir(tmp_path)
        for word in words:
            name = word.strip("\"'(),")
            if Path(name).suffix in (".wav", ".flac"):
                shutil.copy(samples_folder() / "yes.wav", tmp_path / name)

    return go


@pytest.mark.parametrize("example", programs(), ids=lambda example: example.place)
def test_a_program_does_what_it_shows(
    example: Example,
    among_sounds: Callable[[list[str]], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    among_sounds(example.program.replace("(", " ").replace(")", " ").split())
    exec(compile(example.program, example.place, "exec"), {"__name__": "example"})
    assert capsys.readouterr().out.strip()


def test_ten_lines_explain_a_file() -> None:
    (program,) = (each.program for each in programs() if each.place == "core/__init__.py")
    assert "explain(" in program
    assert len([line for line in program.splitlines() if line.strip()]) <= 10


@pytest.mark.parametrize("example", LINES, ids=str)
def test_options_that_are_named_are_there(example: Example) -> None:
    _, command, rest = resolved(example.arguments)
    if example.complete:
        parser = command.make_parser(typer.Context(command))
        parser.parse_args(rest)  # raises for an option it does not have, or one without its value
        return
    # In a sentence an option may stand without its command, and without its value.
    command = COMMANDS if example.arguments[:1] == tuple(rest[:1]) else command
    named = {word.partition("=")[0] for word in rest if word.startswith("--")}
    assert named <= options_of(command) | set(OF_OTHERS)


@pytest.mark.parametrize("example", [line for line in LINES if line.complete], ids=str)
def test_a_command_line_can_be_typed_as_it_stands(
    example: Example,
    among_sounds: Callable[[list[str]], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    name, _, _ = resolved(example.arguments)
    if name in NOT_RUN:
        return
    assert name in RUN
    among_sounds(list(example.arguments))
    assert run(example.arguments) == 0
    assert capsys.readouterr().out.strip()


def test_what_is_not_run_is_shown_somewhere() -> None:
    shown = {resolved(line.arguments)[0] for line in LINES if line.complete}
    assert set(NOT_RUN) <= shown
    named = {word for line in LINES for word in line.arguments}
    assert set(OF_OTHERS) <= named
