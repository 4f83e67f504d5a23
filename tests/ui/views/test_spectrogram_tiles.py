from __future__ import annotations

import numpy as np
import pytest

from core.spectrogram import spectrogram
from tests.ui.views.sounds import click
from ui.views.frequency_axis import FrequencyScale
from ui.views.spectrogram_pictures import (
    ScaledTiles,
    clip_limit,
    difference,
    difference_limit,
    kept_marks,
    removed_marks,
)
from ui.views.spectrogram_tiles import KEPT_TILES, MOST_COLUMNS, TILE, SpectrogramTiles

FREQUENCIES = np.array([0.0, 100.0, 200.0], dtype=np.float32)


def tiles_of(values, **facts):
    return SpectrogramTiles.of_array(
        np.asarray(values, dtype=np.float32), FREQUENCIES, 0.01, -80.0, **facts
    )


def noise(frames, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(-80, 0, (3, frames)).astype(np.float32)


def test_a_click_survives_every_thinning():
    values = np.full((3, 100_000), -80.0)
    values[1, 77_777] = -1.0
    tiles = tiles_of(values)
    for level in range(tiles.coarsest + 1):
        group = 77_777 >> level
        tile = tiles.tile(level, group // TILE)
        assert tile[1, group % TILE] == -1.0
        assert (tile > -80).sum() == 1
    assert tiles.columns_of(tiles.coarsest) <= TILE


@pytest.mark.parametrize("frames", [1, 1023, 1024, 1025, 5000, 5001])
def test_levels_are_the_maxima_of_their_groups(frames):
    values = noise(frames)
    tiles = tiles_of(values)
    for level in range(tiles.coarsest + 1):
        step = 2**level
        expected = np.maximum.reduceat(values, np.arange(0, frames, step), axis=1)
        count = -(-expected.shape[1] // TILE)
        found = np.concatenate([tiles.tile(level, index) for index in range(count)], axis=1)
        assert np.array_equal(found, expected)


def test_a_column_is_never_narrower_than_a_pixel():
    tiles = tiles_of(noise(50_000))
    for per_pixel in (0.001, 0.01, 0.011, 0.04, 0.1, 0.33):
        level = tiles.level_for(per_pixel)
        assert 0.01 * 2**level >= per_pixel or level == tiles.coarsest
        assert level == 0 or 0.01 * 2 ** (level - 1) < per_pixel


def test_a_stretch_covers_its_seconds_and_knows_where_it_lies():
    tiles = tiles_of(noise(1000), start=2.0)
    stretch = tiles.stretch(3.0, 4.0, 2)
    begin, end = tiles.seconds_of(stretch)
    assert begin <= 3.0
    assert end >= 4.0
    assert end - begin < 1.1
    assert tiles.seconds_of(tiles.stretch(-5, 99, 0)) == pytest.approx((1.995, 11.995))


def test_no_stretch_is_wider_than_an_image_may_be():
    tiles = tiles_of(np.zeros((3, 200_000)))
    stretch = tiles.stretch(0.0, 2000.0, 0)
    assert stretch.last - stretch.first == MOST_COLUMNS


def test_what_is_missing_is_asked_for_again_and_stood_in_for():
    asked = []
    known = {}

    def provide(level, index):
        asked.append((level, index))
        return known.get((level, index))

    values = noise(4096)
    whole = tiles_of(values)
    tiles = SpectrogramTiles(FREQUENCIES, 0.01, 4096, -80.0, provide)
    assert tiles.tile(0, 1) is None
    assert np.array_equal(tiles.stand_in(0, 1), np.full((3, TILE), -80.0))
    tiles.put(2, 0, whole.tile(2, 0))
    assert np.array_equal(
        tiles.stand_in(0, 1), np.repeat(whole.tile(2, 0), 4, 1)[:, TILE : 2 * TILE]
    )
    known[0, 1] = values[:, TILE : 2 * TILE]
    assert np.array_equal(tiles.tile(0, 1), values[:, TILE : 2 * TILE])
    assert asked == [(0, 1), (0, 1)]
    tiles.tile(0, 1)
    assert len(asked) == 2  # known now


def test_only_so_many_tiles_are_kept_but_always_the_whole_clip():
    tiles = SpectrogramTiles(
        FREQUENCIES, 0.01, 100 * TILE, -80.0, lambda level, index: np.zeros((3, TILE), np.float32)
    )
    tiles.tile(tiles.coarsest, 0)
    for index in range(100):
        tiles.tile(0, index)
    assert len(tiles._tiles) == KEPT_TILES
    assert (tiles.coarsest, 0) in tiles._tiles


def test_a_place_is_read_from_the_nearest_frame_and_bin():
    values = noise(2000)
    tiles = tiles_of(values)
    assert tiles.value_at(15.004, 130.0) == values[1, 1500]
    assert tiles.value_at(-1.0, 130.0) is None
    assert tiles.value_at(20.0, 130.0) is None


def test_the_loudest_place_of_a_spectrogram():
    tiles = SpectrogramTiles.of(spectrogram(click(0.5)))
    seconds, _, db = tiles.loudest()
    assert seconds == pytest.approx(0.5, abs=0.02)
    assert db == 0.0


def scaled(tiles, rows=30):
    made = ScaledTiles(tiles, -80.0, 0.0)
    made.use_rows(FrequencyScale("linear", 200.0), rows)
    return made


def test_a_cut_over_tiles_equals_the_cut_of_the_whole():
    values = noise(3000)
    whole = scaled(tiles_of(values))
    part = tiles_of(values).stretch(9.0, 21.5, 0)
    cut = whole.cut(part)
    assert cut.shape == (30, part.last - part.first)
    everything = whole.cut(tiles_of(values).stretch(-1, 99, 0))
    assert np.array_equal(cut, everything[:, part.first : part.last])


def test_a_tile_that_came_late_replaces_its_stand_in():
    known = {}
    tiles = SpectrogramTiles(FREQUENCIES, 0.01, 100, -80.0, lambda *key: known.get(key))
    source = scaled(tiles)
    part = tiles.stretch(0, 1, 0)
    assert source.cut(part).max() == 0
    tiles.put(0, 0, np.zeros((3, 100), dtype=np.float32))
    assert source.cut(part).min() == 255  # the stand-in was not remembered


def test_a_difference_is_the_second_minus_the_first():
    a, b = noise(500, 1), noise(500, 2)
    part = tiles_of(a).stretch(0, 9, 0)
    found = difference(scaled(tiles_of(a), 3), scaled(tiles_of(b), 3), part)
    assert found == pytest.approx(
        scaled(tiles_of(b), 3).values(part) - scaled(tiles_of(a), 3).values(part)
    )


def test_a_difference_of_a_clip_and_its_window_is_known_only_inside_the_window():
    a = noise(500)
    window = a[:, 200:300] + 5.0
    found = difference(
        scaled(tiles_of(a), 3), scaled(tiles_of(window, start=2.0), 3), tiles_of(a).stretch(0, 9, 0)
    )
    assert found[:, 200:300] == pytest.approx(5.0, abs=1e-4)
    assert not found[:, :200].any()
    assert not found[:, 300:].any()


def test_the_range_of_a_difference_is_round_and_symmetric():
    a = np.full((3, 400), -40.0)
    assert difference_limit(tiles_of(a), tiles_of(a - 5.0)) == 6.0
    assert difference_limit(tiles_of(a), tiles_of(a + 25.0)) == 30.0


def test_one_outlier_does_not_bleach_a_map():
    values = np.concatenate([np.linspace(-1, 1, 2000), [500.0]])
    assert clip_limit(values) == pytest.approx(0.99, abs=0.01)
    assert clip_limit(np.zeros((3, 3))) == 1.0


def test_kept_is_what_did_not_change_and_can_be_heard():
    change = np.array([[0.0, -10.0, -30.0, 0.0]], dtype=np.float32)
    version = np.array([[-20.0, -30.0, -50.0, -80.0]], dtype=np.float32)
    assert kept_marks(change, version, -80.0).tolist() == [[1.0, 0.5, 0.0, 0.0]]


def test_taken_out_is_what_became_softer():
    change = np.array([[0.0, -10.0, -30.0, -15.0, 0.0]], dtype=np.float32)
    version = np.array([[-20.0, -30.0, -50.0, -80.0, -80.0]], dtype=np.float32)
    # The fourth fell to the floor, so how far it really fell is not known: all of it, weighted by
    # how loud it was. The fifth was silent before.
    assert removed_marks(change, version, -80.0).tolist() == [[0.0, 0.5, 1.0, 0.75, 0.0]]
