"""The command line. Each public module here is one command; adding one is one new file.

A command's module has a function `register(cli)` that adds it. It is imported for `--help`, so it
must import nothing that takes long: no numpy, no torch, nothing of `core` but its errors. What a
command needs it imports when it runs.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from shutil import get_terminal_size

import typer
import typer.core
import typer.main

from app.cli._decimals import with_points
from app.cli._telling import tell
from app.startup import OpenWindow
from core.disk import is_full
from core.errors import Cancelled, CoreError
from core.registry import plugin_modules
from core.workspaces import clear_noted

WINDOW = "window"  # what is meant without a command
BOXES_FROM = 70  # characters
INTERRUPTED = 130  # what shells expect after Ctrl+C: 128 + SIGINT


def build() -> typer.Typer:
    """The command line with every command there is."""
    cli = typer.Typer(
        name="hearwhy",
        help="Hear which parts of a sound made a classifier decide as it did.",
        epilog="With no command, or only files: open the window with them, or with a sample.",
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        # Its boxes cut options off on a terminal that is narrower.
        rich_markup_mode="rich" if get_terminal_size().columns >= BOXES_FROM else None,
    )
    for name in plugin_modules(sys.modules[__name__]):
        importlib.import_module(name).register(cli)
    return cli


def run(arguments: Sequence[str], open_window: OpenWindow | None = None) -> int:
    """Run one command line and return its exit status.

    open_window: what `window` calls; None where there shall be none.
    0: done; 2: a foreseen error, whose one sentence is on stderr, or a wrong option; 130: stopped
    by Ctrl+C.
    """
    commands = typer.main.get_group(build())
    if names_no_command(arguments, commands):
        arguments = [WINDOW, *arguments]
    if arguments[0] != WINDOW:  # which does that once it is shown
        clear_noted()
    try:
        commands.main(with_points(arguments, commands), prog_name="hearwhy", obj=open_window)
    except Cancelled:
        return INTERRUPTED
    except CoreError as error:
        tell(error, err=True)
        return 2
    except OSError as error:
        if not is_full(error):
            raise
        tell(_no_room(error), err=True)
        return 2
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    return 0


def _no_room(error: OSError) -> str:
    """The sentence for a full disk: of a file, or of standard output, which has no name."""
    what = f"“{error.filename}”" if error.filename else "The output"
    return f"{what} could not be written ({error.strerror}); free some room where it goes."


def names_no_command(arguments: Sequence[str], commands: typer.core.TyperGroup) -> bool:
    """Whether the first word is missing, an option of the window, or a file.

    A mistyped command is no file: that has a suffix or a folder, or is there.
    """
    if not arguments:
        return True
    first = arguments[0]
    if first.startswith("-"):
        known = {option for each in commands.commands[WINDOW].params for option in each.opts}
        return first.partition("=")[0] in known
    path = Path(first)
    return first not in commands.commands and (
        path.exists() or bool(path.suffix) or len(path.parts) > 1
    )
