"""The session as a document: saved, opened, modified; with real files and the real engine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.document_controller import DocumentController
from app.engine import Engine
from app.explain_controller import ExplainController
from app.jobs import JobRunner
from app.notices import Notices
from app.session import ClipItem, Session
from app.settings import SettingsStore
from core.audio_io import read_clip, write_wav
from core.samples import sample_clips
from core.session_file import read_session
from core.session_manifest import SavedLook
from core.types import AudioClip, ExplanationRequest, Variant
from tests.results import made_up_result
from tests.sessions import differences, recording, tamper

LOOK = SavedLook(("view_all",), (0.0, 0.4), None, 0.25)


class Bench:
    """A session with its controllers, as `app.bootstrap` makes them."""

    def __init__(self, folder: Path, **request: object) -> None:
        self.session = Session(ExplanationRequest(**{"random_masks": 2} | request))
        self.models, self.saving = JobRunner("test-models"), JobRunner("test-documents")
        self.notices, self.posted = Notices(), []
        self.notices.posted.connect(self.posted.append)
        self.settings = SettingsStore(folder / "settings.json")
        self.engine = Engine()
        self.explain = ExplainController(self.session, self.models, self.engine, self.notices)
        self.explain.automatic = False
        self.documents = DocumentController(
            self.session, self.explain, self.engine, self.saving, self.settings, self.notices
        )
        self.session.add_items(
            ClipItem(sample.path, sample.title, "samples") for sample in sample_clips()
        )

    @property
    def state(self):
        return self.session.state

    def shut_down(self) -> None:
        self.models.shut_down()
        self.saving.shut_down()


@pytest.fixture
def make_bench(qapp, tmp_path):
    made = []

    def make(**request):
        made.append(Bench(tmp_path, **request))
        return made[-1]

    yield make
    for bench in made:
        bench.shut_down()


@pytest.fixture
def bench(make_bench):
    return make_bench()


@pytest.fixture
def files(tmp_path):
    """Three sound files."""
    paths = [tmp_path / f"{name}.wav" for name in ("one", "two", "three")]
    for seed, path in enumerate(paths):
        write_wav(path, recording(seed=seed), "PCM_16")
    return paths


@pytest.fixture
def path(tmp_path):
    return tmp_path / "mine.hearwhy"


def read(qtbot, bench, *paths):
    """Open sounds and wait until the first of them has been read."""
    with qtbot.waitSignal(bench.explain.idle):
        bench.documents.open_paths(paths)


def saved(qtbot, bench, path, look=LOOK):
    with qtbot.waitSignal(bench.documents.idle):
        bench.documents.save(path, look)


def reopened(qtbot, bench, *paths):
    with qtbot.waitSignal(bench.documents.idle):
        bench.documents.open_paths(paths)


def explained_by_hand(bench, **changes):
    """A made-up result of the current clip."""
    bench.session.set_result(made_up_result(request=bench.state.request, **changes))


def test_all_of_the_state_comes_back(qtbot, bench, make_bench, files, path):
    read(qtbot, bench, *files)
    explained_by_hand(bench)
    bench.session.set_active(Variant.REMOVED)
    bench.session.set_selection((0.1, 0.3))
    bench.session.set_loop((0.2, 0.4))
    saved(qtbot, bench, path)
    other = make_bench(keep=0.9)
    with qtbot.waitSignal(other.documents.opened) as opened:
        reopened(qtbot, other, path)
    assert opened.args == [replace(LOOK, loop=(0.2, 0.4))]
    before, after = bench.state, other.state
    for name in ("current", "clip", "request", "result", "active", "selection", "loop"):
        assert differences(getattr(before, name), getattr(after, name), name) == []
    assert [item.key for item in after.items] == [item.key for item in before.items]
    assert other.documents.path == path
    assert not other.documents.is_modified


def test_nothing_is_explained_again(qtbot, bench, make_bench, files, path, monkeypatch):
    read(qtbot, bench, files[0])
    explained_by_hand(bench)
    saved(qtbot, bench, path)
    other = make_bench()
    other.explain.automatic = True
    monkeypatch.setattr(other.engine, "_toolbox", None)  # opening models would fail
    reopened(qtbot, other, path)
    assert other.state.result is not None
    assert not other.models.is_busy
    assert other.posted == []


def test_a_session_without_an_explanation_gets_one_if_that_is_wanted(
    qtbot, bench, make_bench, files, path
):
    read(qtbot, bench, files[0])
    saved(qtbot, bench, path)
    other = make_bench()
    other.explain.automatic = True
    with qtbot.waitSignal(other.explain.idle, timeout=60_000):
        other.documents.open_paths([path])
        qtbot.waitUntil(lambda: other.models.is_busy)
    assert other.state.result is not None


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


def test_looking_at_a_sound_makes_no_document(qtbot, bench, files):
    read(qtbot, bench, *files)
    explained_by_hand(bench)
    assert bench.documents.path is None
    assert not bench.documents.is_modified


@pytest.mark.parametrize(
    ("change", "modifies"),
    [
        (lambda b, f: b.session.set_active(Variant.EXPLANATION), False),
        (lambda b, f: b.session.set_selection((0.1, 0.2)), False),
        (lambda b, f: b.session.set_loop((0.1, 0.2)), False),
        (lambda b, f: b.session.set_request(replace(b.state.request, keep=0.77)), True),
        (lambda b, f: b.session.add_items([ClipItem(Path("/x.wav"), "x", "files")]), True),
        (lambda b, f: b.session.add_items([ClipItem(Path("/x.wav"), "x", "takes")]), False),
        (lambda b, f: b.documents.close_item(str(f[1])), True),
        (lambda b, f: b.session.choose(str(f[1])), True),
        (lambda b, f: explained_by_hand(b, start=0.1), True),
        (lambda b, f: explained_by_hand(b), False),
    ],
)
def test_what_modifies_a_document(qtbot, bench, files, path, change, modifies):
    read(qtbot, bench, *files)
    explained_by_hand(bench)
    saved(qtbot, bench, path)
    told = []
    bench.documents.changed.connect(lambda: told.append(bench.documents.is_modified))
    change(bench, files)
    assert bench.documents.is_modified is modifies
    assert told == ([True] if modifies else [])


def test_going_back_to_what_was_saved_is_no_change(qtbot, bench, files, path):
    read(qtbot, bench, files[0])
    saved(qtbot, bench, path)
    request = bench.state.request
    bench.session.set_request(replace(request, keep=0.77))
    assert bench.documents.is_modified
    bench.session.set_request(request)
    assert not bench.documents.is_modified
    bench.session.set_request(replace(request, keep=0.77))
    bench.documents.forget_changes()
    assert not bench.documents.is_modified


def test_what_changes_while_it_is_saved_is_still_unsaved(qtbot, bench, files, path):
    read(qtbot, bench, files[0])
    with qtbot.waitSignal(bench.documents.idle):
        bench.documents.save(path, LOOK)
        bench.session.set_request(replace(bench.state.request, keep=0.77))
    assert bench.documents.is_modified
    assert read_session(path).request.keep == 0.1


def test_saving_and_opening_wait_for_each_other(qtbot, bench, files, path):
    read(qtbot, bench, files[0])
    done = []
    bench.documents.saved.connect(lambda path: done.append(path.name))
    with qtbot.waitSignal(bench.documents.opened):
        bench.documents.save(path, LOOK)
        bench.documents.save(path.with_name("again.hearwhy"), LOOK)
        bench.documents.open_paths([path])
    assert done == ["mine.hearwhy", "again.hearwhy"]
    assert bench.documents.path == path


def test_after_a_failure_nothing_that_waits_for_it_is_done(qtbot, bench, files, tmp_path):
    read(qtbot, bench, files[0])
    done = []
    with qtbot.waitSignal(bench.documents.idle):
        bench.documents.save(tmp_path / "nowhere" / "mine.hearwhy", LOOK)
        bench.documents.when_idle(lambda: done.append("closed"))
    assert done == []
    assert bench.documents.path is None
    assert "could not be written" in bench.posted[-1].text


def test_a_cancelled_save_leaves_no_document(qtbot, bench, files, path):
    read(qtbot, bench, files[0])
    with qtbot.waitSignal(bench.documents.idle):
        bench.documents.save(path, LOOK)
        bench.documents.cancel()
    assert bench.documents.path is None


def test_a_bad_session_is_a_sentence_and_everything_stays(qtbot, bench, files, path):
    read(qtbot, bench, files[0])
    before = bench.state
    path.write_bytes(b"PK\3\4 no session")
    reopened(qtbot, bench, path)
    assert bench.state is before
    assert bench.documents.path is None
    assert [notice.level for notice in bench.posted] == ["error"]
    assert "mine.hearwhy" in bench.posted[0].text


def test_sessions_and_sounds_together(qtbot, bench, make_bench, files, path):
    read(qtbot, bench, files[0])
    saved(qtbot, bench, path)
    other = make_bench()
    reopened(qtbot, other, files[1], path, path.with_name("second.HEARWHY"), files[2])
    names = [item.name for item in other.state.items if item.group == "files"]
    assert names == ["one.wav", "two.wav", "three.wav"]
    assert other.state.item.name == "one.wav"
    assert other.documents.is_modified
    assert any("One session" in notice.text for notice in other.posted)


def test_recent_files_are_those_that_could_be_read(qtbot, bench, files, path):
    bad = path.with_name("bad.wav")
    bad.write_bytes(b"no sound")
    read(qtbot, bench, files[0])
    saved(qtbot, bench, path)
    read(qtbot, bench, bad)
    with qtbot.waitSignal(bench.explain.idle):
        bench.explain.open_item(bench.state.items[0].key)  # a sample
    read(qtbot, bench, files[1])
    recent = [path.name for path in bench.settings.settings.recent]
    assert recent == ["two.wav", "mine.hearwhy", "one.wav"]


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


# ── with real models ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def explained(qtbot, bench, tmp_path, path):
    """A real explanation that was saved."""
    time = np.arange(16_000) / 16_000
    write_wav(tmp_path / "tone.wav", AudioClip(0.3 * np.sin(2 * np.pi * 440 * time), 16_000))
    bench.explain.automatic = True
    with qtbot.waitSignal(bench.explain.idle, timeout=60_000):
        bench.documents.open_paths([tmp_path / "tone.wav"])
    saved(qtbot, bench, path)
    return bench


def test_a_reopened_explanation_follows_the_sliders_as_before(qtbot, explained, make_bench, path):
    other = make_bench()
    reopened(qtbot, other, path)
    for bench in (explained, other):
        with qtbot.waitSignal(bench.explain.idle, timeout=60_000):
            bench.explain.change_request(replace(bench.state.request, keep=0.35))
    assert (
        differences(
            replace(explained.state.result, seconds={}), replace(other.state.result, seconds={})
        )
        == []
    )
    assert other.state.result.request.keep == 0.35
    assert other.posted == []


def test_the_codec_is_known_without_being_opened(qtbot, explained, make_bench, path):
    other = make_bench()
    reopened(qtbot, other, path)
    codec_id = other.state.result.codec_id
    assert other.engine.codec_spec(codec_id) == explained.engine.codec_spec(codec_id)
    assert other.engine.codec_spec(codec_id).bands is not None
    saved(qtbot, other, path)
    assert read_session(path).codec == explained.engine.codec_spec(codec_id)


@pytest.mark.parametrize("model", ["codec", "classifier"])
def test_with_other_models_it_must_be_explained_again(qtbot, explained, make_bench, path, model):
    tamper(path, lambda manifest: manifest[model].update(digest="0" * 16))
    other = make_bench()
    reopened(qtbot, other, path)
    before = other.state.result
    with qtbot.waitSignal(other.explain.idle, timeout=60_000):
        other.explain.change_request(replace(other.state.request, keep=0.35))
    assert other.state.result is before
    assert "other versions of the models" in other.posted[-1].text
    with qtbot.waitSignal(other.explain.idle, timeout=60_000):
        other.explain.explain()
    with qtbot.waitSignal(other.explain.idle, timeout=60_000):
        other.explain.change_request(replace(other.state.request, keep=0.5))
    assert other.state.result.request.keep == 0.5
