from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.errors import ModelError, RequestError
from core.masking import (
    group_cells,
    groups_of_share,
    keep,
    most_relevant,
    random_mask,
    remove,
)
from core.types import FloatArray, Granularity

BANDS = (0, 1, 1, 2)  # of the four dimensions of VALUES
VALUES = np.array(
    [
        [9.0, -1.0, 0.0],
        [-5.0, 2.0, 1.0],
        [-5.0, 2.0, 1.0],
        [0.5, 3.0, -8.0],
    ],
    np.float32,
)

shapes = st.tuples(st.integers(1, 6), st.integers(1, 7))
floats = st.floats(-1e6, 1e6, width=32)
shares = st.floats(0.0, 1.0)
granularities = st.sampled_from(Granularity)


def _marked(mask: np.ndarray) -> set[tuple[int, int]]:
    return {(int(d), int(f)) for d, f in np.argwhere(mask)}


def test_the_most_relevant_cells_are_those_that_speak_for_the_target() -> None:
    # The published script sorts upwards and so keeps what speaks *against* the class.
    mask = most_relevant(VALUES, 2 / 12, Granularity.ELEMENT)
    assert _marked(mask) == {(0, 0), (3, 1)}
    assert VALUES[mask].min() > VALUES[~mask].max()


def test_sign_counts_not_size() -> None:
    mask = most_relevant(np.array([[-10.0, 1.0]], np.float32), 0.5)
    assert _marked(mask) == {(0, 1)}


def test_frames_are_ranked_by_the_signed_sum_of_their_column() -> None:
    mask = most_relevant(VALUES, 1 / 3, Granularity.FRAME)  # sums −0.5, 6, −6
    assert _marked(mask) == {(d, 1) for d in range(4)}


def test_channels_are_ranked_by_the_signed_sum_of_their_row() -> None:
    mask = most_relevant(VALUES, 1 / 4, Granularity.CHANNEL)  # sums 8, −2, −2, −4.5
    assert _marked(mask) == {(0, f) for f in range(3)}


def test_bands_are_ranked_by_the_signed_sum_of_their_dimensions_at_one_frame() -> None:
    mask = most_relevant(VALUES, 2 / 9, Granularity.BAND, BANDS)  # 9 at (0, 0), 4 at (1, 1)
    assert _marked(mask) == {(0, 0), (1, 1), (2, 1)}


def test_band_numbers_may_start_anywhere_and_leave_gaps() -> None:
    assert (
        group_cells((4, 3), Granularity.BAND, (3, 7, 7, 40)).tolist()
        == group_cells((4, 3), Granularity.BAND, BANDS).tolist()
    )


def test_of_equals_the_first_wins() -> None:
    tied = np.tile(np.array([1.0, 0.0], np.float32), (40, 50))  # short sorts are stable anyway
    expected = np.tile([True, False], (40, 50))
    expected[20:] = False
    assert np.array_equal(most_relevant(tied, 0.25), expected)


def test_bands_of_a_codec_without_bands_are_refused_with_what_to_choose() -> None:
    with pytest.raises(RequestError, match="choose the granularity element, frame or channel"):
        most_relevant(VALUES, 0.1, Granularity.BAND, None)


def test_bands_that_do_not_fit_the_latents_are_refused() -> None:
    with pytest.raises(ModelError, match="3 dimensions but its latents have 4"):
        random_mask((4, 3), 0.1, Granularity.BAND, (0, 1, 2))


@pytest.mark.parametrize("share", [-0.1, 1.01, float("nan")])
def test_a_share_outside_zero_to_one_is_refused(share: float) -> None:
    with pytest.raises(RequestError, match="between 0 and 1"):
        most_relevant(VALUES, share)
    with pytest.raises(RequestError, match="between 0 and 1"):
        random_mask((4, 3), share)


def test_the_seed_decides_a_random_mask_and_shares_nest() -> None:
    small, large = (random_mask((8, 9), share, seed=3) for share in (0.2, 0.6))
    assert np.array_equal(small, random_mask((8, 9), 0.2, seed=3))
    assert not np.array_equal(small, random_mask((8, 9), 0.2, seed=4))
    assert large[small].all()


