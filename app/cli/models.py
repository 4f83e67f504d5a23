"""`models`: what can be chosen, where it comes from, and whether it loads."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from app.cli._inventory import ModelState


def register(cli: typer.Typer) -> None:
    cli.command("models")(models)


def models(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List codecs, classifiers, methods and fills, and say whether each model loads."""
    from app.cli._inventory import model_states, plugin_records
    from app.cli._progress import output, progress
    from core.record import json_line

    with redirect_stdout(sys.stderr), progress("Trying each model"):
        states = model_states()
    plugins = plugin_records()
    if as_json:
        record = {"models": [state.record() for state in states], **plugins}
        typer.echo(json_line(record))
        return
    console = output()
    _show_models(console, "Codecs", [s for s in states if s.kind == "codec"])
    _show_models(console, "Classifiers", [s for s in states if s.kind == "classifier"])
    for name, entries in plugins.items():
        _show_plugins(console, name.capitalize(), entries)


def _show_models(console: Console, title: str, states: list[ModelState]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(
        "Id", "Family", "From", "What it is", "Licence", title=title, title_justify="left"
    )
    for state in states:
        about = Text(state.problem, "red") if state.problem else Text(_about(state))
        licence = Text(state.licence or "see its model card")
        table.add_row(Text(state.id), state.family or "–", state.source, about, licence)
    if states:
        console.print(table)
    else:
        console.print(f"{title}: none are installed.")


def _about(state: ModelState) -> str:
    facts = state.facts
    if state.kind == "codec":
        bands = f", {facts['bands']} bands" if facts["bands"] else ""
        cells = facts["latent_dim"] * facts["frame_rate"]
        return (
            f"{facts['latent_dim']} × {facts['frame_rate']:g} frames/s = {cells:,.0f} cells/s "
            f"at {facts['sample_rate']:,} Hz{bands}"
        )
    labels = ", ".join(facts["labels"])
    return f"{len(facts['labels'])} classes on {facts['codec']}: {labels}"


def _show_plugins(console: Console, title: str, entries: list[dict[str, str]]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("Id", "Name", "Source", title=title, title_justify="left")
    for entry in entries:
        table.add_row(Text(entry["id"]), Text(entry["label"]), Text(entry["reference"]))
    console.print(table)
