from __future__ import annotations

from mmap import mmap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.joining import CrossfadeJoin
from core.prepare import windows
from core.scratch import Scratch
from core.types import FloatArray


def noise(channels: int, n: int, seed: int = 0) -> FloatArray:
    return np.random.default_rng(seed).uniform(-0.9, 0.9, (channels, n)).astype(np.float32)


def joined(
    pieces: list[tuple[int, FloatArray]], total: int, scratch: Scratch | None = None
) -> FloatArray:
    join = CrossfadeJoin(pieces[0][1].shape[0], total, scratch)
    for start, piece in pieces:
        join.add(start, piece)
    return join.samples()


def at_once(pieces: list[tuple[int, FloatArray]], total: int) -> FloatArray:
    """The definition, with the whole sound at hand."""
    whole = np.zeros((pieces[0][1].shape[0], total), dtype=np.float32)
    done = 0
    for start, piece in pieces:
        overlap, end = done - start, start + piece.shape[1]
        gain = ((np.arange(overlap) + 0.5) / max(overlap, 1)).astype(np.float32)
        whole[:, start:done] += gain * (piece[:, :overlap] - whole[:, start:done])
        whole[:, done:end] = piece[:, overlap:]
        done = end
    return whole


sizes = {"n": st.integers(1, 500), "window": st.integers(1, 100), "hop": st.integers(1, 100)}


@given(**sizes)
def test_windows_of_one_signal_join_to_that_signal(n: int, window: int, hop: int) -> None:
    signal = noise(2, n)
    pieces = [(a, signal[:, a:b]) for a, b in windows(n, window, min(hop, window))]
    assert np.array_equal(joined(pieces, n), signal)


@given(**sizes)
def test_a_sound_joined_bit_by_bit_is_that_joined_at_once(n: int, window: int, hop: int) -> None:
    spans = windows(n, window, min(hop, window))
    pieces = [(a, noise(1, b - a, seed=a)) for a, b in spans]
    assert np.array_equal(joined(pieces, n), at_once(pieces, n))


def test_a_cross_fade_is_linear_and_its_gains_sum_to_one() -> None:
    ones, zeros = np.ones((1, 8), np.float32), np.zeros((1, 8), np.float32)
    falling = joined([(0, ones), (4, zeros)], 12)[0]
    rising = joined([(0, zeros), (4, ones)], 12)[0]
    np.testing.assert_allclose(falling, [1, 1, 1, 1, 0.875, 0.625, 0.375, 0.125, 0, 0, 0, 0])
    np.testing.assert_allclose(falling + rising, 1.0)


def test_a_long_sound_is_kept_in_a_file(tmp_path: Path) -> None:
    pieces = [(start, noise(1, 100, seed=start)) for start in range(0, 801, 80)]
    mapped = joined(pieces, 900, Scratch(tmp_path, from_bytes=3_600))
    assert isinstance(mapped.base, mmap) and not mapped.flags.writeable
    in_memory = joined(pieces, 900, Scratch(tmp_path, from_bytes=3_601))
    assert not isinstance(in_memory.base, mmap)
    assert np.array_equal(mapped, in_memory)


@pytest.mark.parametrize("starts", [(0, 9), (4, 0), (0, -1), (0, 7)])
def test_pieces_that_do_not_fit_together_are_a_defect(starts: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"pieces? "):
        joined([(start, noise(1, 8)) for start in starts], 16)
