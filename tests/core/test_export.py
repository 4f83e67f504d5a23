"""Results on disk: complete or absent, and never in the place of something else unasked."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.errors import Cancelled, ExportError, RequestError
from core.export import (
    FILES,
    export_files,
    planned_files,
    proposed_base,
    settled,
    write_result,
)
from core.exporters import EXPORTERS, ExportOptions, Subject
from core.job import CancelToken
from core.types import ExplanationRequest, Variant
from tests.full_disk import full_disk
from tests.results import RATE, SAMPLES, made_up_result

ALL = ("wav", "flac", "png", "svg", "csv", "json", "labels", "textgrid", "html")
A = ExportOptions(base="a")
HALF_A_WAV = 2 * SAMPLES  # bytes


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_formats_are_these() -> None:
    assert {spec.id for spec in EXPORTERS.specs()} == set(ALL)
    for spec in EXPORTERS.specs():
        assert spec.label
        assert len(spec.summary) <= 60


def test_a_result_is_six_files_in_one_folder(tmp_path: Path) -> None:
    result = made_up_result()
    folder = tmp_path / "out" / "word"
    written = write_result(result, folder).files
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


def test_a_folder_has_what_is_asked_for_and_its_record(tmp_path: Path) -> None:
    done = write_result(made_up_result(), tmp_path / "word", None, ["labels", "textgrid", "csv"])
    names = {"labels.txt", "relevance.TextGrid", "relevance.csv", "relevance_frames.csv"}
    assert {path.name for path in done.files} == names | {"explanation.json"}
    assert set(contents(tmp_path / "word")) == names | {"explanation.json"}


def test_an_older_result_is_replaced_whole(tmp_path: Path) -> None:
    folder = tmp_path / "word"
    write_result(made_up_result(), folder)
    (folder / ".DS_Store").touch()
    write_result(made_up_result(request=ExplanationRequest(keep=0.7)), folder)
    assert json.loads((folder / "explanation.json").read_bytes())["keep"] == 0.7
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


def test_an_older_result_of_other_formats_is_replaced_too(tmp_path: Path) -> None:
    write_result(made_up_result(), tmp_path / "word", None, ALL)
    write_result(made_up_result(), tmp_path / "word")
    assert set(contents(tmp_path / "word")) == set(FILES)


def test_a_full_disk_leaves_no_folder_and_says_so(tmp_path: Path) -> None:
    with (
        pytest.raises(ExportError, match=r"“.*word” could not be written \("),
        full_disk(HALF_A_WAV),
    ):
        write_result(made_up_result(), tmp_path / "word")
    assert list(tmp_path.iterdir()) == []


def test_files_are_written_beside_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("three years")
    done = export_files(Subject(made_up_result()), ALL, A, tmp_path)
    assert set(contents(tmp_path)) == {"thesis.txt", *(path.name for path in done.files)}
    assert all(path.parent == tmp_path and path.stat().st_size for path in done.files)
    planned = planned_files(ALL, A)
    assert [file.name for file in planned] == [path.name for path in done.files]
    assert len({file.name.casefold() for file in planned}) == len(planned) == 16


def test_files_that_exist_are_left_alone_and_a_number_goes_with_the_whole_set(
    tmp_path: Path,
) -> None:
    subject = Subject(made_up_result())
    (tmp_path / "a_labels.txt").write_text("mine")
    for number in (2, 3):
        done = export_files(subject, ["labels", "csv"], A, tmp_path)
        assert [path.name for path in done.files] == [
            f"a-{number}_labels.txt",
            f"a-{number}_relevance.csv",
            f"a-{number}_relevance_frames.csv",
        ]
    assert (tmp_path / "a_labels.txt").read_text() == "mine"
    assert settled(["json"], A, tmp_path).base == "a"
    assert settled(["labels"], A, tmp_path, overwrite=True).base == "a"


def test_files_are_replaced_when_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a_labels.txt").write_text("mine")
    export_files(Subject(made_up_result()), ["labels"], A, tmp_path, overwrite=True)
    (path,) = tmp_path.iterdir()
    assert path.name == "a_labels.txt"
    assert "mine" not in path.read_text()


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    export_files(Subject(made_up_result()), ["json"], A, tmp_path / "x" / "y")
    assert set(contents(tmp_path / "x" / "y")) == {"a_explanation.json"}


@pytest.mark.parametrize("stop_at", [0, 1, 5, 22])
def test_a_cancel_leaves_everything_as_it_was(tmp_path: Path, stop_at: int) -> None:
    (tmp_path / "a_labels.txt").write_text("mine")
    token, reports = CancelToken(), 0

    def report(share: float, stage: str) -> None:
        nonlocal reports
        reports += 1
        if reports > stop_at:
            token.set()

    for folder in (tmp_path, tmp_path / "new" / "below"):
        with pytest.raises(Cancelled):
            export_files(
                Subject(made_up_result()),
                ["wav", "flac", "csv", "json", "labels", "textgrid", "html"],
                A,
                folder,
                overwrite=True,
                report=report,
                cancel=token,
            )
    assert contents(tmp_path) == {"a_labels.txt": b"mine"}
    with pytest.raises(Cancelled):
        write_result(made_up_result(), tmp_path / "word", cancel=token)
    assert contents(tmp_path) == {"a_labels.txt": b"mine"}


@pytest.mark.parametrize("format_id", ["wav", "flac", "png", "svg", "html"])
def test_a_full_disk_leaves_nothing_and_says_so_in_one_sentence(
    tmp_path: Path, format_id: str
) -> None:
    subject = Subject(made_up_result())
    with pytest.raises(ExportError) as told, full_disk(HALF_A_WAV):
        export_files(subject, ["json", format_id], A, tmp_path / "new")
    sentence = str(told.value)
    assert sentence.startswith(f"“{tmp_path / 'new'}” could not be written (")
    assert sentence.count(". ") == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere"
)
def test_a_folder_that_may_not_be_written_to_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(ExportError, match="could not be written"):
            export_files(Subject(made_up_result()), ["json"], A, tmp_path)
    finally:
        tmp_path.chmod(0o700)


def test_what_is_in_the_way_is_not_removed(tmp_path: Path) -> None:
    subject = Subject(made_up_result())
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match="file” could not be written"):
        export_files(subject, ["json"], A, tmp_path / "file")
    (tmp_path / "a_explanation.json" / "full").mkdir(parents=True)
    (tmp_path / "a_labels.txt").write_text("mine")
    with pytest.raises(ExportError, match=r"“a_explanation\.json” is already there"):
        export_files(subject, ["labels", "json"], A, tmp_path, overwrite=True)
    assert (tmp_path / "a_explanation.json" / "full").is_dir()
    assert (tmp_path / "a_labels.txt").read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize(
    ("formats", "options", "sentence"),
    [
        ([], A, "Choose at least one format"),
        (["wav", "mp3"], A, "There is no format “mp3”"),
        (["png"], ExportOptions(base="a", variants=()), "Choose at least one version"),
    ],
)
def test_senseless_wishes_are_refused_before_anything_is_written(
    tmp_path: Path, formats: list[str], options: ExportOptions, sentence: str
) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: export_files(Subject(made_up_result()), formats, options, tmp_path / "x"),
        lambda: settled(formats, options, tmp_path),
    ]
    for attempt in attempts:
        with pytest.raises(RequestError, match=sentence):
            attempt()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("clip", "target", "base"),
    [
        ("word", "yes", "word_yes"),
        ("../up", "a/b", "_up_a_b"),
        ("CON.1", "yes", "_CON.1_yes"),
        ("w" * 400, "yes", "w" * 160),
        ("é" * 400, "yes", "é" * 80),
        ("\udcff:", "\n", "___"),
    ],
)
def test_names_come_from_the_clip_and_the_class(
    tmp_path: Path, clip: str, target: str, base: str
) -> None:
    result = made_up_result(clip_name=clip)
    proposed = proposed_base(made_up_result(clip_name=clip, target=target))
    assert proposed in {base, f"{base}_"}
    done = export_files(Subject(result), ALL, ExportOptions(base=proposed), tmp_path)
    assert all(len(path.name.encode()) <= 255 for path in done.files)
    assert set(contents(tmp_path)) == {path.name for path in done.files}


def test_a_typed_base_that_is_no_name_is_mended(tmp_path: Path) -> None:
    done = export_files(Subject(made_up_result()), ["json"], ExportOptions(base="a/../b"), tmp_path)
    assert done.files == (tmp_path / "a_.._b_explanation.json",)


def test_a_cancel_while_the_last_file_is_written_counts(tmp_path: Path) -> None:
    token = CancelToken()

    def stop(share: float, stage: str) -> None:
        token.set()

    result = made_up_result()
    with pytest.raises(Cancelled):
        export_files(Subject(result), ["json"], A, tmp_path, report=stop, cancel=token)
    token = CancelToken()
    with pytest.raises(Cancelled):
        write_result(result, tmp_path / "word", None, ["json"], report=stop, cancel=token)
    assert list(tmp_path.iterdir()) == []
