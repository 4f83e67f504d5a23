"""`bench --live`: how live listening does, as figures with their targets."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import typer

WORDS = 100


def live_bench(request: Any, seconds: float, data: Path | None, hour: bool, as_json: bool) -> None:
    """data: where the words come from that are played; None takes the bundled sample.

    Raises: CoreError.
    """
    from app.cli._progress import progress
    from app.live.bench import against_file, growth_over, judged, listen_to
    from app.live.sequence import Word, bundled_sequence, word_sequence
    from core.models import open_toolbox
    from core.record import json_line

    with redirect_stdout(sys.stderr), progress("Opening the models"):
        toolbox = open_toolbox(request)
        spec = toolbox.classifier.spec
        if data is None:
            sequence = bundled_sequence()
        else:
            labels = tuple(label for label in spec.labels if label not in spec.background)
            sequence = word_sequence(data, labels, WORDS)
            seconds = sequence.clip.seconds + spec.window
    with redirect_stdout(sys.stderr), progress("Listening") as report:
        figures, events, begun = listen_to(
            sequence.clip, seconds, request, report=report, again=data is None
        )
    record: dict[str, Any] = {"live": figures.record()}
    rows = [
        ("decisions a second", f"{figures.decisions:.1f}", "≥ 10"),
        ("explanations a second", f"{figures.explanations:.1f}", "≥ 5"),
        ("age of the decision shown, median", f"{figures.age_ms:.0f} ms", "≤ 250 ms"),
        ("… 99th percentile", f"{figures.age_99_ms:.0f} ms", "≤ 500 ms"),
        ("windows skipped", f"{figures.skipped}", ""),
        ("share of all processors", f"{100 * figures.cpu:.0f} %", "stated"),
        ("gaps reported by the sound system", f"{figures.xruns}", "0"),
        ("memory", f"{figures.memory_mb:+.1f} MB in {figures.seconds:.0f} s", ""),
        *((f"stage {name}", f"{spent:.1f} ms", "") for name, spent in figures.stage_ms.items()),
    ]
    if data is not None:
        said = [Word(word.time + begun, word.label) for word in sequence.words]
        words = judged(events, said, figures.seconds / 60)
        record["words"] = words.record()
        rows += [
            (f"right of {words.words} words", f"{words.right}", "≥ 90"),
            ("with a wrong label", f"{words.wrong}", ""),
            ("false events a minute", f"{words.false_per_minute:.2f}", "≤ 1"),
            ("right ones within 100 ms", f"{100 * words.on_time:.0f} %", "100 %"),
            ("latest of them", f"{words.worst_ms:.0f} ms", ""),
        ]
    for rate in (16_000, 44_100):
        worst = against_file(bundled_sequence().clip, toolbox, request, rate)
        record[f"difference_{rate}"] = worst
        rows.append((f"live against file, {rate:,} Hz", f"{worst:.1e}", "the same"))
    if hour:
        with progress("An hour") as report:
            grown = growth_over(bundled_sequence().clip, 3600.0, toolbox, request, report)
        record["hour_mb"] = grown
        rows.append(("memory from minute one to the hour", f"{grown:+.1f} MB", "≤ 50 MB"))
    if as_json:
        typer.echo(json_line(record))
    else:
        _show(rows)


def _show(rows: list[tuple[str, str, str]]) -> None:
    from rich.table import Table

    from app.cli._progress import output

    table = Table("figure", "measured", "wanted")
    for row in rows:
        table.add_row(*row)
    output().print(table)
