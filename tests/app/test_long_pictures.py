"""Pictures of long sounds: made bit by bit, what is looked at first."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.jobs import JobRunner
from app.long_pictures import LongPictures, TiledSpectrogram
from core import pyramid
from core.pyramid import TILE
from core.spectrogram import spectrogram
from core.types import AudioClip, FloatArray, Variant

RATE = 8_000
SECONDS = 150.0


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[JobRunner]:
    runner = JobRunner("test-tiles")
    yield runner
    runner.shut_down()


@pytest.fixture
def long(runner: JobRunner, monkeypatch: pytest.MonkeyPatch) -> LongPictures:
    monkeypatch.setattr(pyramid, "KEPT_BYTES", 4689 * 513 * 2 // 3)  # levels from 2 on are kept
    return LongPictures(runner)


def noise(seed: int, amplitude: float = 0.01) -> AudioClip:
    random = np.random.default_rng(seed)
    return AudioClip(random.normal(0.0, amplitude, (1, round(SECONDS * RATE))), RATE)


def drawn(qtbot: QtBot, long: LongPictures, *clips: AudioClip) -> list[TiledSpectrogram]:
    sounds = dict(zip(Variant, clips, strict=False))
    pictures = list(long.pictures(sounds).values())
    qtbot.waitUntil(lambda: all(picture.is_complete for picture in pictures), timeout=60_000)
    return pictures


def expected(clip: AudioClip, level: int, reference: float) -> FloatArray:
    db = spectrogram(clip, reference=reference).db
    return np.maximum.reduceat(db, np.arange(0, db.shape[1], 2**level), axis=1)


def test_kept_tiles_are_there_when_it_is_complete(qtbot: QtBot, long: LongPictures) -> None:
    clip = noise(0)
    (picture,) = drawn(qtbot, long, clip)
    assert picture.reference == pytest.approx(spectrogram(clip).reference, rel=1e-5)
    coarse = picture.tile(3, 0)
    assert coarse is not None and coarse.dtype == np.float32
    np.testing.assert_allclose(coarse, expected(clip, 3, picture.reference), atol=0.1)
    assert (picture.hop, picture.n_frames, picture.start) == (0.032, 4689, 0.0)


def test_a_finer_tile_is_made_when_it_is_asked_for(qtbot: QtBot, long: LongPictures) -> None:
    clip = noise(0)
    (picture,) = drawn(qtbot, long, clip)
    with qtbot.waitSignal(long.arrived, timeout=60_000):
        assert picture.tile(0, 2) is None
    fine = picture.tile(0, 2)
    assert fine is not None
    whole = expected(clip, 0, picture.reference)
    np.testing.assert_allclose(fine, whole[:, 2 * TILE : 3 * TILE], atol=0.01)


def test_what_was_asked_for_last_is_made_first_and_before_the_rest(
    qtbot: QtBot, long: LongPictures
) -> None:
    picture = long.pictures({Variant.ORIGINAL: noise(0)})[Variant.ORIGINAL]
    places = [(0, 0), (0, 1), (0, 3)]
    assert [picture.tile(*place) for place in places] == [None] * 3
    with qtbot.waitSignal(long.arrived, timeout=60_000):
        pass
    assert (0, 3) in picture._fine and (0, 0) not in picture._fine
    assert not picture.is_complete
    qtbot.waitUntil(lambda: picture.is_complete and len(picture._fine) == 3, timeout=60_000)


def test_versions_have_one_scale(qtbot: QtBot, long: LongPictures) -> None:
    soft, loud = noise(0, 0.001), noise(1, 0.1)
    pictures = drawn(qtbot, long, soft, loud)
    reference = spectrogram(loud).reference
    assert [picture.reference for picture in pictures] == pytest.approx([reference] * 2, rel=1e-5)
    np.testing.assert_allclose(pictures[0].tile(3, 0), expected(soft, 3, reference), atol=0.1)


def test_silence_is_the_floor(qtbot: QtBot, long: LongPictures) -> None:
    (picture,) = drawn(qtbot, long, AudioClip(np.zeros((1, round(SECONDS * RATE))), RATE))
    assert (picture.tile(3, 0) == picture.floor_db).all()


def test_the_same_clip_has_the_same_picture_until_it_is_forgotten(
    qtbot: QtBot, long: LongPictures
) -> None:
    clip, other = noise(0), noise(1)
    (first,) = drawn(qtbot, long, clip)
    assert long.pictures({Variant.ORIGINAL: clip})[Variant.ORIGINAL] is first
    long.keep([clip])
    assert long.pictures({Variant.ORIGINAL: clip})[Variant.ORIGINAL] is first
    unfinished = long.pictures({Variant.ORIGINAL: other})[Variant.ORIGINAL]
    long.keep([])
    assert long.pictures({Variant.ORIGINAL: clip})[Variant.ORIGINAL] is not first
    drawn(qtbot, long, clip)
    assert not unfinished.is_complete


def test_a_failure_ends_it_and_is_told(
    qtbot: QtBot, long: LongPictures, runner: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr("core.pyramid.magnitudes", fail)
    with qtbot.waitSignal(runner.failed, timeout=60_000):
        long.pictures({Variant.ORIGINAL: noise(0)})
    assert not runner.is_busy
