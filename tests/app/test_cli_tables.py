from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable

import pytest
import typer.main
from rich.table import Table

from app.cli import build, run
from app.cli._inventory import plugin_records
from app.cli._tables import output, show
from app.cli.models import _public_models

ALIKE = ["laion/clap-htsat-unfused", "laion/clap-htsat-fused", "laion/clap-htsat-unfused2"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Callable[[int | None, Callable[[], object]], str]:
    """What work prints on a terminal of that width or, without one, into a pipe."""

    def print_on(width: int | None, work: Callable[[], object]) -> str:
        stream = io.StringIO() if width is None else Terminal()
        monkeypatch.setattr(sys, "stdout", stream)
        monkeypatch.setenv("COLUMNS", str(width or 40))
        monkeypatch.setenv("TERM", "xterm")
        work()
        return re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())

    return print_on


Printed = Callable[[int | None, Callable[[], object]], str]


def column(table: str, number: int = 0) -> str:
    """The texts of a column, one after the other, without line breaks."""
    rows = [re.split("[│┃|]", line) for line in table.splitlines()]
    return "".join(row[1 + number].strip() for row in rows if len(row) > 2)


def models_of_one_name() -> None:
    table = Table("Id", "Family", "What it is", "Licence")
    for name in ALIKE:
        table.add_row(name, "clap", "a model of sounds and sentences in a space", "0.123456789")
    show(table)


@pytest.mark.parametrize("width", [40, 60, 80, 160])
def test_a_cell_that_is_too_narrow_goes_on_in_the_next_line(printed: Printed, width: int) -> None:
    text = printed(width, models_of_one_name)
    assert "…" not in text
    assert column(text) == "".join(["Id", *ALIKE])
    assert column(text, 3) == "Licence" + 3 * "0.123456789"
    assert max(map(len, text.splitlines())) <= width


def test_ids_stay_in_one_line_where_there_is_room(printed: Printed) -> None:
    for name in ALIKE:
        assert f" {name} " in printed(80, models_of_one_name)


@pytest.mark.parametrize("width", [40, 80, None])
def test_every_model_and_plugin_is_listed_by_its_whole_id(
    printed: Printed, width: int | None, small_bundle: object
) -> None:
    text = column(printed(width, lambda: run(["models"])))
    ids = [entry["id"] for entries in plugin_records().values() for entry in entries]
    for each in [*_public_models(), *ids, "keywords-12"]:
        assert each in text


def test_brackets_and_colons_are_no_markup(printed: Printed) -> None:
    def odd() -> None:
        table = Table("set")
        table.add_row("[bold]yes[/bold] :smile:")
        show(table)

    assert column(printed(None, odd)) == "set[bold]yes[/bold] :smile:"


def test_tables_are_wide_in_a_pipe(printed: Printed) -> None:
    assert printed(None, lambda: print(output().width)) == "160\n"
    assert printed(50, lambda: print(output().width)) == "50\n"


@pytest.mark.parametrize("width", [40, 70])
def test_help_names_every_option_whole(printed: Printed, width: int) -> None:
    for name, command in typer.main.get_group(build()).commands.items():
        text = printed(width, lambda name=name: run([name, "--help"]))
        for option in command.params:
            for word in option.opts:
                if word.startswith("-") and not getattr(option, "hidden", False):
                    assert re.search(rf"{word}(?![\w-])", text), (name, word)
