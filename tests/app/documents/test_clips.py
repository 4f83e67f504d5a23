"""The clips of a document: where they are read from, and which is left when one is closed."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.session import ClipItem
from core.audio_io import read_clip
from core.session_file import read_session
from tests.app.documents.bench import explained_by_hand, read, reopened, saved
from tests.sessions import differences, tamper


def test_recordings_are_read_from_the_session_when_their_files_are_gone(
    qtbot, bench, make_bench, files, path
):
    read(qtbot, bench, *files)
    saved(qtbot, bench, path)
    expected = [read_clip(file, mono=True).samples for file in files]
    for file in files:
        file.unlink()
    other = make_bench()
    reopened(qtbot, other, path)
    for file, samples in zip(files, expected, strict=True):
        with qtbot.waitSignal(other.explain.idle):
            other.explain.open_item(str(file))
        assert np.array_equal(other.state.clip.samples, samples)
    assert other.posted == []
    # Saved elsewhere, all of them are in the new file and read from there.
    copy = path.with_name("copy.hearwhy")
    saved(qtbot, other, copy)
    path.unlink()
    assert {item.sound.archive for item in other.state.items if item.group == "files"} == {copy}
    with qtbot.waitSignal(other.explain.idle):
        other.explain.open_item(str(files[0]))
    assert np.array_equal(other.state.clip.samples, expected[0])


def test_a_file_that_only_the_session_points_at_is_greyed_when_it_is_gone(
    qtbot, bench, make_bench, files, path, monkeypatch
):
    monkeypatch.setattr("core.session_writer.SMALL", 10)
    read(qtbot, bench, *files)
    saved(qtbot, bench, path)
    files[1].unlink()
    other = make_bench()
    reopened(qtbot, other, path)
    missing = {item.name: item.missing for item in other.state.items if item.group == "files"}
    assert missing == {"one.wav": False, "two.wav": True, "three.wav": False}


def test_a_current_clip_that_is_only_pointed_at_is_read_from_its_file(
    qtbot, bench, make_bench, files, path, monkeypatch
):
    monkeypatch.setattr("core.session_writer.ROOM", 4 * 4_000)
    read(qtbot, bench, files[0])
    explained_by_hand(bench)
    saved(qtbot, bench, path)
    other = make_bench()
    reopened(qtbot, other, path)
    assert differences(other.state.clip, bench.state.clip) == []
    assert other.state.result is not None
    files[0].unlink()
    reopened(qtbot, other, path)
    assert (other.state.current, other.state.clip, other.state.result) == (None, None, None)
    assert "one.wav" in other.posted[-1].text


def test_the_sample_that_is_open_is_the_sample_of_this_computer(qtbot, bench, make_bench, path):
    sample = bench.state.items[0]
    with qtbot.waitSignal(bench.explain.idle):
        bench.explain.open_item(sample.key)
    saved(qtbot, bench, path)
    tamper(path, lambda manifest: manifest["items"][0].update(path=f"/else/{sample.path.name}"))
    other = make_bench()
    reopened(qtbot, other, path)
    assert other.state.item == sample
    assert len(other.state.items) == len(bench.state.items)
    tamper(path, lambda manifest: manifest["items"][0].update(path="/else/unknown.wav"))
    reopened(qtbot, other, path)
    assert (other.state.item.name, other.state.item.group) == (sample.name, "files")
    assert other.state.clip is not None


def test_takes_that_were_not_opened_are_nobodys_business(qtbot, bench, make_bench, files, path):
    takes = [ClipItem(file, file.stem, "takes") for file in files]
    bench.session.add_items(takes)
    with qtbot.waitSignal(bench.explain.idle):
        bench.explain.open_item(takes[1].key)
    saved(qtbot, bench, path)
    assert [item.name for item in read_session(path).items] == ["two"]
    other = make_bench()
    other.session.add_items([ClipItem(Path("/mine/own.wav"), "own", "takes")])
    reopened(qtbot, other, path)
    assert [item.name for item in other.state.items if item.group == "takes"] == ["own", "two"]


def test_closing_the_current_clip_opens_the_one_below_then_the_one_above(qtbot, bench, files):
    read(qtbot, bench, *files)
    bench.explain.open_item(str(files[1]))
    for expected in ("three.wav", "one.wav"):
        bench.documents.close_item(bench.state.current)
        assert bench.state.item.name == expected
    bench.documents.close_item(bench.state.current)
    assert bench.state.item.group == "samples"
    count = len(bench.state.items)
    bench.documents.close_item(bench.state.current)  # a sample stays
    assert len(bench.state.items) == count
    with qtbot.waitSignal(bench.explain.idle):
        bench.explain.open_item(bench.state.current)


def test_closing_the_only_clip_leaves_none(qtbot, bench, files):
    bench.session.set_items([])
    read(qtbot, bench, files[0])
    bench.documents.close_item(str(files[0]))
    assert (bench.state.current, bench.state.clip) == (None, None)
