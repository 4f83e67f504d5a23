"""`train`: make the bundled models, or one's own, from a folder of clips."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import _train_concepts
from core.file_names import as_text

if TYPE_CHECKING:
    from core.training.data_folder import DataFolder
    from core.training.loop import Schedule

Data = Annotated[
    Path,
    typer.Argument(metavar="DATA", help="A folder with a clips.csv, or one folder per label."),
]
Out = Annotated[
    Path, typer.Option(metavar="DIR", help="Where the model folder and its checkpoint go.")
]
Steps = Annotated[
    int | None,
    typer.Option(metavar="N", min=0, help="Training steps.", show_default="the recipe's"),
]
Seed = Annotated[int, typer.Option(metavar="N", min=0, help="Of everything random.")]
Device = Annotated[str, typer.Option(metavar="D", help="auto, cpu, cuda or mps.")]
Threads = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Processor threads.", show_default="all")
]
EvaluateOnly = Annotated[
    bool,
    typer.Option("--evaluate-only", help="Train nothing; measure the model that is there."),
]
RUNS = Path("runs")


def register(cli: typer.Typer) -> None:
    group = typer.Typer(
        name="train",
        help="Train a codec, a classifier head, or what concepts need.",
        no_args_is_help=True,
    )
    group.command("codec")(codec)
    group.command("head")(head)
    _train_concepts.add_to(group)
    cli.add_typer(group)


def codec(
    data: Data,
    recipe: Annotated[
        str, typer.Option(metavar="ID", help="banded-16k, linear-16k, neural-16k or spectral-16k.")
    ] = "banded-16k",
    out: Out = RUNS,
    steps: Steps = None,
    seed: Seed = 0,
    device: Device = "auto",
    threads: Threads = None,
    evaluate_only: EvaluateOnly = False,
) -> None:
    """Make a codec from the clips of DATA and measure it on the held-out ones.

    A training that was stopped or killed goes on from its checkpoint when it is started again.
    """
    from app.cli._progress import progress, stopping_on_interrupt
    from core.device import resolve_device
    from core.models import open_codec
    from core.training.data_folder import DataFolder
    from core.training.publish import evaluate_codec, publish_codec
    from core.training.recipes import codec_recipe

    chosen, folder = codec_recipe(recipe), DataFolder(data)
    _use_threads(threads)
    target = resolve_device(device)
    with stopping_on_interrupt() as cancel, progress(recipe) as report:
        if evaluate_only:
            opened = open_codec(recipe, target)
            metrics = evaluate_codec(opened, folder, chosen.measured, report, cancel)
        else:
            chosen = replace(chosen, schedule=_schedule(chosen.schedule, steps, seed))
            metrics = publish_codec(chosen, folder, out, seed, _command(), report, cancel)
    _print(metrics, [folder])


def head(
    data: Data,
    recipe: Annotated[
        str,
        typer.Option(
            metavar="ID",
            help="keywords-12, emotions-7, emotions-8; keywords-teacher, keywords-plain.",
        ),
    ] = "keywords-12",
    codec: Annotated[
        str, typer.Option(metavar="ID|FOLDER", help="The codec whose latents it decides on.")
    ] = "banded-16k",
    more: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Learn from these clips too; may be repeated."),
    ] = None,
    taught_by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID|FOLDER",
            help="Learn to agree with this finished head of the same classes; may be repeated.",
        ),
    ] = None,
    out: Out = RUNS,
    steps: Steps = None,
    seed: Seed = 0,
    device: Device = "auto",
    threads: Threads = None,
    evaluate_only: EvaluateOnly = False,
) -> None:
    """Train a classifier head on the latents of a codec and measure it on the held-out clips.

    A run that was stopped or killed goes on from its checkpoint when it is started again.
    """
    from app.cli._progress import progress, stopping_on_interrupt
    from core.device import resolve_device
    from core.models import open_codec, open_toolbox
    from core.training.data_folder import DataFolder
    from core.training.judging import evaluate_head, evaluate_live
    from core.training.publish import publish_head
    from core.training.recipes import head_recipe
    from core.types import ExplanationRequest

    chosen, folder = head_recipe(recipe), DataFolder(data)
    further = [DataFolder(each) for each in more or ()]
    _use_threads(threads)
    target = resolve_device(device)
    with stopping_on_interrupt() as cancel, progress(recipe) as report:
        if evaluate_only:
            toolbox = open_toolbox(ExplanationRequest(classifier=recipe, device=device))
            synonyms = chosen.design.synonyms
            metrics = evaluate_head(toolbox, folder, chosen.measured, report, cancel, synonyms)
            if chosen.live is not None:
                head_, codec_ = toolbox.classifier, toolbox.codec
                metrics["live"] = evaluate_live(head_, codec_, folder, chosen.live, report, cancel)
        else:
            opened = open_codec(codec, target)
            schedule = _schedule(chosen.schedule, steps, seed)
            metrics = publish_head(
                chosen,
                folder,
                opened,
                out,
                schedule,
                _command(),
                report,
                cancel,
                further,
                taught_by or (),
            )
    _print(metrics, [folder, *further])


def _schedule(schedule: Schedule, steps: int | None, seed: int) -> Schedule:
    return replace(schedule, steps=schedule.steps if steps is None else steps, seed=seed)


def _use_threads(threads: int | None) -> None:
    if threads is not None:
        import torch

        torch.set_num_threads(threads)


def _command() -> str:
    """What was typed, for the model card, with folders by name only: they differ elsewhere."""
    named = (Path(word).name if "/" in word or "\\" in word else word for word in sys.argv[1:])
    words = [as_text(word) for word in named]
    return shlex.join(["python", "main.py", *words])


def _print(metrics: dict[str, Any], folders: Sequence[DataFolder]) -> None:
    from app.cli._telling import left_out_record, tell_left_out
    from core.record import json_line

    typer.echo(json_line({**metrics, "left_out": left_out_record(folders)}))
    tell_left_out(folders)
