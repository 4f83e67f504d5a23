"""Tables are read back as numbers."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from core.export import export_files
from core.exporters import ExportOptions, Subject
from core.latents import LatentCode
from core.types import ExplanationResult
from tests.results import made_up_result, summary


def tables(result: ExplanationResult, folder: Path) -> tuple[list[list[str]], list[list[str]]]:
    done = export_files(Subject(result), ["csv"], ExportOptions(base="a"), folder)
    assert [path.name for path in done.files] == ["a_relevance.csv", "a_relevance_frames.csv"]
    cells, frames = (
        list(csv.reader(path.read_text(encoding="utf-8").splitlines())) for path in done.files
    )
    return cells, frames


def test_the_relevance_of_every_cell_is_there_exactly(tmp_path: Path) -> None:
    result = made_up_result()
    cells, _ = tables(result, tmp_path)
    assert cells[0][0] == "channel / time in s"
    # Six frames over half a second that begins at 0.25 s of the recording.
    starts = [float(text) for text in cells[0][1:]]
    np.testing.assert_allclose(starts, 0.25 + np.arange(6) / 12, atol=1e-4)
    assert [row[0] for row in cells[1:]] == ["0", "1", "2", "3"]
    values = np.array([row[1:] for row in cells[1:]], dtype=np.float32)
    np.testing.assert_array_equal(values, result.attribution.values)


def test_the_sums_of_each_frame_are_those_of_its_cells(tmp_path: Path) -> None:
    result = made_up_result()
    _, rows = tables(result, tmp_path)
    names, numbers = rows[0], np.array(rows[1:], dtype=np.float64)
    column = {name: numbers[:, index] for index, name in enumerate(names)}
    values = result.attribution.values.astype(np.float64)
    assert names[:3] == ["frame", "start_s", "end_s"]
    np.testing.assert_array_equal(column["frame"], np.arange(6))
    np.testing.assert_allclose(column["end_s"], 0.25 + np.arange(1, 7) / 12, atol=1e-4)
    np.testing.assert_allclose(column["relevance"], values.sum(axis=0), rtol=1e-6)
    np.testing.assert_allclose(column["positive"] + column["negative"], column["relevance"])
    assert (column["positive"] >= 0).all()
    assert (column["negative"] <= 0).all()
    kept = np.where(result.keep_mask, np.maximum(values, 0), 0).sum(axis=0)
    np.testing.assert_allclose(column["kept"], kept, rtol=1e-6)
    np.testing.assert_array_equal(column["kept_cells"], result.keep_mask.sum(axis=0))
    np.testing.assert_array_equal(column["removed_cells"], result.remove_mask.sum(axis=0))


def test_frames_are_where_the_codec_has_them_and_the_last_ends_with_the_sound(
    tmp_path: Path,
) -> None:
    # Six frames at ten a second, the last of them cut off; padded from 0.45 s.
    values = np.zeros((4, 6))
    code = LatentCode(values, 4_240, 8_000, 10.0)
    cells, frames = tables(made_up_result(code=code, start=2.5, end=2.95), tmp_path)
    assert [float(text) for text in cells[0][1:]] == pytest.approx(2.5 + np.arange(6) / 10)
    ends = [float(row[2]) for row in frames[1:]]
    assert ends == pytest.approx([2.6, 2.7, 2.8, 2.9, 3.0, 3.03])


def test_of_every_window_the_relevance_is_where_it_lies_in_the_recording(tmp_path: Path) -> None:
    windows = tuple(
        summary(start, start + 0.5, "yes", p, "yes", p, p, 0.5, 0.1, None)
        for start, p in ((0.0, 0.3), (0.4, 0.8), (0.8, 0.5))
    )
    cells, _ = tables(made_up_result(windows=windows, start=0.0, end=1.3), tmp_path)
    assert float(cells[0][1]) == pytest.approx(0.4)
