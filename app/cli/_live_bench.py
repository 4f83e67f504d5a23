"""`bench --live`: how live listening does, as figures with their targets."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

if TYPE_CHECKING:
    from app.live.bench import LiveFigures, WordFigures

WORDS = 100


def live_bench(request: Any, seconds: float, data: Path | None, hour: bool, as_json: bool) -> None:
    """Prints what was asked for beside what was measured.

    seconds: to listen, and longer where the words take longer. data: where the words come from
    that are played; None takes the bundled sample.

    Raises: CoreError.
    """
    from app.cli._progress import progress
    from app.cli._telling import left_out_record, tell_left_out
    from app.live.bench import against_file, growth_over, judged, listen_to
    from app.live.sequence import Word, bundled_sequence, word_sequence
    from core.models import open_toolbox
    from core.record import json_line
    from core.training.data_folder import DataFolder

    folder = None if data is None else DataFolder(data)
    with redirect_stdout(sys.stderr), progress("Opening the models"):
        toolbox = open_toolbox(request)
        spec = toolbox.classifier.spec
        if folder is None:
            sequence = bundled_sequence()
        else:
            labels = tuple(label for label in spec.labels if label not in spec.background)
            sequence = word_sequence(folder, labels, WORDS)
            seconds = max(seconds, sequence.clip.seconds + spec.window)
    with redirect_stdout(sys.stderr), progress("Listening") as report:
        figures, events, begun = listen_to(
            sequence.clip, seconds, request, report=report, again=folder is None
        )
    record: dict[str, Any] = {"live": figures.record()}
    rows = _speed(figures)
    if folder is not None:
        record["left_out"] = left_out_record([folder])
        said = [Word(word.time + begun, word.label) for word in sequence.words]
        words = judged(events, said, figures.seconds / 60)
        record["words"] = words.record()
        rows += _words(words)
    for rate in (16_000, 44_100):
        worst = against_file(bundled_sequence().clip, toolbox, request, rate)
        record[f"difference_{rate}"] = worst
        rows.append(
            _Row(f"live against file, {rate:,} Hz", f"{worst:.1e}", "≤ 1e-5", worst <= 1e-5)
        )
    if hour:
        with progress("An hour") as report:
            grown = growth_over(bundled_sequence().clip, 3600.0, toolbox, request, report)
        record["hour_mb"] = grown
        name = "memory from minute one to the hour"
        rows.append(_Row(name, f"{grown:+.1f} MB", "≤ 50 MB", grown <= 50))
    if as_json:
        typer.echo(json_line(record))
    else:
        _show(rows)
    tell_left_out([] if folder is None else [folder])


def detector_bench(request: Any, data: Path, split: str, as_json: bool) -> None:
    """Prints what the detector does at each threshold. Raises: CoreError."""
    from rich.table import Table

    from app.cli._progress import progress, stopping_on_interrupt
    from app.cli._tables import show
    from app.cli._telling import left_out_record, tell_left_out
    from app.live.tuning import THRESHOLDS, WORDS, detector_figures
    from core.errors import RequestError
    from core.models import open_toolbox
    from core.record import json_line
    from core.training.data_folder import DataFolder
    from core.training.recipes import head_recipe

    if split not in WORDS:
        raise RequestError(f"The clips are split into {' and '.join(WORDS)}, not “{split}”.")
    folder = DataFolder(data)
    with redirect_stdout(sys.stderr), progress("Deciding") as report:
        toolbox = open_toolbox(request)
        spec = toolbox.classifier.spec
        design = head_recipe(spec.id).live
        if design is None:
            raise RequestError(f"“{spec.label}” is not one that listens to running sound.")
        stated = () if spec.threshold is None else (spec.threshold,)
        thresholds = sorted({*THRESHOLDS, *stated})
        with stopping_on_interrupt() as cancel:
            figures = detector_figures(toolbox, folder, design, split, thresholds, report, cancel)
    if as_json:
        record = {"split": split, "stated": spec.threshold}
        record |= {"figures": [each.record() for each in figures]}
        typer.echo(json_line({**record, "left_out": left_out_record([folder])}))
        tell_left_out([folder])
        return
    table = Table(
        "threshold", "right", "wrong", "false/min between", "in speech", "in rooms", title=split
    )
    for each in figures:
        table.add_row(
            f"{each.threshold:g}{' (stated)' if each.threshold in stated else ''}",
            f"{100 * each.right:.1f} %",
            f"{100 * each.wrong:.1f} %",
            *(f"{rate:.2f}" for rate in (each.false_between, each.false_speech, each.false_rooms)),
        )
    show(table)
    tell_left_out([folder])


class _Row(NamedTuple):
    """wanted: in words; held: whether it is so, None where nothing is asked."""

    name: str
    measured: str
    wanted: str = ""
    held: bool | None = None


def _speed(figures: LiveFigures) -> list[_Row]:
    minutes = figures.seconds / 60
    stages = (_Row(f"stage {name}", f"{spent:.1f} ms") for name, spent in figures.stage_ms.items())
    return [
        _Row(
            "decisions a second",
            f"{figures.decisions:.2f}",
            "≥ 10",
            figures.decisions >= 10,
        ),
        _Row(
            "explanations a second",
            f"{figures.explanations:.2f}",
            "≥ 5",
            figures.explanations >= 5,
        ),
        _Row(
            "age of the decision shown, median",
            f"{figures.age_ms:.0f} ms",
            "≤ 250 ms",
            figures.age_ms <= 250,
        ),
        _Row(
            "… 99th percentile",
            f"{figures.age_99_ms:.0f} ms",
            "≤ 500 ms",
            figures.age_99_ms <= 500,
        ),
        _Row("windows skipped", f"{figures.skipped}"),
        _Row("share of all processors", f"{100 * figures.cpu:.0f} %", "stated"),
        _Row(
            f"gaps reported by the sound system in {minutes:.1f} min",
            f"{figures.xruns}",
            "0 in 10 min",
            figures.xruns == 0,
        ),
        _Row("memory", f"{figures.memory_mb:+.1f} MB in {minutes:.1f} min"),
        *stages,
    ]


def _words(words: WordFigures) -> list[_Row]:
    return [
        _Row(
            f"right of {words.words} words",
            f"{words.right}",
            f"≥ {0.9 * words.words:.0f}",
            words.right >= 0.9 * words.words,
        ),
        _Row("with a wrong label", f"{words.wrong}"),
        _Row(
            "false events a minute",
            f"{words.false_per_minute:.2f}",
            "≤ 1",
            words.false_per_minute <= 1,
        ),
        _Row(
            "right ones within 100 ms",
            f"{100 * words.on_time:.0f} %",
            "100 %",
            words.on_time == 1,
        ),
        _Row("latest of them", f"{words.worst_ms:.0f} ms"),
    ]


def _show(rows: list[_Row]) -> None:
    from rich.table import Table

    from app.cli._tables import show

    table = Table("figure", "measured", "wanted", "")
    for row in rows:
        verdict = "" if row.held is None else "yes" if row.held else "NO"
        table.add_row(row.name, row.measured, row.wanted, verdict)
    show(table)
