"""What makes a document modified, and what does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.session import ClipItem
from core.session_file import read_session
from core.types import Variant
from tests.app.documents.bench import LOOK, explained_by_hand, read, saved


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
