from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from app.audio.tape import OutputFormat, Tape
from core.prepare import prepare
from core.types import AudioClip

STEREO = OutputFormat(48_000, 2)


def clip(channels: int = 1, rate: int = 16_000, seconds: float = 4.3, seed: int = 0) -> AudioClip:
    rng = np.random.default_rng(seed)
    return AudioClip(rng.uniform(-1, 1, (channels, round(seconds * rate))), rate)


def read(tape: Tape, first: int, last: int, block: int = 999) -> np.ndarray:
    """Frames as the callback reads them, on two channels."""
    out = np.full((last - first, 2), np.nan, dtype=np.float32)
    for start in range(0, len(out), block):
        tape.copy_to(out[start : start + block], first + start)
    return out


def make(tape: Tape, first: int, last: int) -> list[int]:
    numbers = list(tape.missing(first, last))
    for number in numbers:
        tape.make(number)
    return numbers


@pytest.mark.parametrize(
    "rates",
    [
        *((16_000, 48_000), (44_100, 48_000), (48_000, 44_100)),
        *((8_000, 44_100), (96_000, 48_000), (22_050, 16_000)),
    ],
)
def test_pieces_are_together_what_core_makes_of_the_whole(rates: tuple[int, int]):
    sound = clip(rate=rates[0])
    tape = Tape(sound, OutputFormat(rates[1], 2))
    whole = prepare(sound, sample_rate=rates[1]).samples[0]
    assert len(tape) == len(whole)
    assert make(tape, 0, len(tape)) == [0, 1, 2, 3, 4]
    heard = read(tape, 0, len(tape))
    np.testing.assert_allclose(heard, np.stack([whole, whole], axis=1), atol=1e-6)


def test_rates_with_nothing_in_common_are_near_enough():
    sound = clip(rate=44_099)
    tape = Tape(sound, STEREO)
    whole = prepare(sound, sample_rate=48_000).samples[0]
    make(tape, 0, len(tape))
    np.testing.assert_allclose(read(tape, 0, len(tape))[:, 0], whole, atol=1e-4)  # −80 dB


@pytest.mark.parametrize(("channels", "kept"), [(1, 1), (2, 2), (6, 1)])
def test_channels_that_the_output_lacks_are_mixed(channels: int, kept: int):
    sound = clip(channels, rate=48_000)
    tape = Tape(sound, STEREO)
    assert tape.channels == kept
    make(tape, 0, len(tape))
    expected = sound.samples if kept > 1 else sound.samples.mean(axis=0, keepdims=True)
    heard = read(tape, 0, len(tape))
    np.testing.assert_allclose(heard, np.broadcast_to(expected.T, heard.shape), atol=1e-6)


def test_only_what_is_asked_for_is_made_and_the_rest_is_silent():
    tape = Tape(clip(), STEREO)
    assert make(tape, 50_000, 96_000) == [1]
    assert make(tape, 50_000, 96_001) == [2]
    assert make(tape, 50_000, 96_001) == []
    heard = read(tape, 0, 4 * 48_000)
    assert not heard[:48_000].any()
    assert heard[48_000:144_000].any(axis=1).all()
    assert not heard[144_000:].any()


def test_beyond_the_ends_there_is_nothing_to_make_and_nothing_to_hear():
    tape = Tape(clip(seconds=1.5), STEREO)
    assert list(tape.missing(-500, 0)) == []
    assert list(tape.missing(72_000, 99_000)) == []
    assert make(tape, -500, 99_000) == [0, 1]
    assert not read(tape, 72_000, 200_000).any()


def test_what_was_made_first_is_forgotten_first():
    tape = Tape(clip(), STEREO, kept=2)
    for number in (3, 0, 1):
        tape.make(number)
    assert list(tape.missing(0, len(tape))) == [2, 3, 4]


def test_an_hour_costs_no_more_than_what_is_heard_of_it():
    sound = AudioClip(np.zeros((1, 3600 * 8000)), 8000)
    tracemalloc.start()
    try:
        tape = Tape(sound, STEREO, kept=10)
        for second in range(0, 3600, 60):
            make(tape, second * 48_000, (second + 1) * 48_000)
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(tape) == 3600 * 48_000
    assert held < 11 * 48_000 * 4
    assert peak < 20 * 48_000 * 4


def test_channels_that_cancel_are_played_as_the_whole_clip_is_mixed():
    sound = clip().samples[0]
    sound = np.concatenate([sound, 0.01 * sound])
    opposite = np.stack([sound, -sound])
    opposite[1, len(sound) // 2 :] *= -1  # though its soft half is not opposite at all
    for rate in (16_000, 48_000):
        tape = Tape(AudioClip(opposite, 16_000), OutputFormat(rate, 1))
        whole = prepare(AudioClip(opposite, 16_000), sample_rate=rate).samples[0]
        assert np.abs(whole).max() > 0.5
        make(tape, 0, len(tape))
        out = np.empty((len(tape), 1), dtype=np.float32)
        tape.copy_to(out, 0)
        np.testing.assert_allclose(out[:, 0], whole, atol=1e-6)
