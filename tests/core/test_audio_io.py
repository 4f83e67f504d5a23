"""Reading audio, on real files that the tests write."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from core.audio_io import probe, read_clip
from core.errors import RequestError
from core.prepare import cut, prepare
from tests.core.sound_files import FORMATS, RATE, sentence, tones, write


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_comes_in_with_its_rate_channels_and_samples(tmp_path: Path, name: str):
    how, tolerance = FORMATS[name]
    samples = tones(20_000, 2)
    clip = read_clip(write(tmp_path / name, samples, **how))
    assert (clip.sample_rate, clip.n_channels, clip.name, clip.notes) == (
        RATE,
        2,
        Path(name).stem,
        (),
    )
    assert abs(clip.n_samples - 20_000) <= (1024 if "adpcm" in name else 0)
    np.testing.assert_allclose(clip.samples[:, :20_000], samples.T, atol=tolerance)
    facts = probe(tmp_path / name)
    assert (facts.sample_rate, facts.channels, facts.frames) == (RATE, 2, clip.n_samples)
    assert facts.seconds == pytest.approx(clip.seconds)


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 192_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_any_rate_and_channels_become_what_is_asked_for(tmp_path: Path, rate: int, channels: int):
    samples = tones(rate // 2 + 7, channels)
    clip = read_clip(write(tmp_path / "a.wav", samples, rate), sample_rate=RATE, mono=True)
    mixed = read_clip(tmp_path / "a.wav").samples.mean(axis=0, dtype=np.float64)
    whole = soxr.resample(mixed.astype(np.float32), rate, RATE, quality="VHQ")
    assert clip.samples.shape == (1, int(np.floor(len(samples) * RATE / rate + 0.5)))
    np.testing.assert_allclose(clip.samples[0], whole, atol=1e-5)
    assert (f"mixed {channels} channels down to mono" in clip.notes) == (channels > 1)
    assert f"resampled from {rate:,} to 16,000 Hz" in clip.notes


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3", "a.ogg", "gsm.wav"])
@pytest.mark.parametrize("stretch", [(None, None), (0.5, 1.7), (1.03, None), (None, 0.01)])
def test_reading_prepared_is_preparing_what_was_read(tmp_path: Path, name: str, stretch):
    how = {"subtype": "GSM610"} if name == "gsm.wav" else {}  # libsndfile cannot seek in it
    path = write(tmp_path / name, tones(2 * RATE, 1 if how else 2), **how)
    start, end = stretch
    streamed = read_clip(path, sample_rate=11_025, mono=True, start=start, end=end)
    whole = prepare(cut(read_clip(path), start, end), sample_rate=11_025)
    assert streamed.samples.shape == whole.samples.shape
    np.testing.assert_allclose(streamed.samples, whole.samples, atol=1e-5)
    assert streamed.notes == whole.notes


def test_a_stretch_outside_the_file_is_refused(tmp_path: Path):
    path = write(tmp_path / "a.wav", tones(RATE))
    for start, end in [(0.5, 1.5), (2.0, None), (-1.0, 0.5), (0.5, 0.5), (float("nan"), None)]:
        with pytest.raises(RequestError, match=r"a\.wav.* lasts 1\.000 s") as error:
            read_clip(path, start=start, end=end)
        sentence(error)


def test_mp3_read_in_blocks_is_mp3_read_whole(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    path = write(tmp_path / "a.mp3", tones(5 * RATE))
    with soundfile.SoundFile(path) as sound:
        whole = sound.read(dtype="float32")
    capfd.readouterr()
    np.testing.assert_allclose(read_clip(path).samples[0], whole, atol=1e-6)
    assert capfd.readouterr().err == ""


def test_peaks_beyond_full_scale_are_kept_and_noted(tmp_path: Path):
    samples = tones(RATE)
    samples[100] = -1.4454
    clip = read_clip(write(tmp_path / "a.wav", samples, subtype="FLOAT"))
    assert clip.samples.min() == np.float32(-1.4454)
    assert clip.notes == ("peaks at +3.2 dBFS",)


def test_a_long_file_needs_no_more_memory_than_its_result(tmp_path: Path):
    path, minute = tmp_path / "long.wav", np.zeros((48_000 * 60, 2), dtype=np.int16)
    minute[::100] = 1000
    with soundfile.SoundFile(path, "w", 48_000, 2, "PCM_16") as sound:
        for _ in range(5):
            sound.write(minute)
    read_clip(path, sample_rate=RATE, mono=True, end=0.1)  # imports and caches
    tracemalloc.start()
    try:
        clip = read_clip(path, sample_rate=RATE, mono=True)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert clip.seconds == 300
    assert most < clip.samples.nbytes + 2e6


def test_the_loudest_floats_mix_without_overflow(tmp_path: Path):
    path = write(tmp_path / "a.wav", np.full((10, 2), 3e38, dtype=np.float32), subtype="FLOAT")
    np.testing.assert_allclose(read_clip(path, mono=True).samples, 3e38, rtol=1e-6)


def test_the_content_counts_and_not_the_extension(tmp_path: Path):
    samples = tones(RATE)
    for name in ("a.mp3", "a.raw", "a.m4a", "a.gsm", "a"):
        path = write(tmp_path / name, samples, format="WAV", subtype="FLOAT")
        np.testing.assert_array_equal(read_clip(path).samples[0], samples[:, 0])
