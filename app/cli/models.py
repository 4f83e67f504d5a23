"""`models`: what can be chosen, where it comes from, and whether it loads; fetching public ones."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli._telling import tell

if TYPE_CHECKING:
    from app.cli._inventory import ModelState


def register(cli: typer.Typer) -> None:
    group = typer.Typer(name="models", invoke_without_command=True)
    group.callback()(models)
    group.command("download")(download)
    cli.add_typer(group)


def models(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List codecs, classifiers, embedders and plug-ins, and say whether each model loads."""
    if context.invoked_subcommand is not None:
        return
    from app.cli._inventory import model_states, plugin_records
    from app.cli._progress import progress
    from core.record import json_line

    with redirect_stdout(sys.stderr), progress("Trying each model"):
        states = model_states()
    plugins = plugin_records()
    if as_json:
        record = {"models": [state.record() for state in states], **plugins}
        typer.echo(json_line(record))
        return
    _show_models("Codecs", [s for s in states if s.kind == "codec"])
    _show_models("Classifiers", [s for s in states if s.kind == "classifier"])
    _show_models("Embedders", [s for s in states if s.kind == "embedder"])
    for name, entries in plugins.items():
        _show_plugins(name.capitalize(), entries)


def download(
    model: Annotated[
        str, typer.Argument(metavar="ID", help="As `models` lists it, from “hub cache”.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Fetch a public model from the Hugging Face hub into its local cache.

    Only weights as safetensors and text files are fetched. What was stopped goes on when the
    command is given again.
    """
    from app.cli._progress import progress, stopping_on_interrupt
    from core.errors import Cancelled, unknown_id
    from core.hub_download import fetch, look_up, megabytes

    options = _public_models()
    if model not in options:
        raise unknown_id("public model", model, options)
    offer = look_up(model)
    if offer.complete:
        tell(f"{model} is here already: {offer.folder}")
        return
    licence = f", licence {offer.licence}" if offer.licence else ""
    rest = "" if offer.missing == offer.size else f" ({megabytes(offer.missing)} still to come)"
    size = f"{megabytes(offer.size)}{rest}"
    tell(f"{model}: {size} from {offer.site}{licence}, to {offer.folder}", err=True)
    if sys.stdin.isatty() and not yes and not typer.confirm("Download it?", err=True):
        return
    try:
        with stopping_on_interrupt() as cancel, progress("Downloading") as report:
            fetch(offer, report, cancel)
    except Cancelled:
        tell("Stopped; the same command goes on from here.", err=True)
        raise
    tell(f"{model} is in {offer.folder}; use it with {options[model]} {model}")


def _public_models() -> dict[str, str]:
    """Ids of public models that can be opened, and the option that takes them."""
    from core.codecs import CODEC_FAMILIES
    from core.concepts.embeddings import EMBEDDER_FAMILIES

    codecs = {hub_id: "--codec" for spec in CODEC_FAMILIES.specs() for hub_id in spec.hub_ids}
    embedders = {
        hub_id: "--embedder" for spec in EMBEDDER_FAMILIES.specs() for hub_id in spec.hub_ids
    }
    return codecs | embedders


def _show_models(title: str, states: list[ModelState]) -> None:
    from rich.table import Table
    from rich.text import Text

    from app.cli._tables import add_row, output, show

    table = Table(
        "Id", "Family", "From", "What it is", "Licence", title=title, title_justify="left"
    )
    for state in states:
        about = Text(state.problem, "red") if state.problem else Text(_about(state))
        licence = Text(state.licence or "see its model card")
        add_row(table, state.id, state.family or "–", state.source, about, licence)
    if states:
        show(table)
    else:
        output().print(f"{title}: none are installed.")


def _about(state: ModelState) -> str:
    return "; ".join([_facts(state), *state.facts.get("notes", ())])


def _facts(state: ModelState) -> str:
    facts = state.facts
    if state.kind == "codec":
        bands = f", {facts['bands']} bands" if facts["bands"] else ""
        cells = facts["latent_dim"] * facts["frame_rate"]
        return (
            f"{facts['latent_dim']} × {facts['frame_rate']:g} frames/s = {cells:,.0f} cells/s "
            f"at {facts['sample_rate']:,} Hz{bands}"
        )
    if state.kind == "embedder":
        return (
            f"up to {facts['window']:g} s at {facts['sample_rate']:,} Hz to {facts['dim']} "
            f"dimensions of {facts['space']}"
        )
    labels = ", ".join(facts["labels"])
    return f"{len(facts['labels'])} classes on {facts['codec']}: {labels}"


def _show_plugins(title: str, entries: list[dict[str, Any]]) -> None:
    from rich.table import Table

    from app.cli._tables import add_row, show

    choosable = any(entry.get("options") for entry in entries)
    columns = ["Id", "Name", "Source", *(["Options"] if choosable else [])]
    table = Table(*columns, title=title, title_justify="left")
    for entry in entries:
        cells = [entry["id"], entry["label"], entry["reference"]]
        if choosable:
            cells.append(", ".join(f"{o['id']}={o['default']}" for o in entry["options"]))
        add_row(table, *cells)
    show(table)
