import numpy as np
import pytest

from app.live.scroll import FLOOR_DB, HOP, REFERENCE, ScrollingSpectrogram
from core.spectrogram import spectrogram
from core.types import AudioClip

RATE = 16_000


def noise(seconds=1.0):
    rng = np.random.default_rng(0)
    return (0.1 * rng.standard_normal(round(seconds * RATE))).astype(np.float32)


@pytest.mark.parametrize("block", [100, 1_600, 5_000, 16_000])
def test_the_columns_are_those_of_the_whole_sound(block):
    sound, scroll = noise(), ScrollingSpectrogram(RATE)
    parts = [scroll.append(sound[at : at + block]) for at in range(0, len(sound), block)]
    found = np.concatenate(parts, axis=1)
    whole = spectrogram(AudioClip(sound[None], RATE), reference=REFERENCE, floor_db=FLOOR_DB)
    assert found.shape[1] == scroll.columns
    inner = slice(2, found.shape[1])  # the first see the start of the sound
    assert found[:, inner] == pytest.approx(whole.db[:, inner], abs=1e-2)
    assert np.array_equal(scroll.frequencies, whole.frequencies)


def test_time_goes_on_with_the_sound():
    scroll = ScrollingSpectrogram(RATE)
    for _ in range(10):
        scroll.append(noise(0.1))
    assert scroll.seconds == pytest.approx(1.0, abs=2 * HOP / RATE + 512 / RATE)


def test_silence_is_the_floor():
    columns = ScrollingSpectrogram(RATE).append(np.zeros(RATE, dtype=np.float32))
    assert columns.min() == columns.max() == FLOOR_DB


def test_nothing_gives_no_column():
    assert ScrollingSpectrogram(RATE).append(np.zeros(3, dtype=np.float32)).shape == (513, 0)
