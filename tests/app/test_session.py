"""The session tells exactly what changed, with a snapshot that stays as it is."""

import os
from pathlib import Path

import numpy as np
import pytest

from app.notices import Notice
from app.session import ClipItem, Session
from core.types import AudioClip, ExplanationRequest, Variant

SIGNALS = (
    "items_changed",
    "clip_changed",
    "request_changed",
    "result_changed",
    "active_changed",
    "selection_changed",
    "loop_changed",
)


@pytest.fixture
def session(qapp):
    return Session(ExplanationRequest())


@pytest.fixture
def heard(session):
    names = []
    for name in SIGNALS:
        getattr(session, name).connect(lambda state, name=name: names.append(name))
    return names


A, B = (ClipItem(Path(f"{name}.wav"), f"{name}.wav", "files") for name in "ab")
CLIP = AudioClip(np.zeros(100), 16_000)


def test_items_are_listed_once(session, heard):
    session.add_items([A, B])
    session.add_items([A])
    assert session.state.items == (A, B)
    assert heard == ["items_changed"]


@pytest.mark.skipif(os.name == "nt", reason="such names do not exist here")
def test_names_that_are_no_text_have_keys_that_are_and_are_told_apart():
    paths = [Path(os.fsdecode(name)) for name in (b"caf\xe9.wav", b"caf\xe8.wav")]
    items = [ClipItem(path, path.name, "files") for path in paths]
    assert [item.key for item in items] == [r"caf\xe9.wav", r"caf\xe8.wav"]
    assert [item.path for item in items] == paths
    assert {item.name for item in items} == {"caf�.wav"}


def test_a_shown_name_breaks_no_line_and_turns_nothing_around():
    path = Path("two\nlines\u202egpj.wav")
    item = ClipItem(path, path.name, "files")
    assert (item.name, item.path) == ("two�lines�gpj.wav", path)
    assert Notice("info", f"“{path}”\x1b[2J").text == "“two�lines�gpj.wav”�[2J"


def test_another_clip_forgets_sound_result_selection_and_loop(session, heard):
    session.add_items([A, B])
    session.choose(A.key)
    session.set_clip(CLIP)
    session.set_selection((0.0, 0.1))
    session.set_loop((0.0, 0.1))
    heard.clear()
    session.choose(B.key)
    state = session.state
    assert (state.item, state.clip, state.result) == (B, None, None)
    assert (state.selection, state.loop) == (None, None)
    assert heard == ["clip_changed", "result_changed", "selection_changed", "loop_changed"]


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (lambda s: s.set_active(Variant.REMOVED), lambda s: s.set_active(Variant.REMOVED)),
        (lambda s: s.set_selection((0.1, 0.2)), lambda s: s.set_selection((0.1, 0.2))),
        (lambda s: s.set_loop((0.1, 0.2)), lambda s: s.set_loop((0.1, 0.2))),
        (
            lambda s: s.set_request(ExplanationRequest(keep=0.3)),
            lambda s: s.set_request(ExplanationRequest(keep=0.3)),
        ),
    ],
)
def test_what_stays_the_same_is_not_told(session, heard, change, same):
    change(session)
    assert len(heard) == 1
    same(session)
    assert len(heard) == 1


def test_a_snapshot_does_not_change(session):
    before = session.state
    session.set_active(Variant.REMOVED)
    assert before.active is Variant.ORIGINAL
    assert session.state.active is Variant.REMOVED


def test_a_removed_item_is_gone_from_the_list_only(session):
    session.add_items([A, B])
    session.choose(A.key)
    session.remove_item(A.key)
    assert session.state.items == (B,)
    assert session.state.current == A.key
