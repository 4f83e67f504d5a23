"""`self-test`: proves that an installation works, and says in JSON what it consists of."""

from __future__ import annotations

import importlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from app.startup import OpenWindow


def register(cli: typer.Typer) -> None:
    cli.command("self-test")(self_test)


def self_test(
    context: typer.Context,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Keep the sample's explanation here.",
            show_default="a temporary folder that is removed",
        ),
    ] = None,
) -> None:
    """Explain a bundled sample, find its concepts, look for sound devices, try the window.

    Prints versions, plug-ins, models, devices and timings as JSON.

    Ends with status 0 when all is well, else with 1 and the reasons under `problems`.
    """
    from app.cli._inventory import model_states, plugin_records
    from core.errors import CoreError
    from core.record import json_line
    from core.registry import plugin_modules
    from core.versions import check_torch_pair, versions

    started = time.perf_counter()
    problems: list[str] = []
    report: dict[str, Any] = {
        "versions": versions(),
        "plugins": {
            name: [entry["id"] for entry in entries] for name, entries in plugin_records().items()
        },
        "commands": sorted(
            name.rpartition(".")[2] for name in plugin_modules(importlib.import_module("app.cli"))
        ),
        "models": [],
        "explanation": None,
        "concepts": None,
        "sound": None,
        "window": None,
    }
    try:
        check_torch_pair()
        states = model_states()
        report["models"] = [state.record() for state in states]
        problems += [s.problem for s in states if s.problem and s.source == "bundled"]
        report["explanation"] = _explained_sample(out)
        report["concepts"] = _concepts()
        report["sound"] = _sound()
        report["window"] = _window(context.obj)
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
    from core.export import result_folder, write_result
    from core.folders import require_writable
    from core.models import open_toolbox
    from core.pipeline import explain
    from core.record import result_record
    from core.types import ExplanationRequest

    sample = keyword_sample()
    if out is not None:
        require_writable(out / sample.path.stem, result_folder())
    request = ExplanationRequest()
    opening = time.perf_counter()
    toolbox = open_toolbox(request)
    opened = time.perf_counter()
    result = explain(read_clip(sample.path), request, toolbox)
    explained = time.perf_counter()
    with TemporaryDirectory(prefix="hearwhy-") as temporary:
        folder = (out or Path(temporary)) / sample.path.stem
        files = write_result(result, folder, sample.path).files
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


def _concepts() -> dict[str, Any]:
    """What a sample, a second of sound, is made of, in words; or why that was skipped.

    Raises: CoreError when it did not work.
    """
    import torch

    from app.cli._sample import keyword_sample
    from core.audio_io import read_clip
    from core.concepts.decomposition import decompose
    from core.concepts.listening import hear
    from core.concepts.opening import BUNDLED, embedder_catalogue, open_embedder
    from core.concepts.text_model import text_problem
    from core.concepts.types import How
    from core.concepts.vocabularies import EVERYDAY, open_vocabulary

    if BUNDLED not in {entry.id for entry in embedder_catalogue()}:
        return {"skipped": f"The embedder “{BUNDLED}” is not among the installed models."}
    started = time.perf_counter()
    sample = keyword_sample()
    embedder = open_embedder(BUNDLED, torch.device("cpu"))
    vocabulary = open_vocabulary(EVERYDAY, embedder)
    heard = hear(read_clip(sample.path), embedder)
    found = decompose(heard.whole[None], vocabulary, How())
    return {
        "clip": sample.title,
        "embedder": BUNDLED,
        "vocabulary": EVERYDAY,
        "l0": int(found.l0[0]),
        "cosine": round(float(found.cosine[0]), 4),
        "concepts": [concept.word for concept in found.concepts(0, 5)],
        "words_of_ones_own": text_problem(embedder) or "can be added",
        "seconds": round(time.perf_counter() - started, 3),
    }


def _sound() -> dict[str, Any]:
    """Which devices there are; none is a normal state, and none is opened."""
    from app.audio.devices import inputs, outputs
    from app.audio.portaudio import PortAudioBackend

    backend = PortAudioBackend()
    devices = backend.devices()
    return {
        "problem": backend.problem,
        "inputs": [device.label_in for device in inputs(devices)],
        "outputs": [device.label_out for device in outputs(devices)],
    }


def _window(open_window: OpenWindow | None) -> dict[str, Any] | None:
    """The window with the sample, drawn into memory and closed again; None where there is none.

    Raises: CoreError.
    """
    from tempfile import TemporaryDirectory

    from app.cli._sample import keyword_sample
    from app.display import INSTALL, choose_offscreen, has_window
    from app.startup import PictureRequest, WindowRequest
    from core.errors import ExportError

    if open_window is None:
        return None
    if not has_window():
        return {"skipped": f"It is not installed: {INSTALL}."}
    choose_offscreen()
    started = time.perf_counter()
    with TemporaryDirectory(prefix="hearwhy-") as folder:
        picture = Path(folder) / "window.png"
        status = open_window(WindowRequest((keyword_sample().path,), PictureRequest(picture)))
        if status != 0 or not picture.is_file():
            raise ExportError("The window could not be drawn; see the lines above.")
        return {"bytes": picture.stat().st_size, "seconds": round(time.perf_counter() - started, 3)}
