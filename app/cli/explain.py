"""`explain`: sound files in, folders with explanations out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from core.types import ExplanationResult

OUT = Path("explanations")
FORMATS = "wav,png,json"


def register(cli: typer.Typer) -> None:
    cli.command("explain")(explain)


def explain(
    clips: Annotated[
        list[Path], typer.Argument(metavar="CLIP…", help="Sound files, and folders of them.")
    ],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where each clip gets a folder of its own.")
    ] = OUT,
    classifier: Annotated[
        str | None,
        typer.Option(
            metavar="ID|FOLDER", help="What decides; see `models`.", show_default="keywords-12"
        ),
    ] = None,
    codec: Annotated[
        str | None,
        typer.Option(
            metavar="ID|FOLDER",
            help="Where its decision is taken apart.",
            show_default="the one the classifier was trained on",
        ),
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="How relevance is found; see `models`.",
            show_default="integrated_gradients",
        ),
    ] = None,
    fill: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="What replaces the cells that are taken out.", show_default="zero"
        ),
    ] = None,
    granularity: Annotated[
        str | None,
        typer.Option(
            metavar="G",
            help="Which cells go together: element, frame, channel or band.",
            show_default="element",
        ),
    ] = None,
    keep: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE", help="Share kept in the explanation, 0…1.", show_default="0.1"
        ),
    ] = None,
    remove: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE", help="Share taken out of the removed audio.", show_default="0.1"
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            metavar="LABEL", help="The class to explain.", show_default="the predicted one"
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(metavar="LABEL", help="Why that class and not this one."),
    ] = None,
    options: Annotated[
        list[str] | None,
        typer.Option(
            "--option",
            metavar="NAME=VALUE",
            help="Of the method, see `models`; may be repeated.",
            show_default=False,
        ),
    ] = None,
    start: Annotated[
        float | None, typer.Option(metavar="S", help="Explain from here, in seconds.")
    ] = None,
    end: Annotated[float | None, typer.Option(metavar="S", help="Explain up to here.")] = None,
    every_window: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Explain every window of a long clip, each for the class heard in it unless "
            "--target names one, and join them.",
        ),
    ] = False,
    seed: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, help="Of everything random.", show_default="0"),
    ] = None,
    device: Annotated[
        str | None,
        typer.Option(metavar="D", help="auto, cpu, cuda or mps.", show_default="auto"),
    ] = None,
    random_masks: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            help="Random masks to compare with; 0 leaves them out.",
            show_default="5",
        ),
    ] = None,
    formats: Annotated[
        str,
        typer.Option(
            metavar="LIST",
            help="What to write: wav, flac, png, svg, csv, labels, textgrid, html; json always is.",
        ),
    ] = FORMATS,
    level_match: Annotated[
        bool,
        typer.Option("--level-match", help="Write all sounds as loud as the original."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a clip and nothing else.")
    ] = False,
) -> None:
    """Explain sound files: what was decided, the sound that decided it, and how far to trust it.

    Each clip gets a folder with original.wav, reconstruction.wav, explanation.wav, removed.wav,
    spectrograms.png and explanation.json, or with what --formats asks for.
    """
    from app.cli._explaining import chosen_options, explain_files
    from app.cli._telling import tell
    from app.cli._words import summary
    from core.record import json_line, result_record
    from core.types import ExplanationRequest

    chosen: dict[str, Any] = {
        "classifier": classifier,
        "codec": codec,
        "method": method,
        "fill": fill,
        "granularity": granularity,
        "keep": keep,
        "remove": remove,
        "target": target,
        "against": against,
        "options": chosen_options(options or []),
        "start": start,
        "end": end,
        "every_window": every_window,
        "seed": seed,
        "device": device,
        "random_masks": random_masks,
    }
    given = {name: value for name, value in chosen.items() if value is not None}

    def show(result: ExplanationResult, file: Path, folder: Path) -> None:
        if as_json:
            typer.echo(json_line({**result_record(result, file), "folder": str(folder)}))
        else:
            tell(summary(result, folder))

    wanted = [name for name in (part.strip().lower() for part in formats.split(",")) if name]
    request = ExplanationRequest(**given)
    if explain_files(clips, request, out, show, wanted, level_match=level_match):
        raise typer.Exit(2)
