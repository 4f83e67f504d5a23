"""The session as a document: saved and opened, with real files."""

from __future__ import annotations

from dataclasses import replace

from core.types import Variant
from tests.app.documents.bench import LOOK, explained_by_hand, read, reopened, saved
from tests.sessions import differences


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
