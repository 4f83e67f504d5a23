"""Labels and TextGrids are parsed by their formats' own rules."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.export import export_files
from core.exporters import ExportOptions, Subject
from core.exporters.textgrid import intervals, textgrid
from core.types import (
    Attribution,
    AudioClip,
    ExplanationResult,
    Prediction,
    Variant,
)
from tests.results import LABELS, latent_code, made_up_result, summary

RATE = 8_000
Row = tuple[float, float, str]


def explained(target: str = "yes", **changes: object) -> ExplanationResult:
    """One second with relevance from .2 to .4 s; the explanation is a tone of 1 kHz."""
    values = np.zeros((2, 10))
    values[0, 2:4] = 1.0
    time = np.arange(RATE) / RATE
    tone = AudioClip(0.3 * np.sin(2 * np.pi * 1_000 * time), RATE)
    fields = {
        "code": latent_code(values, RATE),
        "attribution": Attribution(values, "saliency", target),
        "keep_mask": values > 0,
        "remove_mask": values > 0,
        "audio": dict.fromkeys(Variant, tone),
        "target": target,
        "start": 12.5,
        "end": 13.5,
    }
    return made_up_result(**{**fields, **changes})


def written(result: ExplanationResult, format_id: str, folder: Path, **options: bool) -> str:
    wanted = ExportOptions(base="a", **options)
    (path,) = export_files(Subject(result), [format_id], wanted, folder).files
    return path.read_bytes().decode("utf-8")


def read_labels(text: str) -> tuple[list[Row], list[tuple[float, float]]]:
    """The rows of a label track and their frequencies, as Audacity reads them."""
    rows: list[Row] = []
    bands: list[tuple[float, float]] = []
    for line in text.splitlines():
        first, second, third = line.split("\t")
        if first == "\\":
            bands.append((float(second), float(third)))
        else:
            rows.append((float(first), float(second), third))
    return rows, bands


def read_textgrid(text: str) -> tuple[str, float, list[Row]]:
    """Name, end and intervals of a TextGrid of one tier; Praat's rules are checked."""
    strings = re.findall(r'"((?:[^"]|"")*)"', text)
    assert strings[:3] == ["ooTextFile", "TextGrid", "IntervalTier"]
    # Praat goes by the order of free-standing numbers and texts and skips all else.
    numbers = re.findall(r"(?:xmin|xmax|size) = (\d+(?:\.\d+)?) *$", text, re.MULTILINE)
    values = [float(number) for number in numbers]
    begin, end, tiers, tier_begin, tier_end, count = values[:6]
    assert (begin, tiers, tier_begin, tier_end) == (0.0, 1.0, 0.0, end)
    edges = values[6:]
    rows = [
        (start, stop, label.replace('""', '"'))
        for start, stop, label in zip(edges[::2], edges[1::2], strings[4:], strict=True)
    ]
    assert len(rows) == count >= 1
    assert rows[0][0] == 0.0
    assert rows[-1][1] == end
    for (_, stop, _), (start, _, _) in itertools.pairwise(rows):
        assert stop == start
    assert all(start < stop for start, stop, _ in rows)
    return strings[3].replace('""', '"'), end, rows


def test_labels_have_moments_text_and_frequencies(tmp_path: Path) -> None:
    text = written(explained(), "labels", tmp_path)
    first, second = text.splitlines()
    assert first == "0.200000\t0.400000\tyes 100 %"
    mark, low, high = second.split("\t")
    assert mark == "\\"
    assert float(low) == pytest.approx(1_000, abs=30)
    assert float(low) <= float(high) == pytest.approx(1_000, abs=30)


def test_a_textgrid_covers_the_whole_sound(tmp_path: Path) -> None:
    name, end, rows = read_textgrid(written(explained(), "textgrid", tmp_path))
    assert (name, end) == ("relevant for yes", 1.0)
    assert rows == [(0.0, 0.2, ""), (0.2, 0.4, "yes 100 %"), (0.4, 1.0, "")]


def test_times_can_be_those_of_the_recording(tmp_path: Path) -> None:
    labels = written(explained(), "labels", tmp_path, recording_times=True)
    assert labels.startswith("12.700000\t12.900000\t")
    _, end, rows = read_textgrid(written(explained(), "textgrid", tmp_path, recording_times=True))
    assert end == 13.5
    assert rows[1] == (12.7, 12.9, "yes 100 %")


def test_without_a_stretch_there_is_an_empty_track_and_one_empty_interval(tmp_path: Path) -> None:
    nothing = explained(keep_mask=np.zeros((2, 10)))
    assert written(nothing, "labels", tmp_path) == ""
    _, _, rows = read_textgrid(written(nothing, "textgrid", tmp_path))
    assert rows == [(0.0, 1.0, "")]


def test_hostile_class_names_stay_in_their_place(tmp_path: Path) -> None:
    label = 'a"b\tc\nxmin = 7 \\ \x07é\u2028'
    hostile = explained(label, original=Prediction((label, *LABELS[1:]), [0.8, 0.1, 0.1]))
    shown = 'a"b c xmin = 7 \\ é'
    (row,), (band,) = read_labels(written(hostile, "labels", tmp_path))
    assert row == (0.2, 0.4, f"{shown} 100 %")
    assert band[0] > 0
    name, _, rows = read_textgrid(written(hostile, "textgrid", tmp_path))
    assert name == f"relevant for {shown}"
    assert rows[1] == (0.2, 0.4, f"{shown} 100 %")


def test_every_window_is_an_interval(tmp_path: Path) -> None:
    windows = tuple(
        summary(start, start + 0.5, label, p, label, p, p, 0.5, 0.1, None)
        for start, label, p in ((12.5, "no", 0.7), (12.75, "yes", 0.8), (13.0, "yes", 0.9))
    )
    result = explained(windows=windows)
    rows, bands = read_labels(written(result, "labels", tmp_path))
    wanted = [(0.0, 0.375, "no 70 %"), (0.375, 0.625, "yes 80 %"), (0.625, 1.0, "yes 90 %")]
    assert rows == wanted
    assert bands == []
    name, _, intervals_ = read_textgrid(written(result, "textgrid", tmp_path))
    assert name == "windows"
    assert intervals_ == wanted


@given(
    st.lists(st.floats(0.0, 10.0), min_size=0, max_size=12).map(sorted),
    st.floats(1e-3, 1e5),
)
def test_any_marks_make_a_valid_tier(edges: list[float], end: float) -> None:
    inside = [min(edge, end) for edge in edges]
    marks = [(*pair, "x") for pair in zip(inside[::2], inside[1::2], strict=False)]
    read_textgrid(textgrid("t", intervals(marks, end), end))
