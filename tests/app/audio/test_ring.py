from __future__ import annotations

import threading
from itertools import pairwise

import numpy as np
import pytest

from app.audio.ring import RingBuffer


def block(start: int, n: int) -> np.ndarray:
    """Frames that carry their number, and its negative on the second channel."""
    numbers = np.arange(start, start + n, dtype=np.float32)
    return np.stack([numbers, -numbers], axis=1)


def test_what_was_written_is_read_in_order_and_only_once():
    ring = RingBuffer(100, 2)
    ring.write(block(0, 30))
    first = ring.since(0)
    assert (first.samples == block(0, 30)).all()
    assert (first.end, first.lost) == (30, 0)
    ring.write(block(30, 40))
    assert (ring.since(first.end).samples == block(30, 40)).all()
    assert not len(ring.since(ring.count).samples)


def test_the_oldest_frames_are_overwritten_and_counted_as_lost():
    ring = RingBuffer(100, 2)
    for start in range(0, 350, 35):
        ring.write(block(start, 35))
    fresh = ring.since(200)
    assert (fresh.samples == block(250, 100)).all()
    assert (fresh.end, fresh.lost) == (350, 50)


def test_a_block_longer_than_the_ring_leaves_its_end():
    ring = RingBuffer(10, 2)
    ring.write(block(0, 3))
    ring.write(block(3, 34))
    assert (ring.newest(100) == block(27, 10)).all()
    ring.write(block(37, 2))
    assert (ring.newest(100) == block(29, 10)).all()


@pytest.mark.parametrize(("wanted", "got"), [(0, 0), (4, 4), (25, 25), (99, 30)])
def test_the_newest_frames_are_as_many_as_there_are(wanted: int, got: int):
    ring = RingBuffer(40, 2)
    ring.write(block(0, 30))
    assert (ring.newest(wanted) == block(30 - got, got)).all()


def test_readers_do_not_disturb_each_other_and_own_what_they_read():
    ring = RingBuffer(10, 2)
    ring.write(block(0, 10))
    ours = ring.since(4).samples
    ours[:] = 99.0
    assert (ring.newest(10) == block(0, 10)).all()
    kept = ring.newest(10)
    ring.write(block(10, 10))
    assert (kept == block(0, 10)).all()


def test_frames_that_are_being_overwritten_are_not_given_out():
    """A write that is only half done when the reader comes by."""
    ring = RingBuffer(100, 2)
    ring.write(block(0, 100))

    class Reading(np.ndarray):
        def __getitem__(self, key: object) -> np.ndarray:
            seen.append(ring.since(0))
            return np.ndarray.__getitem__(self, key)

    seen: list = []
    ring.write(block(100, 30).view(Reading))
    for fresh in seen:  # before any sample was copied, and before the count was published
        assert (fresh.samples == block(fresh.end - len(fresh.samples), len(fresh.samples))).all()
    assert seen[-1].lost == 30
    assert seen[-1].end == 100


def test_a_reader_that_must_not_wait_copies_what_it_has_room_for():
    ring = RingBuffer(100, 2)
    ring.write(block(0, 90))
    ring.write(block(90, 60))  # round the end
    out = np.zeros((40, 2), dtype=np.float32)
    for first in (50, 70, 110):
        ring.copy(first, out)
        assert (out == block(first, 40)).all()
    ring.copy(149, out[:0])


def test_a_reader_beside_a_fast_writer_never_sees_a_torn_stretch():
    ring = RingBuffer(1000, 2)
    done = threading.Event()
    stretches: list[np.ndarray] = []

    def read() -> None:
        seen = 0
        while not done.is_set():
            fresh = ring.since(seen)
            seen = fresh.end
            if len(fresh.samples):
                stretches.append(fresh.samples[:, 0])

    reader = threading.Thread(target=read)
    reader.start()
    for start in range(0, 500_000, 125):
        ring.write(block(start, 125))
    done.set()
    reader.join()
    assert stretches
    assert all((np.diff(stretch) == 1).all() for stretch in stretches)
    assert all(after[0] > before[-1] for before, after in pairwise(stretches))
