from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from core.errors import ExportError
from core.export import FILES, json_line, result_folders, result_record, write_result
from core.types import ExplanationRequest, Timeline, Variant, WindowSummary
from tests.results import LABELS, RATE, SAMPLES, made_up_result


def parsed(text: str | bytes) -> Any:
    """JSON, and nothing that only Python takes for it."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    return json.loads(text, parse_constant=refuse)


def test_a_result_is_six_files_in_one_folder(tmp_path: Path) -> None:
    result = made_up_result()
    folder = tmp_path / "out" / "word"
    written = write_result(result, folder)
    assert [path.name for path in written] == list(FILES)
    assert sorted(folder.iterdir()) == sorted(written)
    assert list(folder.parent.iterdir()) == [folder]
    assert (folder / "spectrograms.png").read_bytes().startswith(b"\x89PNG")


def test_the_sounds_are_the_results_own_samples(tmp_path: Path) -> None:
    result = made_up_result()
    write_result(result, tmp_path / "word")
    for variant in Variant:
        path = tmp_path / "word" / f"{variant.value}.wav"
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        facts = soundfile.info(path)
        assert (rate, len(samples), facts.subtype) == (RATE, SAMPLES, "FLOAT")
        # Neither level-matched nor clipped: one of them goes beyond full scale.
        np.testing.assert_array_equal(samples.T, result.audio[variant].samples)
    assert np.abs(result.audio[Variant.EXPLANATION].samples).max() > 1.0


def test_the_record_holds_every_choice_and_every_number() -> None:
    record = result_record(made_up_result(), Path("/clips/word.flac"))
    versions = record.pop("versions")
    assert set(versions) >= {"hearwhy", "torch"}
    assert record == {
        "schema": "hearwhy.explanation/1",
        "clip": "word",
        "file": str(Path("/clips/word.flac").resolve()),
        "codec": "small-codec",
        "classifier": "small-head",
        "method": "integrated_gradients",
        "fill": "zero",
        "granularity": "element",
        "keep": 0.2,
        "remove": 0.1,
        "target": "yes",
        "explained": "log-odds",
        "stretch": {"start": 0.25, "end": 0.75},
        "every_window": False,
        "seed": 3,
        "random_masks": 5,
        "device": "cpu",
        "sample_rate": RATE,
        "latent_shape": [4, 6],
        "completeness_gap": 0.0125,
        "steps": 16,
        "level_db": {
            "original": 0.0,
            "reconstruction": -0.1,
            "explanation": -8.25,
            "removed": None,
        },
        "seconds": {"encode": 0.01, "attribute": 0.02, "synthesise": 0.03, "total": 0.07},
        "predictions": {
            "original": {"label": "yes", "probability": 0.8},
            "reconstruction": {"label": "yes", "probability": 0.75},
            "explanation": {
                "latent": {"label": "yes", "probability": 0.7},
                "round_trip": {"label": "yes", "probability": 0.6},
            },
            # The label is what is heard, the probability that of the class explained.
            "removed": {
                "latent": {"label": "no", "probability": 0.2},
                "round_trip": {"label": "no", "probability": 0.3},
            },
            "random_explanation": {
                "latent": {"label": "no", "probability": 0.4, "std": 0.05, "agreement": 0.4},
                "round_trip": {"label": "yes", "probability": 0.2, "std": 0.06, "agreement": 0.6},
            },
            "random_removed": {
                "latent": {"label": "no", "probability": 0.9, "std": 0.05, "agreement": 0.4},
                "round_trip": {"label": "yes", "probability": 0.45, "std": 0.06, "agreement": 0.6},
            },
        },
        "notes": ["padded from 0.250 s to 0.500 s with silence"],
        "timeline": None,
        "windows": [],
    }


@pytest.mark.parametrize("notes", [("two  spaces ", "a\n b"), ("a ]", "[", "{\n"), ()])
def test_the_file_holds_the_record_as_legible_text(tmp_path: Path, notes: tuple[str, ...]) -> None:
    result = made_up_result(clip_name="où", notes=notes)
    write_result(result, tmp_path / "où", Path("où.wav"))
    text = (tmp_path / "où" / "explanation.json").read_text(encoding="utf-8")
    assert parsed(text) == result_record(result, Path("où.wav"))
    assert '"clip": "où"' in text
    assert '"latent_shape": [4, 6],' in text
    assert parsed(json_line(result_record(result, Path("où.wav")))) == parsed(text)
    assert json_line(result_record(result)).isascii()


def test_numbers_that_do_not_exist_are_null(tmp_path: Path) -> None:
    result = made_up_result(
        random_explanation=None, random_removed=None, seconds={"total": float("inf")}
    )
    record = parsed(json_line(result_record(result)))
    assert record["seconds"]["total"] is None
    assert record["level_db"]["removed"] is None
    assert record["predictions"]["random_explanation"] is None


def test_a_long_clip_has_its_timeline_and_windows() -> None:
    timeline = Timeline(
        LABELS, np.array([0.0, 0.25]), np.array([[1 / 3, 2 / 3, 0], [0.5, 0.25, 0.25]]), 1.0, 0.25
    )
    window = WindowSummary(0.0, 1.0, "no", 0.7, "no", 0.7, 0.6, 0.1, None)
    record = parsed(json_line(result_record(made_up_result(timeline=timeline, windows=(window,)))))
    assert record["timeline"] == {
        "window": 1.0,
        "hop": 0.25,
        "labels": list(LABELS),
        "starts": [0.0, 0.25],
        "probabilities": [[0.3333, 0.6667, 0.0], [0.5, 0.25, 0.25]],
    }
    assert record["windows"] == [
        {
            "start": 0.0,
            "end": 1.0,
            "label": "no",
            "probability": 0.7,
            "target": "no",
            "p_original": 0.7,
            "p_explanation": 0.6,
            "p_removed": 0.1,
            "completeness_gap": None,
        }
    ]


def test_an_older_result_is_replaced_whole(tmp_path: Path) -> None:
    folder = tmp_path / "word"
    write_result(made_up_result(), folder)
    (folder / ".DS_Store").touch()
    write_result(made_up_result(request=ExplanationRequest(keep=0.7)), folder)
    assert parsed((folder / "explanation.json").read_bytes())["keep"] == 0.7
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)


def test_a_folder_with_anything_else_in_it_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("three years")
    with pytest.raises(ExportError, match=r"thesis\.txt"):
        write_result(made_up_result(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "word").touch()
    with pytest.raises(ExportError, match="word” is a file"):
        write_result(made_up_result(), tmp_path / "word")
    with pytest.raises(ExportError, match="could not be written"):
        write_result(made_up_result(), tmp_path / "word" / "below")
    assert [path.name for path in tmp_path.iterdir()] == ["word"]


def test_a_full_disk_leaves_nothing_and_says_so(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Files may only grow to half of what one WAV needs: as a disk that fills up in the middle.
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * SAMPLES, before[1]))
    try:
        with pytest.raises(ExportError, match=r"“.*word” could not be written \("):
            write_result(made_up_result(), tmp_path / "word")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


def names(files: list[str], out: Path) -> list[str]:
    return [folder.name for folder in result_folders([Path(file) for file in files], out)]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["/a/yes.wav", "/a/no.wav"], ["yes", "no"]),
        (["/a/yes.wav", "/b/yes.wav"], ["yes-a", "yes-b"]),
        (["/a/yes.wav", "/b/YES.wav"], ["yes-a", "YES-b"]),  # one name on many systems
        (["/one/x/yes.wav", "/two/x/yes.wav"], ["yes-one-x", "yes-two-x"]),
        (["/a/yes.wav", "/a/YES.flac"], ["yes", "YES-a"]),
        (["/a/yes.wav", "/a/yes.flac", "/a/yes.ogg"], ["yes", "yes-a", "yes-2"]),
        (["/a/yes.wav", "/b/yes.wav", "/c/yes-a.wav"], ["yes-a", "yes-b", "yes-a-c"]),
        (["/yes.wav", "/a/yes.wav"], ["yes", "yes-a"]),
        (["/a/...wav", "/a/ .wav"], ["clip", "clip-a"]),  # never `out` itself nor above it
        (["/a/yes..wav"], ["yes"]),
        (["/a/" + "w" * 250 + ".wav"], ["w" * 200]),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="paths as POSIX writes them")
def test_folders_are_named_after_their_clips(
    tmp_path: Path, files: list[str], expected: list[str]
) -> None:
    assert names(files, tmp_path) == expected
    assert names(files, tmp_path) == expected


def test_a_clip_of_the_same_name_from_another_call_is_not_overwritten(tmp_path: Path) -> None:
    first, second = tmp_path / "a" / "word.wav", tmp_path / "b" / "word.wav"
    out = tmp_path / "out"
    write_result(made_up_result(), result_folders([first], out)[0], first)
    (folder,) = result_folders([second], out)
    assert folder == out / "word-b"
    write_result(made_up_result(), folder, second)
    # Again, each finds its own.
    assert result_folders([first], out) == [out / "word"]
    assert result_folders([second], out) == [out / "word-b"]


def test_a_folder_of_the_users_own_is_passed_by(tmp_path: Path) -> None:
    (tmp_path / "word").mkdir()
    (tmp_path / "word" / "explanation.json").write_text("[]")
    assert names(["/clips/word.wav"], tmp_path) == ["word-clips"]
