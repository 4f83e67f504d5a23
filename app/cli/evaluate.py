"""`evaluate`: accuracy on held-out clips, and how faithful the explanations are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

if TYPE_CHECKING:
    from core.evaluation import Fidelity, FidelityReport
    from core.types import Granularity

COLUMNS = {
    "fid_in": "Fid-In ↑",
    "average_increase": "AI % ↑",
    "average_drop": "AD % ↓",
    "average_gain": "AG % ↑",
    "fid_out": "Fid-Out ↑",
    "faithfulness": "FF ↑",
}


def register(cli: typer.Typer) -> None:
    cli.command("evaluate")(evaluate)


def evaluate(
    data: Annotated[
        Path,
        typer.Argument(metavar="DATA", help="A folder with a clips.csv, or one folder per label."),
    ],
    classifier: Annotated[
        str, typer.Option(metavar="ID|FOLDER", help="What decides; see `models`.")
    ] = "keywords-12",
    codec: Annotated[
        str | None,
        typer.Option(
            metavar="ID|FOLDER", show_default="the one the classifier was trained on", help="Codec."
        ),
    ] = None,
    dataset: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only this data set of the list; may be repeated."),
    ] = None,
    explain: Annotated[
        int, typer.Option(metavar="N", min=0, help="Explain N clips spread over the test split.")
    ] = 0,
    method: Annotated[
        str, typer.Option(metavar="ID", help="How relevance is found.")
    ] = "integrated_gradients",
    fill: Annotated[str, typer.Option(metavar="ID", help="What replaces cells.")] = "zero",
    granularity: Annotated[
        str, typer.Option(metavar="G", help="element, frame, channel or band.")
    ] = "element",
    keep: Annotated[float, typer.Option(metavar="SHARE", help="Kept, 0…1.")] = 0.2,
    remove: Annotated[float, typer.Option(metavar="SHARE", help="Taken out, 0…1.")] = 0.1,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Of everything random.")] = 0,
    device: Annotated[str, typer.Option(metavar="D", help="auto, cpu, cuda or mps.")] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure a classifier on the test split of DATA, and its explanations on N of the clips.

    Clips of labels the classifier does not have count as its class “unknown”, or are left out.
    """
    from app.cli._progress import progress, stopping_on_interrupt
    from core.evaluation import evaluate_fidelity
    from core.export import json_line
    from core.models import open_toolbox
    from core.training.publish import evaluate_head
    from core.training.sampling import spread_clips
    from core.types import ExplanationRequest

    request = ExplanationRequest(
        codec=codec,
        classifier=classifier,
        method=method,
        fill=fill,
        granularity=cast("Granularity", granularity),  # checked by the request
        keep=keep,
        remove=remove,
        seed=seed,
        device=device,
    )
    faithful = None
    with stopping_on_interrupt() as cancel:
        with progress("Classifying") as report:
            toolbox = open_toolbox(request)
            accuracy = evaluate_head(toolbox, data, dataset, report, cancel)
        if explain:
            with progress("Explaining") as report:
                clips = spread_clips(data, dataset, explain, toolbox, report, cancel)
                faithful = evaluate_fidelity(clips, request, toolbox, report, cancel)
    if as_json:
        fidelity = faithful.record() if faithful else None
        typer.echo(json_line({"accuracy": accuracy, "fidelity": fidelity}))
    else:
        _show(accuracy, faithful, request.method)


def _show(accuracy: dict[str, Any], faithful: FidelityReport | None, method: str) -> None:
    from rich.table import Table

    from app.cli._progress import output

    console = output()
    table = Table(title="Accuracy on the test split")
    for column in ("set", "clips", "accuracy", "without background", "calibration error"):
        table.add_column(column, justify="left" if column == "set" else "right")
    for name, row in accuracy.items():
        share = row["accuracy_foreground"]  # None: the set holds nothing but background
        foreground = "–" if share is None else f"{share:.3f}"
        table.add_row(
            name, str(row["clips"]), f"{row['accuracy']:.3f}", foreground, f"{row['ece']:.3f}"
        )
    console.print(table)
    if faithful is None:
        return
    table = Table(title=f"Faithfulness of {method} on {faithful.clips} clips")
    table.add_column("mask")
    table.add_column("space")
    for title in COLUMNS.values():
        table.add_column(title, justify="right")
    for space, shown in (("latent", "latent"), ("round_trip", "round trip")):
        table.add_row("explained", shown, *_numbers(faithful.explained[space]))
        random = _numbers(faithful.random[space], faithful.spread[space])
        table.add_row("random", shown, *random)
    console.print(table)
    gap = "" if faithful.gap is None else f"; median completeness gap {100 * faithful.gap:.2f} %"
    console.print(f"The prediction survives the codec on {100 * faithful.survives:.1f} %{gap}.")


def _numbers(fidelity: Fidelity, spread: Fidelity | None = None) -> list[str]:
    cells = []
    for name in COLUMNS:
        cell = f"{getattr(fidelity, name):.3f}"
        cells.append(cell if spread is None else f"{cell} ± {getattr(spread, name):.3f}")
    return cells