@given(hnp.arrays(np.float32, shapes, elements=floats), shares, granularities, st.data())
def test_masks_hold_as_many_whole_groups_as_the_share_stands_for(
    values: FloatArray, share: float, granularity: Granularity, data: st.DataObject
) -> None:
    n_dims, n_frames = values.shape
    bands = tuple(data.draw(st.lists(st.integers(0, 3), min_size=n_dims, max_size=n_dims)))
    n_groups = {
        Granularity.ELEMENT: n_dims * n_frames,
        Granularity.FRAME: n_frames,
        Granularity.CHANNEL: n_dims,
        Granularity.BAND: len(set(bands)) * n_frames,
    }[granularity]
    groups = group_cells((n_dims, n_frames), granularity, bands)
    assert set(groups.ravel().tolist()) == set(range(n_groups))
    for mask in (
        most_relevant(values, share, granularity, bands),
        random_mask((n_dims, n_frames), share, granularity, bands, seed=1),
    ):
        assert mask.shape == values.shape and mask.dtype == np.bool_
        taken = {int(g) for g in groups[mask]}
        assert len(taken) == groups_of_share(share, n_groups)
        assert taken.isdisjoint(int(g) for g in groups[~mask])  # never part of a group


@pytest.mark.parametrize(
    ("share", "n_groups", "count"),
    [
        (0.01, 50, 1),  # half a frame
        (0.001, 50, 1),
        (0.03, 50, 2),  # 1½: halves go up
        (0.05, 50, 3),  # 2½
        (0.5, 5, 3),
        (0.1, 50, 5),
        (0.99, 50, 49),  # half a frame is left
        (0.999, 50, 49),
        (0.999, 1, 1),
        (0.001, 1, 1),
        (0.0, 50, 0),
        (1.0, 50, 50),
        (0.3, 0, 0),
    ],
)
def test_only_nought_and_one_are_none_and_all(share: float, n_groups: int, count: int) -> None:
    assert groups_of_share(share, n_groups) == count


@given(st.integers(2, 500), shares, shares)
def test_a_larger_share_never_takes_fewer_groups(n_groups: int, one: float, other: float) -> None:
    fewer, more = (groups_of_share(share, n_groups) for share in sorted((one, other)))
    assert 0 <= fewer <= more <= n_groups
    assert abs(fewer - min(one, other) * n_groups) <= 1


@pytest.mark.parametrize("granularity", list(Granularity))
def test_the_control_takes_as_many_groups_however_small_the_share(granularity: Granularity) -> None:
    groups = group_cells((4, 3), granularity, BANDS)
    for share in (0.001, 0.01, 0.5, 0.999):
        masks = (
            most_relevant(VALUES, share, granularity, BANDS),
            random_mask((4, 3), share, granularity, BANDS),
        )
        counts = {len({int(group) for group in groups[mask]}) for mask in masks}
        assert len(counts) == 1 and 0 < counts.pop() < len(set(groups.ravel().tolist()))


@given(granularities)
def test_share_nought_is_none_and_share_one_is_all(granularity: Granularity) -> None:
    assert not most_relevant(VALUES, 0.0, granularity, BANDS).any()
    assert most_relevant(VALUES, 1.0, granularity, BANDS).all()
    assert not random_mask((4, 3), 0.0, granularity, BANDS).any()
    assert random_mask((4, 3), 1.0, granularity, BANDS).all()


@settings(max_examples=50)
@given(st.data(), shapes)
def test_kept_plus_removed_is_code_plus_fill_exactly(
    data: st.DataObject, shape: tuple[int, int]
) -> None:
    code = data.draw(hnp.arrays(np.float32, shape, elements=floats))
    fill = data.draw(hnp.arrays(np.float32, shape, elements=floats))
    mask = data.draw(hnp.arrays(np.bool_, shape))
    before = code.copy(), fill.copy()
    kept, removed = keep(code, fill, mask), remove(code, fill, mask)
    assert np.array_equal(kept + removed, code + fill)
    assert kept.dtype == removed.dtype == np.float32
    assert np.array_equal(kept[mask], code[mask]) and np.array_equal(kept[~mask], fill[~mask])
    assert np.array_equal(code, before[0]) and np.array_equal(fill, before[1])


@pytest.mark.parametrize("mask", [np.zeros((4, 3), bool), np.ones((4, 3), bool)])
def test_masking_always_returns_new_arrays(mask: np.ndarray) -> None:
    # The published evaluation writes into a view of its own input, so each setting damages the
    # next; here even "keep everything" is a copy.
    code, fill = VALUES.copy(), np.zeros_like(VALUES)
    for made in (keep(code, fill, mask), remove(code, fill, mask)):
        made += 1.0
    assert np.array_equal(code, VALUES) and not fill.any()


def test_many_masks_at_once_give_a_batch() -> None:
    masks = np.stack([random_mask((4, 3), 0.5, seed=seed) for seed in range(5)])
    fill = np.zeros_like(VALUES)
    assert np.array_equal(keep(VALUES, fill, masks)[2], keep(VALUES, fill, masks[2]))
