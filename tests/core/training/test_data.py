from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.errors import Cancelled
from core.job import CancelToken, silent
from core.training import data
from core.training.data import ClipEntry, ClipSet, LeftOut, load_clips
from core.training.data_folder import DataFolder
from tests.core.training.conftest import RATE, hiss, tone, write_folders


def read(entries: list[ClipEntry], rate: int = RATE) -> tuple[ClipSet, list[LeftOut]]:
    return load_clips(entries, rate, silent, CancelToken())


def loaded(entries: list[ClipEntry], rate: int = RATE) -> ClipSet:
    """The clips, of which none is left out."""
    clips, left_out = read(entries, rate)
    assert left_out == []
    return clips


def list_clips(folder: Path) -> list[ClipEntry]:
    return DataFolder(folder).entries()


def test_clips_are_decoded_mono_at_the_rate_asked_for(tmp_path: Path) -> None:
    stereo = np.stack([tone(0), hiss(0)], axis=1)
    soundfile.write(tmp_path / "stereo.wav", stereo, RATE, subtype="FLOAT")
    soundfile.write(tmp_path / "fast.wav", tone(1), 2 * RATE)
    clips = loaded([ClipEntry(tmp_path / f"{n}.wav", "", "", "", "") for n in ("stereo", "fast")])
    assert (len(clips), clips.sample_rate) == (2, RATE)
    np.testing.assert_allclose(clips.clip(0), stereo.mean(axis=1), atol=1.0 / 32768)
    assert len(clips.clip(1)) == len(tone(1)) // 2
    assert clips.clip(0).dtype == np.float32


def test_what_is_beyond_full_scale_is_clipped_not_wrapped(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "loud.wav", np.array([1.5, -1.5, 0.5]), RATE, subtype="FLOAT")
    (clip,) = [loaded([ClipEntry(tmp_path / "loud.wav", "", "", "", "")]).clip(0)]
    np.testing.assert_allclose(clip, [1.0, -1.0, 0.5], atol=1e-4)


def test_a_choice_of_clips_keeps_their_order(tmp_path: Path) -> None:
    entries = list_clips(write_folders(tmp_path / "data", 3))
    clips = loaded(entries)
    chosen = clips.where([True, False, False, False, True, True])
    assert chosen.labels() == ["hiss", "tone", "tone"]
    for number, index in enumerate((0, 4, 5)):
        assert np.array_equal(chosen.clip(number), clips.clip(index))
    assert len(clips.where([False] * 6)) == 0


