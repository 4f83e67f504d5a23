"""`self-test`: proves that an installation works, and says in JSON what it consists of."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer


def register(cli: typer.Typer) -> None:
    cli.command("self-test")(self_test)


def self_test(
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Keep the sample's explanation here.",
            show_default="a temporary folder that is removed",
        ),
    ] = None,
) -> None:
    """Explain a bundled sample; print versions, plug-ins, models and timings as JSON.

    Ends with status 0 when all is well, else with 1 and the reasons under `problems`.
    """
    from app.cli._inventory import model_states, plugin_records
    from core.errors import CoreError
    from core.export import json_line
    from core.versions import check_torch_pair, versions

    started = time.perf_counter()
    problems: list[str] = []
    report: dict[str, Any] = {
        "versions": versions(),
        "plugins": {
            name: [entry["id"] for entry in entries] for name, entries in plugin_records().items()
        },
        "models": [],
        "explanation": None,
    }
    try:
        check_torch_pair()
        states = model_states()
        report["models"] = [state.record() for state in states]
        problems += [s.problem for s in states if s.problem and s.source == "bundled"]
        report["explanation"] = _explained_sample(out)
    except CoreError as error:
        problems.append(str(error))
    report["seconds"] = round(time.perf_counter() - started, 3)
    report["problems"] = problems
    report["ok"] = not problems
    typer.echo(json_line(report))
    if problems:
        raise typer.Exit(1)


def _explained_sample(out: Path | None) -> dict[str, Any]:
    """What explaining a sample gave. Raises: CoreError when it did not work."""
    from tempfile import TemporaryDirectory

    from app.cli._sample import keyword_sample
    from core.audio_io import read_clip
    from core.errors import ExportError
    from core.export import result_record, write_result
    from core.models import open_toolbox
    from core.pipeline import explain
    from core.types import ExplanationRequest

    sample = keyword_sample()
    request = ExplanationRequest()
    opening = time.perf_counter()
    toolbox = open_toolbox(request)
    opened = time.perf_counter()
    result = explain(read_clip(sample.path), request, toolbox)
    explained = time.perf_counter()
    with TemporaryDirectory(prefix="hearwhy-") as temporary:
        files = write_result(result, (out or Path(temporary)) / sample.path.stem, sample.path)
        missing = [file.name for file in files if not file.stat().st_size]
    if missing:
        raise ExportError(f"The sample's explanation lacks {', '.join(missing)}.")
    record = result_record(result)
    return {
        "clip": sample.title,
        "expected": sample.label,
        **{name: record[name] for name in ("target", "completeness_gap", "device", "predictions")},
        "seconds": {
            "open": round(opened - opening, 3),
            **record["seconds"],
            "write": round(time.perf_counter() - explained, 3),
        },
    }
