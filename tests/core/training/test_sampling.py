from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.errors import DataError
from core.job import CancelToken, silent
from core.models import Toolbox
from core.training.data_folder import DataFolder
from core.training.sampling import spread_clips
from core.types import AudioClip
from tests.core.training.conftest import tone, write_table
from tests.toys import RATE, tools


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Ten clips of yes, ten of no, ten of bed; every second one for testing."""
    folder = tmp_path / "data"
    folder.mkdir()
    rows = []
    for number in range(30):
        path, label = f"{number:02}.wav", ("yes", "no", "bed")[number // 10]
        split = "test" if number % 2 else "train"
        soundfile.write(folder / path, tone(number, 0.05), 16_000)
        row = {"path": path, "dataset": "set", "label": label, "speaker": "", "split": split}
        rows.append(row)
    return write_table(folder, rows)


def spread(data: Path, count: int, toolbox: Toolbox | None = None) -> list[AudioClip]:
    return spread_clips(DataFolder(data), None, count, toolbox or tools(), silent, CancelToken())


def test_test_clips_of_known_classes_are_spread_over_the_list(data: Path) -> None:
    clips = spread(data, 5)
    assert [clip.name for clip in clips] == ["01", "05", "09", "13", "17"]
    assert all((clip.sample_rate, clip.n_samples) == (RATE, 400) for clip in clips)
    assert len({clip.samples.tobytes() for clip in clips}) == 5


def test_more_than_there_are_is_all_of_them(data: Path) -> None:
    expected = [f"{number:02}" for number in range(1, 20, 2)]
    assert [clip.name for clip in spread(data, 99)] == expected


def test_background_classes_are_left_out(data: Path) -> None:
    clips = spread(data, 99, tools(background=("no",)))
    assert [clip.name for clip in clips] == ["01", "03", "05", "07", "09"]


def test_a_test_split_without_the_classes_is_one_sentence(data: Path) -> None:
    toolbox = tools()
    toolbox.classifier.spec = replace(toolbox.classifier.spec, labels=("up", "down"))  # type: ignore[misc]
    with pytest.raises(DataError, match=r"has no clips of down, up\."):
        spread(data, 3, toolbox)


def test_a_bad_clip_is_left_out_and_the_others_keep_their_names(data: Path) -> None:
    (data / "05.wav").write_bytes(b"")
    folder = DataFolder(data)
    clips = spread_clips(folder, None, 5, tools(), silent, CancelToken())
    assert [clip.name for clip in clips] == ["01", "09", "13", "17"]
    assert [Path(each.clip).name for each in folder.left_out] == ["05.wav"]


def test_the_clips_sound_as_in_their_files(data: Path) -> None:
    (clip,) = spread(data, 1)
    expected = tone(1, 0.05)[::2]
    middle = slice(50, -50)
    np.testing.assert_allclose(clip.samples[0, middle], expected[middle], atol=0.01)
