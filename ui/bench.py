"""`bench --gui`: the figures of the window, measured on a real one, as a table or as JSON."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PySide6.QtGui import QGuiApplication

from app.audio.portaudio import PortAudioBackend
from app.display import WindowError
from app.long_sound import write_long_sound
from app.settings import SettingsStore
from app.startup import BenchRequest
from app.unforeseen import Unforeseen
from core.extras import is_packaged
from ui.bench_window import WindowBench
from ui.start import made_window, prepared_application

SIZE = (1280, 800)
CHILD_SECONDS = 120
WIDTH = 120  # of a table that is not on a terminal


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured. values: of each run. target: of their median; None where there is none.

    at_least: whether the target is the least that is wanted, not the most.
    """

    id: str
    label: str
    values: tuple[float, ...]
    unit: str
    target: float | None = None
    at_least: bool = False

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def is_met(self) -> bool | None:
        if self.target is None:
            return None
        return self.median >= self.target if self.at_least else self.median <= self.target

    def record(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "median": self.median,
            "min": min(self.values),
            "max": max(self.values),
            "runs": len(self.values),
            "unit": self.unit,
            "target": self.target,
            "met": self.is_met,
        }


def bench_window(request: BenchRequest) -> int:
    """Measure everything and print it. Returns 0. Raises: WindowError, CoreError."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    figures = _started(request.repeats)
    application = prepared_application()
    with TemporaryDirectory(prefix="hearwhy-") as folder:
        _tell("Writing the long recording")
        long_sound = Path(folder) / "long.wav"
        write_long_sound(long_sound, request.seconds)
        unforeseen = Unforeseen()
        behind, window = made_window(
            SettingsStore(Path(folder) / "settings.json"), PortAudioBackend()
        )
        try:
            unforeseen.tell(behind.notices)
            window.resize(*SIZE)
            window.show()
            bench = WindowBench(behind, window, _tell)
            measured = [
                *bench.explaining(request.repeats),
                *bench.dragging(4 * request.repeats),
                *bench.switching(),
                *bench.exporting(Path(folder) / "exported"),
                *bench.opening(long_sound),
                *bench.scrolling(),
                *bench.jumping(request.repeats),
                *bench.remembering(),
                *bench.cancelling(long_sound),
            ]
            figures += [Figure(*each) for each in measured]
        finally:
            window.close()
            unforeseen.restore()
    place = {
        "platform": QGuiApplication.platformName(),
        "cpus": os.cpu_count(),
        "load_average": [round(load, 2), round(os.getloadavg()[0], 2)] if load else None,
        "minutes": request.seconds / 60.0,
        "size": SIZE,
    }
    del application
    _show(place, figures, request.as_json)
    return 0


def _started(repeats: int) -> list[Figure]:
    """Of fresh processes. None in a packaged application, which has no interpreter to start."""
    root = Path(__file__).resolve().parents[1]
    if is_packaged() or not (root / "main.py").is_file():
        return []
    runs = []
    for number in range(repeats + 1):
        _tell(f"Starting, {number} of {repeats}")
        began = time.time()
        command = [sys.executable, "main.py", "bench", "--gui", "--began", repr(began)]
        done = subprocess.run(
            command, cwd=root, capture_output=True, text=True, timeout=CHILD_SECONDS, check=False
        )
        if done.returncode:
            raise WindowError(f"A window could not be started: {done.stderr.strip()[-300:]}")
        runs.append(json.loads(done.stdout.splitlines()[-1]))
    of = _column(runs[1:] or runs)
    return [
        Figure("visible", "window visible after start", of("visible"), "s", 1.2),
        Figure("complete", "everything in it painted", of("complete"), "s", None),
        Figure("first", "first explanation after a cold start", of("explained"), "s", 6.0),
        Figure("block_first", "longest block until then", of("block", 1000.0), "ms", 50.0),
    ]


def _column(runs: list[dict[str, float]]) -> Callable[..., tuple[float, ...]]:
    return lambda name, factor=1.0: tuple(factor * run[name] for run in runs)


def _tell(stage: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{stage:<60}", end="", file=sys.stderr, flush=True)  # noqa: T201


def _show(place: dict[str, Any], figures: list[Figure], as_json: bool) -> None:
    if as_json:
        record = {**place, "figures": {figure.id: figure.record() for figure in figures}}
        print(json.dumps(record))  # noqa: T201
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for name in ("median", "min", "max", "runs", "target", ""):
        table.add_column(name, justify="right")
    for figure in figures:
        sign = "≥" if figure.at_least else "≤"
        target = "" if figure.target is None else f"{sign} {figure.target:g} {figure.unit}"
        met = {None: "", True: "met", False: "missed"}[figure.is_met]
        texts = (_text(value, figure.unit) for value in _spread(figure.values))
        table.add_row(figure.label, *texts, str(len(figure.values)), target, met)
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    console.print(
        f"{place['platform']}, {SIZE[0]} × {SIZE[1]}, {place['cpus']} CPUs, "
        f"{place['minutes']:g} minutes of sound, load average {place['load_average']}",
        markup=False,
        highlight=False,
    )
    console.print(table)


def _spread(values: tuple[float, ...]) -> tuple[float, float, float]:
    return statistics.median(values), min(values), max(values)


def _text(value: float, unit: str) -> str:
    return f"{value:,.{2 if unit in ('s', 'GB') else 0}f} {unit}"
