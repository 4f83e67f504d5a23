"""Which files are meant by the files and folders that someone names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.export import result_folder, write_result
from core.file_names import shown
from core.folders import replacing_folder
from core.gathering import Gathered, gather
from tests.results import made_up_result

NO_TEXT = os.fsdecode(b"caf\xe9.wav")


def touch(*paths: Path) -> Path:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return paths[0]


def linked(link: Path, target: Path) -> Path:
    """A symbolic link, where the system lets us make one."""
    link.parent.mkdir(parents=True, exist_ok=True)
    try:
        link.symlink_to(target, target_is_directory=target.is_dir())
    except OSError:
        pytest.skip("no symbolic links here")
    return link


def names(found: Gathered, folder: Path) -> list[str]:
    """Where the files lie below `folder`; nothing may have gone wrong."""
    assert found.problems == ()
    return [path.relative_to(folder).as_posix() for path in found.files]


def test_files_are_taken_as_named_and_folders_give_their_sounds_in_order(tmp_path: Path) -> None:
    for name in ("b/2.wav", "b/1.FLAC", "a/deep/er/x.mp3", "c.opus", "notes.txt", "a.b/z.wav"):
        touch(tmp_path / name)
    given_first = tmp_path / "notes.txt"
    found = gather([given_first, tmp_path])
    assert names(found, tmp_path) == [
        "notes.txt",
        *("a/deep/er/x.mp3", "a.b/z.wav", "b/1.FLAC", "b/2.wav", "c.opus"),
    ]
    assert found.notes == ()
    assert gather([tmp_path / "gone.wav"]).files == (tmp_path / "gone.wav",)


def test_the_order_is_that_of_the_bytes_of_the_names(tmp_path: Path) -> None:
    listed = ["B.wav", "a.wav", "a/z.wav", "a0/y.wav", "ä.wav", "\N{SPEAKER}.wav"]
    if os.name != "nt":
        listed.insert(4, NO_TEXT)
    touch(*(tmp_path / name for name in reversed(listed)))
    in_order = sorted(listed, key=lambda name: [os.fsencode(part) for part in name.split("/")])
    assert names(gather([tmp_path]), tmp_path) == in_order


def test_hidden_files_and_folders_are_passed_over_at_every_depth(tmp_path: Path) -> None:
    touch(*(tmp_path / name for name in ("a/1.wav", "a/._1.wav", ".cache/2.wav", "a/b/.c/d/3.wav")))
    touch(tmp_path / ".ipynb_checkpoints" / "1-checkpoint.wav")
    assert names(gather([tmp_path]), tmp_path) == ["a/1.wav"]


def test_what_is_named_is_read_although_it_is_hidden(tmp_path: Path) -> None:
    hidden = touch(tmp_path / ".hidden" / "below" / "1.wav")
    assert gather([tmp_path / ".hidden"]).files == (hidden,)
    assert gather([touch(tmp_path / ".one.wav")]).files == (tmp_path / ".one.wav",)


def test_a_file_counts_once_however_often_it_is_named(tmp_path: Path) -> None:
    one, two = touch(tmp_path / "a" / "1.wav", tmp_path / "2.wav"), tmp_path / "2.wav"
    assert gather([two, tmp_path, one, tmp_path / "a"]).files == (two, one)
    link = linked(tmp_path / "a" / "0.wav", two)
    assert gather([tmp_path]).files == (two, one)  # by its own name, not by that of the link
    assert gather([link, tmp_path]).files == (link, one)


def test_results_are_no_clips_however_often_a_folder_is_explained(tmp_path: Path) -> None:
    clips = [touch(tmp_path / f"{number:02}.wav") for number in range(21)]
    for out in (tmp_path / "explanations", tmp_path / "a" / "b", tmp_path):
        for clip in clips[::10]:
            write_result(made_up_result(), out / clip.stem, clip, ("wav", "json"))
            assert gather([tmp_path]).files == tuple(clips)


def test_a_folder_of_results_alone_is_no_folder_of_clips(tmp_path: Path) -> None:
    clip = touch(tmp_path / "clips" / "word.wav")
    result = tmp_path / "out" / "word"
    write_result(made_up_result(), result, clip, ("wav", "json"))
    for folder in (tmp_path / "out", result):
        found = gather([folder])
        (problem,) = found.problems
        assert (found.files, found.notes) == ((), ())
        assert "results of HearWhy, which are no clips" in str(problem)
        beside = gather([folder, clip.parent])  # as when a shell writes out a *
        assert (beside.files, beside.problems) == ((clip,), ())
        assert beside.notes == (str(problem),)
    # One of its sounds can still be named.
    assert gather([result / "removed.wav"]).files == (result / "removed.wav",)


def test_what_only_has_the_name_of_our_record_hides_no_clip(tmp_path: Path) -> None:
    clip = touch(tmp_path / "mine" / "word.wav")
    for text in ("", "[]", '{"schema": "other/1"}', '{"schema": 3}', "[" * 100_000):
        (clip.parent / "explanation.json").write_text(text)
        assert gather([tmp_path]).files == (clip,)


def test_where_results_go_is_no_place_of_clips(tmp_path: Path) -> None:
    clip = touch(tmp_path / "1.wav")
    stray = touch(tmp_path / "out" / "half" / "original.wav")
    found = gather([tmp_path], out=tmp_path / "out")
    assert found.files == (clip,)
    assert found.notes == (
        f"1 sound file was passed over in “{shown(tmp_path / 'out')}”, where the results go.",
    )
    assert gather([tmp_path], out=tmp_path).files == (clip, stray)  # that is where the clips are
    assert gather([stray.parent], out=tmp_path / "out").files == (stray,)  # named


def test_what_is_being_written_is_no_clip(tmp_path: Path) -> None:
    clip = touch(tmp_path / "1.wav")
    with replacing_folder(tmp_path / "word", result_folder()) as new:
        touch(new / "original.wav")
        assert gather([tmp_path]).files == (clip,)


def test_linked_folders_are_followed(tmp_path: Path) -> None:
    far = touch(tmp_path / "far" / "deep" / "1.wav").parent.parent
    data = tmp_path / "data"
    touch(data / "0.wav")
    linked(data / "near", far)
    found = gather([data])
    assert names(found, data) == ["0.wav", "near/deep/1.wav"]
    assert found.notes == ()


def test_a_link_that_leads_back_is_not_followed_and_said(tmp_path: Path) -> None:
    data = tmp_path / "data"
    touch(data / "a" / "1.wav", tmp_path / "other.wav")
    linked(data / "a" / "round", data)
    linked(data / "up", tmp_path)
    found = gather([data])
    assert names(found, data) == ["a/1.wav"]
    (note,) = found.notes
    assert note == (
        f"2 links lead back to a folder they lie in and were not followed, such as "
        f"“{shown(data / 'a' / 'round')}”."
    )


def test_a_folder_that_two_links_lead_to_counts_once_and_this_is_said(tmp_path: Path) -> None:
    data = tmp_path / "data"
    far = touch(tmp_path / "far" / "1.wav").parent
    touch(data / "z" / "2.wav")
    linked(data / "a", data / "z")  # a folder's own name goes before that of a link to it
    linked(data / "b", far)
    linked(data / "c", far)
    found = gather([data])
    assert names(found, data) == ["b/1.wav", "z/2.wav"]
    assert found.notes == (
        f"2 links lead to folders that are there already, such as “{shown(data / 'a')}”.",
    )


def test_a_link_that_leads_nowhere_is_said(tmp_path: Path) -> None:
    touch(tmp_path / "1.wav")
    linked(tmp_path / "2.wav", tmp_path / "gone.wav")
    linked(tmp_path / "notes.txt", tmp_path / "gone.txt")  # would be no sound anyway
    found = gather([tmp_path])
    assert names(found, tmp_path) == ["1.wav"]
    assert found.notes == (f"1 link leads nowhere: “{shown(tmp_path / '2.wav')}”.",)


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    touch(tmp_path / "a" / "1.wav", tmp_path / "b" / "2.wav")
    linked(tmp_path / "a" / "b", tmp_path / "b")
    linked(tmp_path / "b" / "a", tmp_path / "a")
    linked(tmp_path / "self", tmp_path / "self")
    assert names(gather([tmp_path]), tmp_path) == ["a/1.wav", "b/2.wav"]
    assert names(gather([tmp_path / "a"]), tmp_path) == ["a/1.wav", "a/b/2.wav"]


def test_a_folder_that_may_not_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(*(tmp_path / name for name in ("a/1.wav", "b/2.wav", "c/3.wav")))
    really = os.scandir

    def forbidding(folder: Path) -> object:  # for the superuser may read everything
        if folder.name in "bc":
            raise PermissionError(13, "Permission denied", str(folder))
        return really(folder)

    monkeypatch.setattr(os, "scandir", forbidding)
    found = gather([tmp_path])
    assert names(found, tmp_path) == ["a/1.wav"]
    place = shown(tmp_path / "b")
    assert found.notes == (f"2 folders may not be read, such as “{place}”.",)
    (problem,) = gather([tmp_path / "b"]).problems
    assert str(problem).startswith("You may not read “")


def test_a_folder_without_a_sound_is_a_sentence_and_the_others_go_on(tmp_path: Path) -> None:
    clip = touch(tmp_path / "a" / "1.wav")
    touch(tmp_path / "none" / "notes.txt")
    found = gather([tmp_path / "none", clip])
    assert found.files == (clip,)
    (problem,) = found.problems
    place = shown(tmp_path / "none")
    assert str(problem).startswith(f"The folder “{place}” holds no sound files; HearWhy looks for")


@pytest.mark.skipif(os.name == "nt", reason="such names do not exist here")
def test_names_that_are_no_text_are_gathered_like_others(tmp_path: Path) -> None:
    odd = touch(tmp_path / os.fsdecode(b"gr\xfc\xdfe") / NO_TEXT)
    assert gather([tmp_path]).files == (odd,)
    assert gather([odd.parent, odd]).files == (odd,)
