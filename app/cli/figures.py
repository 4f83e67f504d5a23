"""`figures`: what `docs/models.md` and `docs/concepts.md` say of the models, measured again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def register(cli: typer.Typer) -> None:
    cli.command("figures")(figures)


def figures(
    data: Annotated[
        Path, typer.Argument(metavar="DATA", help="The folder with the clips.csv of the recipes.")
    ],
    explain: Annotated[
        int, typer.Option(metavar="N", min=1, help="Explain N keyword clips of the test split.")
    ] = 200,
    concepts: Annotated[
        bool, typer.Option("--concepts", help="Instead: the embedder, and what concepts lose.")
    ] = False,
    embedder: Annotated[
        str, typer.Option(metavar="ID|FOLDER", help="With --concepts: which embedder.")
    ] = "sounds-and-voices",
    device: Annotated[str, typer.Option(metavar="D", help="auto, cpu, cuda or mps.")] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure every bundled model on the held-out clips of DATA; nothing is trained."""
    if concepts:
        from app.cli._concept_figures import print_figures

        print_figures(data, embedder, device, as_json)
        return
    from app.cli import _measured as show
    from app.cli._progress import progress, stopping_on_interrupt
    from app.cli._telling import left_out_record, tell_left_out
    from core.device import resolve_device
    from core.evaluation import evaluate_fidelity
    from core.models import open_codec, open_toolbox
    from core.record import json_line
    from core.training.data_folder import DataFolder
    from core.training.judging import evaluate_head, evaluate_live
    from core.training.publish import evaluate_codec
    from core.training.recipes import CODEC_RECIPES, HEAD_RECIPES
    from core.training.sampling import spread_clips
    from core.types import ExplanationRequest

    folder = DataFolder(data)
    codecs: dict[str, Any] = {}
    heads: dict[str, Any] = {}
    live: dict[str, Any] = {}
    with stopping_on_interrupt() as cancel, progress("Measuring") as report:
        for codec in CODEC_RECIPES:
            opened = open_codec(codec.id, resolve_device(device))
            codecs[codec.id] = evaluate_codec(opened, folder, codec.measured, report, cancel)
        for head in HEAD_RECIPES:
            toolbox = open_toolbox(ExplanationRequest(classifier=head.id, device=device))
            heads[head.id] = evaluate_head(
                toolbox, folder, head.measured, report, cancel, head.design.synonyms
            )
            if head.live is not None:
                live[head.id] = evaluate_live(
                    toolbox.classifier, toolbox.codec, folder, head.live, report, cancel
                )
        request = ExplanationRequest(classifier="keywords-12", keep=0.2, remove=0.1, device=device)
        toolbox = open_toolbox(request)
        clips = spread_clips(folder, ("speech_commands",), explain, toolbox, report, cancel)
        faithful = evaluate_fidelity(clips, request, toolbox, report, cancel)
    if as_json:
        measured = {"codecs": codecs, "heads": heads, "live": live}
        left_out = left_out_record([folder])
        typer.echo(json_line({**measured, "fidelity": faithful.record(), "left_out": left_out}))
        tell_left_out([folder])
        return
    for codec_id, metrics in codecs.items():
        show.show_codec(codec_id, metrics)
    for head_id, metrics in heads.items():
        show.show_accuracy(metrics, f"Accuracy of {head_id} on the test split")
        if head_id in live:
            show.show_live(live[head_id])
    show.show_fidelity(faithful, request.method)
    tell_left_out([folder])
