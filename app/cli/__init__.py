"""The command line. Each public module here is one command; adding one is one new file.

A command's module has a function `register(cli)` that adds it. It is imported for `--help`, so it
must import nothing that takes long: no numpy, no torch, nothing of `core` but its errors. What a
command needs it imports when it runs.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

import typer
import typer.main

from core.errors import Cancelled, CoreError
from core.registry import plugin_modules

INTERRUPTED = 130  # what shells expect after Ctrl+C: 128 + SIGINT


def build() -> typer.Typer:
    """The command line with every command there is."""
    cli = typer.Typer(
        name="hearwhy",
        help="Hear which parts of a sound made a classifier decide as it did.",
        epilog="With no command, or only a file: explain it (or a sample) into ./explanations.",
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    for name in plugin_modules(sys.modules[__name__]):
        importlib.import_module(name).register(cli)
    return cli


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit status.

    0: done; 2: a foreseen error, whose one sentence is on stderr, or a wrong option; 130: stopped
    by Ctrl+C.
    """
    commands = typer.main.get_group(build())
    try:
        if _names_no_command(arguments, commands.commands):
            from app.cli._first_listen import first_listen

            return first_listen(*map(Path, arguments))
        commands.main(list(arguments), prog_name="hearwhy")
    except Cancelled:
        return INTERRUPTED
    except CoreError as error:
        typer.echo(error, err=True)
        return 2
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    return 0


def _names_no_command(arguments: Sequence[str], commands: Collection[str]) -> bool:
    """Whether there is nothing, or one thing that is a file rather than a mistyped command."""
    if not arguments:
        return True
    if len(arguments) > 1 or arguments[0].startswith("-") or arguments[0] in commands:
        return False
    path = Path(arguments[0])
    return path.exists() or bool(path.suffix) or len(path.parts) > 1