def test_the_second_reading_comes_from_the_cache(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = list_clips(write_folders(tmp_path / "data", 2))
    first = loaded(entries)
    assert [path.suffix for path in cache.iterdir()] == [".npz"]

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("decoded again")

    monkeypatch.setattr(data, "read_clip", forbidden)
    second = loaded(entries)
    assert second.entries == first.entries
    assert np.array_equal(second.samples, first.samples)
    assert np.array_equal(second.starts, first.starts)
    for other in (entries[::-1], entries[:-1]):
        with pytest.raises(AssertionError, match="decoded again"):
            loaded(other)
    with pytest.raises(AssertionError, match="decoded again"):
        loaded(entries, RATE // 2)
    monkeypatch.setattr(data, "READING", data.READING + 1)
    with pytest.raises(AssertionError, match="decoded again"):
        loaded(entries)


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    entries = list_clips(write_folders(tmp_path / "data", 1))
    before = loaded(entries).clip(0)
    soundfile.write(entries[0].path, 0.5 * before, RATE, subtype="PCM_16")
    os.utime(entries[0].path, (1, 1))
    assert np.abs(loaded(entries).clip(0)).max() < 0.6 * np.abs(before).max()


@pytest.mark.parametrize("damage", ["empty", "half", "other"])
def test_a_damaged_cache_is_made_anew(tmp_path: Path, cache: Path, damage: str) -> None:
    entries = list_clips(write_folders(tmp_path / "data", 1))
    first = loaded(entries)
    (stored,) = cache.iterdir()
    content = stored.read_bytes()
    damaged = {"empty": b"", "half": content[: len(content) // 2], "other": b"no archive" * 99}
    stored.write_bytes(damaged[damage])
    assert np.array_equal(loaded(entries).samples, first.samples)
    assert stored.read_bytes() == content or len(stored.read_bytes()) == len(content)


def test_without_a_place_for_the_cache_clips_are_read_all_the_same(
    tmp_path: Path, cache: Path
) -> None:
    entries = list_clips(write_folders(tmp_path / "data", 1))
    cache.parent.write_text("a file where the folder would be")
    assert len(loaded(entries)) == 2


def test_a_clip_that_cannot_be_read_is_left_out_and_named(tmp_path: Path) -> None:
    entries = list_clips(write_folders(tmp_path / "data", 2))
    entries[1].path.unlink()
    entries[2].path.write_text("words")
    for _ in range(2):  # the second time from the cache
        clips, left_out = read(entries)
        assert clips.entries == (entries[0], entries[3])
        assert np.array_equal(clips.clip(1), loaded([entries[3]]).clip(0))
        assert [each.clip for each in left_out] == [str(each.path) for each in entries[1:3]]
        assert "There is no file" in left_out[0].why
        assert "is not a sound file" in left_out[1].why


def test_a_clip_that_was_mended_is_read_although_others_come_from_the_cache(
    tmp_path: Path,
) -> None:
    entries = list_clips(write_folders(tmp_path / "data", 1))
    content, facts = entries[0].path.read_bytes(), entries[0].path.stat()
    entries[0].path.write_bytes(bytes(len(content)))
    os.utime(entries[0].path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert len(read(entries)[1]) == 1
    entries[0].path.write_bytes(content)  # nothing else tells that it has changed
    os.utime(entries[0].path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert len(loaded(entries)) == 2


def test_of_bad_clips_alone_nothing_is_left(tmp_path: Path) -> None:
    clips, left_out = read([ClipEntry(tmp_path / "gone.wav", "", "", "", "")])
    assert (len(clips), len(left_out), len(clips.samples)) == (0, 1, 0)


@pytest.mark.skipif(os.name == "nt", reason="such names do not exist here")
def test_names_that_are_no_text_are_read_and_kept_apart_in_the_cache(tmp_path: Path) -> None:
    entries = []
    for number, name in enumerate((b"caf\xe9.wav", b"caf\xe8.wav")):
        path = tmp_path / os.fsdecode(name)
        soundfile.write(tmp_path / "tone.wav", tone(number), RATE)
        (tmp_path / "tone.wav").rename(path)
        os.utime(path, (1, 1))
        entries.append(ClipEntry(path, "set", "tone", "", "train"))
    for _ in range(2):
        one, two = (loaded([entry]).clip(0) for entry in entries)
        assert not np.array_equal(one, two)


def test_reading_tells_how_far_it_is_and_stops_when_asked(tmp_path: Path, cache: Path) -> None:
    entries = list_clips(write_folders(tmp_path / "data", 3))
    cancel, seen = CancelToken(), []

    def report(share: float, stage: str) -> None:
        seen.append((round(6 * share), stage))
        if len(seen) == 4:
            cancel.set()

    with pytest.raises(Cancelled):
        load_clips(entries, RATE, report, cancel)
    assert seen == [(number, "Reading clips") for number in range(4)]
    assert not cache.exists()


def test_clips_whose_channels_cancel_are_heard(tmp_path: Path) -> None:
    sound = tone(1)
    soundfile.write(tmp_path / "a.wav", np.stack([sound, -sound], axis=1), RATE, subtype="FLOAT")
    clips = loaded([ClipEntry(tmp_path / "a.wav", "d", "tone", "", "train")])
    np.testing.assert_allclose(clips.clip(0), sound, atol=1e-4)
