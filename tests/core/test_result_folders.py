from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.export import write_result
from core.result_folders import result_folders
from tests.results import made_up_result


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
