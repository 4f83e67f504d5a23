"""From explained windows to the output's callback."""

import tracemalloc

import numpy as np
import pytest

from app.live.monitor import CHUNK, MOST, WAITING, Monitor
from core.latents import LatentCode
from core.live.frames import LiveExplanation
from core.types import Attribution, AudioClip

RATE, OUT = 8_000, 16_000
NOTHING = np.zeros((1, 1), dtype=np.float32)
TONE = 0.3 * np.sin(np.arange(20 * RATE) / 4).astype(np.float32)


def explained(start):
    return LiveExplanation(
        start=start,
        end=start + 1.0,
        captured=100.0 + start + 1.0,
        attribution=Attribution(NOTHING, "any", "low", None, None, "log-odds"),
        background=False,
        bands=NOTHING,
        band_edges=(0.0, 4_000.0),
        code=LatentCode(NOTHING, RATE, RATE, 1.0),
        fill=NOTHING,
        seconds=0.0,
    )


def feed(monitor, first, last, every=0.2):
    for start in np.arange(first, last, every):
        begin = round(start * RATE)
        monitor.feed(explained(start), AudioClip(TONE[None, begin : begin + RATE], RATE))


def pulled(monitor, seconds):
    out = np.zeros((round(seconds * OUT), 2), dtype=np.float32)
    for begin in range(0, len(out), 256):
        monitor.add_to(out[begin : begin + 256])
    return out


@pytest.fixture
def monitor():
    monitor = Monitor()
    monitor.begin(OUT)
    return monitor


def test_windows_become_one_sound_on_all_channels(monitor):
    feed(monitor, 0.0, 2.0)
    heard = pulled(monitor, 0.3)
    assert np.array_equal(heard[:, 0], heard[:, 1])
    loud = heard[200:, 0]
    assert np.abs(loud).max() == pytest.approx(0.3, rel=0.02)
    assert np.abs(np.diff(loud)).max() < 0.3 * np.sin(1 / 8) * 1.1  # no click


def test_nothing_is_heard_before_some_is_ready(monitor):
    feed(monitor, 0.0, WAITING / 2)
    assert not pulled(monitor, 0.1).any()
    assert monitor.delay(102.0, 0.0) is None


def test_it_fades_in_ends_softly_and_goes_on(monitor):
    feed(monitor, 0.0, 1.2)
    heard = pulled(monitor, 2.0)[:, 0]
    last = np.flatnonzero(heard)[-1]
    assert np.abs(np.diff(heard)).max() < 0.3 * np.sin(1 / 8) * 1.1
    assert last < OUT
    feed(monitor, 1.2, 2.4)
    assert pulled(monitor, 0.3).any()


def test_the_delay_is_that_of_what_is_heard(monitor):
    feed(monitor, 0.0, 2.0)  # the newest is captured at 102.8 and told up to 1.8 s
    pulled(monitor, 0.1)
    heard = 1.8 - WAITING + 0.1
    expected = 102.8 - (100.0 + heard) + 0.05
    assert monitor.delay(102.8, 0.05) == pytest.approx(expected, abs=0.12)


def test_what_piles_up_is_passed_over(monitor):
    feed(monitor, 0.0, 1.0)
    pulled(monitor, 0.1)
    feed(monitor, 1.0, 1.0 + MOST + 1.5)
    pulled(monitor, 0.02)
    way = monitor._way
    assert way.ring.count - way.read <= WAITING * OUT


def test_another_device_begins_anew(monitor):
    feed(monitor, 0.0, 2.0)
    monitor.begin(OUT // 2)
    assert not pulled(monitor, 0.1).any()


def test_the_callback_copies_no_more_than_its_block_and_allocates_no_array():
    monitor = Monitor()
    monitor.begin(OUT)
    feed(monitor, 0.0, 3.0)
    out = np.zeros((64, 2), dtype=np.float32)
    monitor.add_to(out)
    tracemalloc.start()
    try:
        monitor.add_to(out)
        tracemalloc.reset_peak()
        base, _ = tracemalloc.get_traced_memory()
        for _ in range(100):
            monitor.add_to(out)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - base < 8_000  # views and numbers; what is ready is 77 kB


@pytest.mark.parametrize("block", [16, 64, 1_000, 2 * CHUNK + 100])
def test_it_begins_and_ends_softly_whatever_the_size_of_a_block(monitor, block):
    feed(monitor, 0.0, 2.0)
    out = np.zeros((4 * OUT, 2), dtype=np.float32)
    for begin in range(0, len(out), block):
        monitor.add_to(out[begin : begin + block])
    sounding = np.flatnonzero(out[:, 0])
    assert sounding[-1] - sounding[0] > 0.2 * OUT
    # A tone of 0.3 moves by 0.04 between two samples, and a ramp of 16 samples adds 0.02.
    assert np.abs(np.diff(out[:, 0], prepend=0.0)).max() < 0.07
