"""`evaluate`: accuracy on held-out clips, and how faithful the explanations are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

if TYPE_CHECKING:
    from core.types import Granularity


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
    Clips that cannot be read are left out too, and named at the end.
    """
    from app.cli._measured import show_accuracy, show_fidelity
    from app.cli._progress import progress, stopping_on_interrupt
    from app.cli._telling import left_out_record, tell_left_out
    from core.evaluation import evaluate_fidelity
    from core.models import open_toolbox
    from core.record import json_line
    from core.training.data_folder import DataFolder
    from core.training.judging import evaluate_head
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
    folder = DataFolder(data)
    faithful = None
    with stopping_on_interrupt() as cancel:
        with progress("Classifying") as report:
            toolbox = open_toolbox(request)
            accuracy = evaluate_head(toolbox, folder, dataset, report, cancel)
        if explain:
            with progress("Explaining") as report:
                clips = spread_clips(folder, dataset, explain, toolbox, report, cancel)
                faithful = evaluate_fidelity(clips, request, toolbox, report, cancel)
    if as_json:
        fidelity = faithful.record() if faithful else None
        record = {"accuracy": accuracy, "fidelity": fidelity}
        typer.echo(json_line({**record, "left_out": left_out_record([folder])}))
    else:
        show_accuracy(accuracy)
        if faithful is not None:
            show_fidelity(faithful, request.method)
    tell_left_out([folder])
