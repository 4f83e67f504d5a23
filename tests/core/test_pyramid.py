"""The pyramid of a spectrogram: every level against the spectrogram of the whole sound."""

from __future__ import annotations

import numpy as np
import pytest

from core import pyramid
from core.errors import Cancelled
from core.job import CancelToken
from core.pyramid import SILENCE, TILE, PyramidPlan, PyramidSweep, Step, TilePlace, fine_tile
from core.spectrogram import spectrogram
from core.types import AudioClip, FloatArray

RATE = 8_000
SECONDS = 150.0  # 4689 frames: five tiles of level 0


@pytest.fixture
def clip() -> AudioClip:
    random = np.random.default_rng(0)
    samples = random.normal(0.0, 0.01, round(SECONDS * RATE))
    samples[round(100.3 * RATE)] += 0.9  # a click
    return AudioClip(samples[None].astype(np.float32), RATE)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if this were an hour: only levels from 2 on are kept."""
    monkeypatch.setattr(pyramid, "KEPT_BYTES", 4689 * 513 * 2 // 3)


def loudest(clip: AudioClip, level: int) -> FloatArray:
    db = spectrogram(clip, reference=1.0, floor_db=-300.0).db
    return np.maximum.reduceat(db, np.arange(0, db.shape[1], 2**level), axis=1)


def swept(plan: PyramidPlan) -> tuple[dict[TilePlace, FloatArray], list[Step]]:
    sweep, tiles, steps = PyramidSweep(plan), {}, []
    while not sweep.is_complete:
        steps.append(sweep.step(CancelToken()))
        tiles.update(steps[-1].tiles)
    return tiles, steps


def test_the_measures_follow_from_the_length(clip: AudioClip) -> None:
    plan = PyramidPlan(clip)
    assert (plan.window, plan.n_frames, plan.coarsest, plan.kept) == (1024, 4689, 3, 0)
    assert plan.hop == pytest.approx(0.032)
    assert [plan.columns_of(level) for level in range(4)] == [4689, 2345, 1173, 587]
    assert plan.frequencies[-1] == RATE / 2


def test_of_an_hour_less_than_a_hundred_megabytes_are_kept() -> None:
    n_samples = 3600 * 48_000
    clip = AudioClip(np.zeros((1, 1), dtype=np.float32), 48_000)
    object.__setattr__(clip, "samples", np.broadcast_to(np.float32(0), (1, n_samples)))
    plan = PyramidPlan(clip)
    columns = sum(plan.columns_of(level) for level in range(plan.kept, plan.coarsest + 1))
    assert 2 * columns * len(plan.frequencies) < 100 * 2**20


@pytest.mark.usefixtures("small")
def test_kept_levels_hold_the_loudest_frames_of_all_groups(clip: AudioClip) -> None:
    plan = PyramidPlan(clip)
    assert plan.kept == 2
    tiles, steps = swept(plan)
    assert {level for level, _ in tiles} == {2, 3}
    for level in (2, 3):
        expected = loudest(clip, level)
        found = np.concatenate([tiles[at] for at in sorted(tiles) if at[0] == level], axis=1)
        assert found.dtype == np.float16 and found.shape == expected.shape
        np.testing.assert_allclose(found.astype(np.float32), expected, atol=0.07)
    assert steps[-1].share == 1.0
    assert steps[-1].loudest == pytest.approx(10 ** (expected.max() / 20), rel=1e-4)
    assert [step.share for step in steps] == sorted(step.share for step in steps)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("level", "index"), [(0, 0), (0, 3), (0, 4), (1, 2)])
def test_finer_tiles_come_from_the_samples(clip: AudioClip, level: int, index: int) -> None:
    tile = fine_tile(PyramidPlan(clip), level, index, CancelToken())
    expected = loudest(clip, level)[:, index * TILE : (index + 1) * TILE]
    np.testing.assert_allclose(tile, expected, atol=2e-3)


def test_a_click_is_seen_at_every_level(clip: AudioClip) -> None:
    tiles, _ = swept(PyramidPlan(clip))
    coarse = tiles[3, 0].astype(np.float32).max(axis=0)
    column = int(np.argmax(coarse))
    assert column * 8 * 0.032 <= 100.3 <= (column + 1) * 8 * 0.032 + 0.064


@pytest.mark.usefixtures("small")
def test_what_is_not_swept_yet_is_silent_and_stays_as_it_was_told(clip: AudioClip) -> None:
    sweep = PyramidSweep(PyramidPlan(clip))
    first = sweep.step(CancelToken()).tiles[3, 0]
    before = first.copy()
    assert (first[:, 200:] == SILENCE).all() and (first[:, :100] > -200).all()
    sweep.step(CancelToken())
    assert np.array_equal(first, before)
    with pytest.raises(ValueError, match="read-only"):
        first[:] = 0.0


def test_a_cancelled_step_can_be_done_again(clip: AudioClip) -> None:
    sweep = PyramidSweep(PyramidPlan(clip))
    cancelled = CancelToken()
    cancelled.set()
    with pytest.raises(Cancelled):
        sweep.step(cancelled)
    with pytest.raises(Cancelled):
        fine_tile(sweep.plan, 0, 0, cancelled)
    expected, _ = swept(PyramidPlan(clip))
    assert np.array_equal(sweep.step(CancelToken()).tiles[0, 0][:, :256], expected[0, 0][:, :256])


@pytest.mark.parametrize("n_samples", [1, 300, 40_000])
def test_short_and_silent_sounds_have_one_tile(n_samples: int) -> None:
    tiles, (step,) = swept(PyramidPlan(AudioClip(np.zeros((1, n_samples)), RATE)))
    assert list(tiles) == [(0, 0)] and step.share == 1.0 and step.loudest == 0.0
    assert (tiles[0, 0] == SILENCE).all()
