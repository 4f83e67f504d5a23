"""Samples come back bit by bit, whatever they are; what can be is packed."""

from __future__ import annotations

import io
import mmap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.job import CancelToken
from core.scratch import Scratch
from core.session_archive import SessionFileError
from core.session_sounds import BLOCK, SoundRecord, decode, encode, record_of
from core.types import AudioClip
from tests.sessions import recording

RATES = (1, 8_000, 16_000, 22_050, 44_101, 65_535, 65_536, 96_000, 96_001, 655_350, 768_000)


def packed(clip: AudioClip) -> tuple[SoundRecord, bytes]:
    record, file, steps = record_of(clip, CancelToken()), io.BytesIO(), []
    encode(clip, record, file, steps.append)
    assert sum(steps) == clip.samples.size
    return record, file.getvalue()


def unpacked(record: SoundRecord, data: bytes) -> np.ndarray:
    return decode("it", record, io.BytesIO(data), len(data), CancelToken())


def is_kept(clip: AudioClip) -> bool:
    record, data = packed(clip)
    samples = unpacked(record, data)
    assert samples.dtype == np.float32
    return samples.shape == clip.samples.shape and samples.tobytes() == clip.samples.tobytes()


@given(
    arrays(
        np.float32,
        st.tuples(st.integers(1, 3), st.integers(0, 50)),
        elements=st.floats(width=32, allow_nan=False, allow_infinity=False),
    ),
    st.sampled_from(RATES),
)
def test_any_samples_at_any_rate(samples: np.ndarray, rate: int) -> None:
    assert is_kept(AudioClip(samples, rate))


@given(
    arrays(
        np.int64,
        st.tuples(st.integers(1, 9), st.integers(0, 50)),
        elements=st.integers(-(2**23), 2**23 - 1),
    ),
    st.sampled_from(RATES),
)
def test_whole_numbers_of_24_bits_at_any_rate(whole: np.ndarray, rate: int) -> None:
    assert is_kept(AudioClip((whole / 2**23).astype(np.float32), rate))


@pytest.mark.parametrize(
    ("samples", "kind"),
    [
        ([-1.0, 0.5, 2**-23, 0.0], "flac"),
        ([1.0, 0.0], "wav"),  # beyond the largest whole number
        ([-1.0 - 2**-22, 0.0], "wav"),
        ([2**-24, 0.0], "wav"),
        ([-0.0, 0.5], "wav"),  # FLAC has one zero only
        ([1e-40], "wav"),
        ([], "wav"),
    ],
)
def test_what_is_packed(samples: list[float], kind: str) -> None:
    clip = AudioClip(np.array(samples), 16_000)
    assert record_of(clip, CancelToken()).kind == kind
    assert is_kept(clip)


def test_many_blocks_and_channels() -> None:
    samples = np.stack([recording(2 * BLOCK + 17, seed).samples[0] for seed in range(2)])
    assert is_kept(AudioClip(samples, 48_000))
    assert is_kept(AudioClip(samples * np.float32(0.1), 48_000))


def test_a_long_sound_is_read_into_a_file_without_a_name(tmp_path: Path) -> None:
    clip = recording(BLOCK + 5)
    record, data = packed(clip)
    place = Scratch(tmp_path, from_bytes=4 * clip.n_samples)
    samples = decode("it", record, io.BytesIO(data), len(data), CancelToken(), place)
    assert isinstance(samples.base, mmap.mmap)
    assert AudioClip(samples, 1).samples is samples
    assert samples.tobytes() == clip.samples.tobytes()
    short = decode("it", record, io.BytesIO(data), len(data), CancelToken(), Scratch(tmp_path))
    assert not isinstance(short.base, mmap.mmap)


def test_packing_saves_room_and_silence_is_within_what_is_believed() -> None:
    clip = AudioClip(np.zeros(16_000 * 600), 16_000)
    record, data = packed(clip)
    assert len(data) < clip.samples.nbytes / 1_000
    assert not unpacked(record, data).any()


def test_a_sound_that_says_it_is_longer_than_its_bytes_can_hold_is_refused() -> None:
    record, data = packed(recording(100))
    claims = record.model_copy(update={"samples": 2**29})
    with pytest.raises(SessionFileError, match="longer than it can be"):
        unpacked(claims, data)


@pytest.mark.parametrize(
    "claim", [{"samples": 99}, {"samples": 101}, {"channels": 2}, {"sample_rate": 1}]
)
def test_a_sound_that_is_not_what_is_said_is_refused(claim: dict[str, int]) -> None:
    record, data = packed(recording(100))
    with pytest.raises(SessionFileError):
        unpacked(record.model_copy(update=claim), data)


def test_another_sound_under_the_same_name_is_refused() -> None:
    record, _ = packed(recording(100, seed=1))
    _, data = packed(recording(100, seed=2))
    with pytest.raises(SessionFileError, match="not the one that was saved"):
        unpacked(record, data)


def test_a_float_sound_is_not_taken_for_a_packed_one() -> None:
    record, _ = packed(recording(100))
    _, data = packed(AudioClip(recording(100).samples * np.float32(0.1), 16_000))
    with pytest.raises(SessionFileError):
        unpacked(record, data)
