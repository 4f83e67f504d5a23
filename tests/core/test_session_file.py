"""What is saved comes back: every field, every sample, every bit."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from core.audio_io import read_clip, write_wav
from core.errors import Cancelled, ExportError
from core.job import CancelToken
from core.session_archive import SessionFileError
from core.session_file import KeptSound, SavedItem, SavedSession, read_session
from core.session_writer import SMALL, write_session
from core.types import (
    Attribution,
    AudioClip,
    ExplanationRequest,
    Variant,
)
from tests.results import latent_code, made_up_result
from tests.sessions import differences, entries, made_up_session, recording


@pytest.fixture
def session(tmp_path: Path) -> SavedSession:
    return made_up_session(tmp_path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mine.hearwhy"


def test_everything_comes_back_bit_by_bit(session: SavedSession, path: Path) -> None:
    write_session(path, session)
    again = read_session(path)
    for field in dataclasses.fields(SavedSession):
        if field.name != "items":
            saved, read = getattr(session, field.name), getattr(again, field.name)
            assert differences(saved, read, field.name) == []
    assert [(i.path, i.name, i.group) for i in again.items] == [
        (i.path, i.name, i.group) for i in session.items
    ]
    for item in again.items:
        samples = read_clip(item.path, mono=True).samples
        assert item.sound.read().samples.tobytes() == samples.tobytes()


def test_nothing_but_the_request_is_needed(path: Path) -> None:
    empty = SavedSession(ExplanationRequest())
    write_session(path, empty)
    assert differences(empty, read_session(path)) == []
    assert set(entries(path)) == {"manifest.json"}


def test_the_same_session_is_the_same_file(session: SavedSession, path: Path) -> None:
    write_session(path, session)
    first = entries(path)
    write_session(path, read_session(path))
    assert {k: v for k, v in entries(path).items() if not k.endswith(".wav")} == {
        k: v
        for k, v in first.items()
        if not k.endswith(".wav")  # WAV files say when they were made
    }


def test_a_version_that_is_the_recording_itself_is_kept_once(path: Path) -> None:
    clip = recording(4_000)
    result = made_up_result()
    quiet = AudioClip(np.zeros(4_000), 16_000)
    audio = dict.fromkeys(Variant, quiet) | {Variant.ORIGINAL: clip}
    session = SavedSession(
        ExplanationRequest(),
        (SavedItem(path.with_name("word.wav"), "word", "files"),),
        0,
        clip,
        dataclasses.replace(result, audio=audio),
    )
    write_session(path, session)
    again = read_session(path)
    assert len(entries(path)) == 4
    assert again.clip is again.result.audio[Variant.ORIGINAL]


def test_takes_are_kept_however_long_and_files_when_they_are_short(
    session: SavedSession, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.session_writer.SMALL", 100)
    written = write_session(path, session)
    again = read_session(path)
    assert [item.sound is not None for item in again.items] == [True, True, False]
    assert [item.sound for item in written.items] == [None, None, None]  # their files are there
    assert SMALL * 4 == 64 * 2**20


def test_together_the_files_have_limited_room(
    session: SavedSession, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.session_writer.SMALL_TOGETHER", 12_000)
    items = (*session.items, SavedItem(path.with_name("other.wav"), "again", "files"))
    write_session(path, dataclasses.replace(session, items=items))
    kept = [item.sound is not None for item in read_session(path).items]
    assert kept == [True, True, True, False]


def test_what_is_beyond_the_room_stays_a_reference(
    session: SavedSession, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.session_writer.ROOM", 4 * 4_000)  # the versions alone
    write_session(path, session)
    again = read_session(path)
    assert [item.sound for item in again.items] == [None, None, None]
    assert again.clip is None
    assert differences(session.result, again.result) == []
    monkeypatch.setattr("core.session_writer.ROOM", 4 * 4_000 - 1)
    with pytest.raises(ExportError, match="2 GB"):
        write_session(path, session)


def test_files_that_are_gone_or_no_sound_stay_references(session: SavedSession, path: Path) -> None:
    session.items[0].path.unlink()
    session.items[2].path.write_bytes(b"no sound")
    write_session(path, session)
    assert [item.sound is not None for item in read_session(path).items] == [False, True, False]


def test_a_recording_lives_on_in_the_file_when_its_own_is_gone(
    session: SavedSession, path: Path, tmp_path: Path
) -> None:
    write_session(path, session)
    there = [read_clip(item.path, mono=True) for item in session.items]
    for item in session.items:
        item.path.unlink()
    opened = read_session(path)
    copied = write_session(tmp_path / "copy.hearwhy", opened)  # reads them from the first one
    path.unlink()
    assert [item.sound.archive.name for item in copied.items] == ["copy.hearwhy"] * 3
    for clip, item in zip(there, copied.items, strict=True):
        assert np.array_equal(item.sound.read().samples, clip.samples)


def test_a_sound_that_was_saved_without_is_said_to_be_gone(
    session: SavedSession, path: Path
) -> None:
    write_session(path, session)
    kept = read_session(path).items[0].sound
    write_session(path, dataclasses.replace(session, items=session.items[1:], current=0))
    with pytest.raises(SessionFileError, match="no longer in the session"):
        kept.read()
    path.unlink()
    with pytest.raises(SessionFileError, match="There is no file"):
        kept.read()


def test_a_folder_that_moved_is_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.session_writer.SMALL", 100)
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    write_session(old / "mine.hearwhy", made_up_session(old))
    old.rename(new)
    paths = [item.path for item in read_session(new / "mine.hearwhy").items]
    assert paths == [new / "take.wav", new / "word.wav", new / "other.wav"]


def test_numbers_that_do_not_exist_are_none(session: SavedSession, path: Path) -> None:
    attribution = Attribution(np.ones((4, 6)), "integrated_gradients", "yes", float("inf"), 16)
    result = dataclasses.replace(session.result, attribution=attribution)
    write_session(path, dataclasses.replace(session, result=result))
    assert read_session(path).result.attribution.completeness_gap is None


def test_an_explanation_with_nan_is_refused_before_it_is_lost(
    session: SavedSession, path: Path
) -> None:
    values = session.result.code.values.copy()
    values[0, 0] = np.nan
    result = dataclasses.replace(session.result, code=latent_code(values, 4_000))
    with pytest.raises(ExportError, match="latents"):
        write_session(path, dataclasses.replace(session, result=result))
    assert not path.exists()


def test_names_that_are_no_text_are_kept_as_far_as_possible(path: Path, tmp_path: Path) -> None:
    strange = tmp_path / "na\udcffme.wav"
    write_wav(strange, recording())
    clip = read_clip(strange)
    item = SavedItem(strange, strange.name, "files")
    write_session(path, SavedSession(ExplanationRequest(), (item,), 0, clip))
    again = read_session(path)
    assert np.array_equal(again.clip.samples, clip.samples)
    assert again.items[0].name == "na?me.wav"


def test_a_cancelled_save_leaves_the_file_as_it_was(session: SavedSession, path: Path) -> None:
    path.write_bytes(b"the old one")
    cancel = CancelToken()

    def stop(share: float, stage: str) -> None:
        cancel.set()

    with pytest.raises(Cancelled):
        write_session(path, session, stop, cancel)
    assert path.read_bytes() == b"the old one"
    assert sorted(file.name for file in path.parent.iterdir()) == [
        "mine.hearwhy", "other.wav", "take.wav", "word.wav",
    ]  # fmt: skip


def test_reading_can_be_cancelled(session: SavedSession, path: Path) -> None:
    write_session(path, session)
    cancel = CancelToken()
    cancel.set()
    with pytest.raises(Cancelled):
        read_session(path, cancel=cancel)


def test_progress_goes_from_nothing_to_all(session: SavedSession, path: Path) -> None:
    shares: list[float] = []
    write_session(path, session, lambda share, stage: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) > 3


def test_a_missing_folder_is_a_sentence(session: SavedSession, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="could not be written"):
        write_session(tmp_path / "nowhere" / "mine.hearwhy", session)


def test_a_kept_sound_has_name_and_notes_of_its_clip(session: SavedSession, path: Path) -> None:
    write_session(path, session)
    sound = read_session(path).items[1].sound
    assert isinstance(sound, KeptSound)
    assert differences(sound.read(), session.clip) == []
