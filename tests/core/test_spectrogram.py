"""Spectrograms of sounds whose picture is known."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import Cancelled, RequestError
from core.job import CancelToken
from core.spectrogram import (
    difference,
    hertz_to_mel,
    mel_to_hertz,
    overviews,
    spectrogram,
    spectrograms,
)
from core.types import AudioClip


def sine(hertz: float, rate: int = 16_000, seconds: float = 1.0, amplitude: float = 1.0):
    time = np.arange(round(rate * seconds)) / rate
    return AudioClip(amplitude * np.sin(2 * np.pi * hertz * time), rate)


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 44_100, 192_000])
@pytest.mark.parametrize("scale", ["linear", "mel"])
def test_a_sine_peaks_at_its_frequency(rate: int, scale: str) -> None:
    picture = spectrogram(sine(1000, rate), scale=scale)
    loudest = picture.db.mean(axis=1).argmax()
    spacing = np.diff(picture.frequencies)[loudest]
    assert abs(picture.frequencies[loudest] - 1000) <= spacing
    assert picture.db.max() == 0.0
    assert picture.db.min() >= -80.0


def test_levels_are_decibels_relative_to_the_reference() -> None:
    clips = [sine(1000, amplitude=amplitude) for amplitude in (1.0, 0.1, 0.001)]
    pictures = spectrograms(clips)
    # A sine of amplitude A has A / 2.
    assert [picture.reference for picture in pictures] == [pytest.approx(0.5, rel=1e-3)] * 3
    # The middle frames, where the window is full.
    levels = [picture.db[:, 10:-10].max() for picture in pictures]
    np.testing.assert_allclose(levels, [0.0, -20.0, -60.0], atol=0.01)
    assert spectrogram(clips[1]).db.max() == 0.0  # by its own maximum


@pytest.mark.parametrize("scale", ["linear", "mel"])
def test_the_shared_reference_is_the_largest_of_the_clips_own(scale: str) -> None:
    rng = np.random.default_rng(0)
    clips = [AudioClip(rng.normal(0, level, (2, 9000)), 16_000) for level in (0.01, 0.2, 0.05)]
    own = [spectrogram(clip, scale=scale).reference for clip in clips]
    assert {each.reference for each in spectrograms(clips, scale=scale)} == {max(own)} == {own[1]}


@pytest.mark.parametrize(("rate", "window"), [(16_000, 1024), (24_000, 1024), (24_001, 2048)])
def test_frames_come_every_quarter_window_and_cover_the_clip(rate: int, window: int) -> None:
    picture = spectrogram(sine(440, rate, 0.5))
    assert len(picture.frequencies) == window // 2 + 1
    assert picture.frequencies[-1] == pytest.approx(rate / 2)
    assert picture.times[0] == 0.0
    np.testing.assert_allclose(np.diff(picture.times), window / 4 / rate, rtol=1e-3)
    assert 0.5 <= picture.times[-1] < 0.5 + window / 4 / rate


@pytest.mark.parametrize("scale", ["linear", "mel"])
def test_a_click_is_loudest_in_the_frame_centred_on_it(scale: str) -> None:
    samples = np.zeros(16_000)
    samples[256 * 20] = 1.0
    picture = spectrogram(AudioClip(samples, 16_000), scale=scale)
    frame = picture.db.mean(axis=0).argmax()
    assert picture.times[frame] == pytest.approx(256 * 20 / 16_000)


def test_long_clips_are_as_their_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    clip = AudioClip(np.random.default_rng(0).normal(0, 0.1, 30_000), 16_000)
    whole = spectrogram(clip)
    monkeypatch.setattr("core.spectrogram.FRAMES_AT_ONCE", 7)
    np.testing.assert_allclose(spectrogram(clip).db, whole.db, atol=1e-4)


@pytest.mark.parametrize("n_samples", [0, 1, 160, 1023])
def test_short_clips_have_a_spectrogram(n_samples: int) -> None:
    picture = spectrogram(AudioClip(np.ones((1, n_samples)), 16_000))
    assert picture.db.shape == (513, -(-n_samples // 256) + 1)
    assert np.isfinite(picture.db).all()


@pytest.mark.parametrize("reference", [None, 0.5, 0.0])
@pytest.mark.parametrize("scale", ["linear", "mel"])
def test_silence_is_all_floor(reference: float | None, scale: str) -> None:
    silence = AudioClip(np.zeros((1, 16_000)), 16_000)
    picture = spectrogram(silence, reference=reference, floor_db=-70.0, scale=scale)
    assert picture.reference == (reference or 0.0)
    assert (picture.db == -70.0).all()
    assert picture.floor_db == -70.0


def test_the_faintest_clips_have_levels_and_no_warning() -> None:
    faint = AudioClip(np.full((1, 16_000), 1e-38), 16_000)
    picture = spectrogram(faint, floor_db=-300.0)
    assert picture.db.max() == 0.0
    assert np.isfinite(picture.db).all()


def test_mel_bands_are_evenly_spaced_in_mel_and_none_is_empty() -> None:
    noise = AudioClip(np.random.default_rng(0).normal(0, 0.1, 192_000), 192_000)
    picture = spectrogram(noise, scale="mel", bins=256)
    assert picture.db.shape[0] == 256
    spacing = hertz_to_mel(96_000.0) / 257
    np.testing.assert_allclose(np.diff(hertz_to_mel(picture.frequencies)), spacing, rtol=1e-4)
    assert picture.db.min() > -60.0


def test_a_mel_band_is_the_mean_of_what_lies_in_it() -> None:
    # White noise is as loud in wide bands as in narrow ones.
    noise = AudioClip(np.random.default_rng(0).normal(0, 0.1, 160_000), 16_000)
    level = spectrogram(noise, scale="mel").db.mean(axis=1)
    assert np.ptp(level[5:]) < 3.0


def test_the_mel_scale_has_its_landmarks() -> None:
    assert hertz_to_mel(1000.0) == pytest.approx(1000.0, abs=0.1)
    assert hertz_to_mel(0.0) == 0.0
    hertz = np.linspace(0, 20_000, 50)
    np.testing.assert_allclose(mel_to_hertz(hertz_to_mel(hertz)), hertz, atol=1e-6)


def test_the_difference_is_in_decibels_and_signed() -> None:
    loud, soft = sine(1000, amplitude=0.8), sine(1000, amplitude=0.2)
    a, b = spectrograms([loud, soft])
    gain = difference(a, b)
    assert gain[64, 30] == pytest.approx(20 * np.log10(0.2 / 0.8), abs=0.01)
    np.testing.assert_array_equal(difference(b, a), -gain)


@pytest.mark.parametrize(
    "other",
    [
        spectrogram(sine(1000), reference=0.4),
        spectrogram(sine(1000), reference=0.5, floor_db=-60.0),
        spectrogram(sine(1000, seconds=0.5), reference=0.5),
        spectrogram(sine(1000), reference=0.5, scale="mel"),
    ],
)
def test_what_cannot_be_compared_is_not_subtracted(other) -> None:
    with pytest.raises(RequestError, match="one reference and floor"):
        difference(spectrogram(sine(1000), reference=0.5), other)


@pytest.mark.parametrize(
    "how",
    [
        {"reference": 0.0},
        {"reference": -1.0},
        {"reference": float("nan")},
        {"reference": float("inf")},
        {"floor_db": 0.0},
        {"floor_db": float("nan")},
        {"floor_db": -1000.0},
        {"scale": "bark"},
        {"scale": "linear", "bins": 12},
        {"scale": "mel", "bins": 1},
    ],
)
def test_senseless_wishes_are_refused(how) -> None:
    with pytest.raises(RequestError):
        spectrogram(sine(1000), **how)


@pytest.mark.parametrize("columns", [1, 7, 40, 1000])
@pytest.mark.parametrize("scale", ["linear", "mel"])
def test_an_overview_has_the_loudest_of_each_group_on_a_shared_scale(
    columns: int, scale: str
) -> None:
    rng = np.random.default_rng(0)
    clips = [AudioClip(level * rng.normal(0, 1, n), 8_000) for level, n in ((0.1, 9_001), (1, 400))]
    drawn = overviews(clips, columns=columns, scale=scale)
    for whole, picture in zip(spectrograms(clips, scale=scale), drawn, strict=True):
        n_frames = whole.db.shape[1]
        group = -(-n_frames // columns)
        wanted = [
            whole.db[:, first : first + group].max(axis=1) for first in range(0, n_frames, group)
        ]
        np.testing.assert_allclose(picture.db, np.transpose(wanted), atol=1e-4)
        assert picture.db.shape[1] <= columns
        assert picture.reference == pytest.approx(whole.reference)
        np.testing.assert_array_equal(picture.frequencies, whole.frequencies)
        centres = [whole.times[first : first + group] for first in range(0, n_frames, group)]
        assert picture.times[0] == pytest.approx((group - 1) / 2 * whole.times[1])
        assert all(
            picture.times[number] == pytest.approx(times.mean())
            for number, times in enumerate(centres[:-1])
        )


def test_overviews_say_how_far_they_are_and_can_be_stopped() -> None:
    told: list[float] = []
    token = CancelToken()
    clips = [sine(440), sine(880)]
    overviews(clips, columns=10, report=lambda share, stage: told.append(share), cancel=token)
    assert told == sorted(told)
    assert told[-1] == 1.0
    token.set()
    with pytest.raises(Cancelled):
        overviews(clips, columns=10, cancel=token)


def test_channels_that_cancel_are_drawn_as_they_are_heard() -> None:
    sound = np.random.default_rng(0).uniform(-0.5, 0.5, 8_000)
    alone = spectrogram(AudioClip(sound[None], 16_000))
    both = spectrogram(AudioClip(np.stack([sound, -sound]), 16_000))
    np.testing.assert_array_equal(both.db, alone.db)
