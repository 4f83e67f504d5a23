"""`bench`: how long things take on this computer."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from app.startup import BenchRequest, OpenWindow, WindowRequest

if TYPE_CHECKING:
    from core.bench import Comparison, Timing


def register(cli: typer.Typer) -> None:
    cli.command("bench")(bench)


def bench(
    context: typer.Context,
    clip: Annotated[
        Path | None,
        typer.Argument(
            metavar="CLIP", help="Its first second is measured.", show_default="a bundled sample"
        ),
    ] = None,
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
    device: Annotated[str, typer.Option(metavar="D", help="auto, cpu, cuda or mps.")] = "auto",
    repeats: Annotated[
        int, typer.Option(metavar="N", min=1, help="Runs of each, after one that is not counted.")
    ] = 7,
    quick: Annotated[
        bool, typer.Option("--quick", help="Leave out the comparison with the published procedure.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    live: Annotated[
        bool,
        typer.Option("--live", help="Measure live listening instead, on a private sound server."),
    ] = False,
    seconds: Annotated[
        float, typer.Option(min=5.0, metavar="S", help="How long --live listens.")
    ] = 60.0,
    words: Annotated[
        Path | None,
        typer.Option(metavar="DATA", help="With --live: play 100 test words of this folder."),
    ] = None,
    detector: Annotated[
        Path | None,
        typer.Option(
            metavar="DATA",
            help="What live listening finds and falsely hears in streams made of the clips of this "
            "folder, threshold by threshold.",
        ),
    ] = None,
    split: Annotated[
        str, typer.Option(metavar="train|test", help="With --detector: of these clips.")
    ] = "train",
    hour: Annotated[
        bool, typer.Option("--hour", help="With --live: the memory over an hour of sound, too.")
    ] = False,
    gui: Annotated[
        bool, typer.Option("--gui", help="Measure the window instead, on the display there is.")
    ] = False,
    minutes: Annotated[
        float, typer.Option(min=2.0, metavar="N", help="With --gui: of the long recording.")
    ] = 60.0,
    began: Annotated[float | None, typer.Option(hidden=True)] = None,
) -> None:
    """Measure explaining, its stages, and the published procedure against ours.

    Medians with the fastest and the slowest run; nothing else should run meanwhile.
    """
    if gui:
        _bench_window(context.obj, BenchRequest(repeats, 60.0 * minutes, as_json, began))
    from app.cli._progress import progress
    from app.cli._sample import keyword_sample
    from core.audio_io import read_clip
    from core.bench import compare_with_published, time_explaining, time_starting
    from core.models import open_toolbox
    from core.record import json_line
    from core.types import ExplanationRequest

    named: dict[str, Any] = {} if classifier is None else {"classifier": classifier}
    request = ExplanationRequest(codec=codec, device=device, **named)
    if detector is not None:
        from app.cli._live_bench import detector_bench

        detector_bench(request, detector, split, as_json)
        return
    if live:
        from app.cli._live_bench import live_bench

        live_bench(request, seconds, words, hour, as_json)
        return
    sound = read_clip(clip or keyword_sample().path)
    comparisons: dict[str, Comparison] = {}
    with redirect_stdout(sys.stderr):
        with progress("Opening the models"):
            toolbox = open_toolbox(request)
        with progress("Explaining") as report:
            timings = time_explaining(sound, request, toolbox, repeats, report)
        with progress("Starting") as report:
            timings += time_starting(repeats, report)
        if not quick:
            with progress("The published procedure") as report:
                comparisons["random weights"] = compare_with_published(
                    sound, toolbox.device, repeats, report
                )
            with progress("The published procedure on normalised latents") as report:
                comparisons["random weights, normalised latents"] = compare_with_published(
                    sound, toolbox.device, repeats, report, normalised=True
                )
    place = _place(str(toolbox.device))
    models = {"codec": toolbox.codec.spec.id, "classifier": toolbox.classifier.spec.id}
    if as_json:
        typer.echo(json_line({**place, **models, **_record(timings, comparisons)}))
    else:
        _show(place, models, timings, comparisons)


def _bench_window(open_window: OpenWindow | None, request: BenchRequest) -> NoReturn:
    """Raises: WindowError where no window can be shown; typer.Exit when it is done."""
    from app.display import WindowError, require_display

    if open_window is None:
        raise WindowError("There is no window to measure here.")
    require_display()
    raise typer.Exit(open_window(WindowRequest(bench=request)))


def _place(device: str) -> dict[str, Any]:
    """What the figures depend on."""
    import os
    import platform

    import torch

    from core.versions import versions

    if device.startswith("cuda"):
        device = f"{device} ({torch.cuda.get_device_name(device)})"
    return {
        "device": device,
        "threads": torch.get_num_threads(),
        "cpus": os.cpu_count(),
        "system": platform.platform(),
        "versions": versions(),
    }


def _record(timings: list[Timing], comparisons: dict[str, Comparison]) -> dict[str, Any]:
    return {
        "timings": {timing.id: _numbers(timing) for timing in timings},
        "comparisons": {name: _compared(each) for name, each in comparisons.items()},
    }


def _compared(comparison: Comparison) -> dict[str, Any]:
    return {
        "published": {
            **_numbers(comparison.published),
            "steps": comparison.steps_published,
            "completeness_gap": comparison.gap_published,
        },
        "ours": {
            **_numbers(comparison.ours),
            "steps": comparison.steps_ours,
            "completeness_gap": comparison.gap_ours,
        },
        "ratio": comparison.ratio,
    }


def _numbers(timing: Timing) -> dict[str, Any]:
    return {
        "label": timing.label,
        "median_s": timing.median,
        "min_s": min(timing.seconds),
        "max_s": max(timing.seconds),
        "runs": len(timing.seconds),
        "target_s": timing.target,
    }


def _show(
    place: dict[str, Any],
    models: dict[str, str],
    timings: list[Timing],
    comparisons: dict[str, Comparison],
) -> None:
    from rich.table import Table

    from app.cli._tables import output, show

    console = output()
    console.print(
        f"{models['classifier']} on {models['codec']}; device {place['device']}, "
        f"{place['threads']} threads on {place['cpus']} CPUs; torch {place['versions']['torch']}",
        markup=False,
    )
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for name in ("median", "min", "max", "runs", "target"):
        table.add_column(name, justify="right")
    compared = [row for each in comparisons.values() for row in (each.published, each.ours)]
    rows = [*timings, *compared]
    for timing in rows:
        target = "" if timing.target is None else f"≤ {_ms(timing.target)}"
        times = (timing.median, min(timing.seconds), max(timing.seconds))
        table.add_row(timing.label, *map(_ms, times), str(len(timing.seconds)), target)
    show(table)
    for name, comparison in comparisons.items():
        console.print(
            f"EnCodec 24 kHz and the paper's transformer ({name}), 1 s, encode to decode: ours is "
            f"{comparison.ratio:.1f} times as fast (target ≥ 5); completeness gap published "
            f"{100 * comparison.gap_published:.2f} %, ours {100 * comparison.gap_ours:.2f} % "
            "(target ≤ 2 %).",
            markup=False,
            soft_wrap=True,
        )


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:,.1f} ms"
