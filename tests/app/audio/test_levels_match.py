from __future__ import annotations

import math

import numpy as np
import pyloudnorm
import pytest

from app.audio import levels_match
from app.audio.levels_match import LevelMatch, match_levels
from core.errors import Cancelled
from core.job import CancelToken
from core.types import AudioClip, Variant

ORIGINAL, EXPLANATION, REMOVED = Variant.ORIGINAL, Variant.EXPLANATION, Variant.REMOVED
RATE = 16_000


def noise(level: float = 0.1, seconds: float = 1.0, seed: int = 0, channels: int = 1) -> AudioClip:
    rng = np.random.default_rng(seed)
    return AudioClip(level * rng.uniform(-1, 1, (channels, round(seconds * RATE))), RATE)


def tone(level: float, hertz: float, seconds: float = 1.0) -> AudioClip:
    t = np.arange(round(seconds * RATE)) / RATE
    return AudioClip(level * np.sin(2 * np.pi * hertz * t), RATE)


def clip_of(samples: np.ndarray) -> AudioClip:
    return AudioClip(samples, RATE)


def lufs(clip: AudioClip, gain_db: float) -> float:
    samples = clip.samples.T.astype(np.float64) * 10 ** (gain_db / 20)
    return float(pyloudnorm.Meter(RATE).integrated_loudness(samples))


def peak_db(clip: AudioClip, gain_db: float) -> float:
    return 20 * math.log10(float(np.abs(clip.samples).max())) + gain_db


def test_a_softer_copy_gets_what_it_lacks():
    match = match_levels({ORIGINAL: noise(0.1), EXPLANATION: noise(0.1 / 16)})
    assert match.gain_db[ORIGINAL] == 0.0
    assert match.gain_db[EXPLANATION] == pytest.approx(24.08, abs=0.01)
    assert not any(match.short_db.values())


def test_versions_of_other_colour_are_matched_in_loudness_not_in_rms():
    versions = {ORIGINAL: noise(0.2), EXPLANATION: tone(0.02, 100.0), REMOVED: tone(0.3, 3000.0)}
    match = match_levels(versions)
    loudness = [lufs(versions[v], match.gain_db[v]) for v in versions]
    assert loudness == pytest.approx([loudness[0]] * 3, abs=0.05)
    assert match.gain_db[REMOVED] < 0 < match.gain_db[EXPLANATION]


def test_below_four_tenths_of_a_second_rms_decides():
    versions = {ORIGINAL: noise(0.2, 0.399), EXPLANATION: tone(0.02, 100.0, 0.399)}
    gain = match_levels(versions).gain_db[EXPLANATION]
    rms = [float(np.sqrt(np.mean(np.square(clip.samples)))) for clip in versions.values()]
    assert gain == pytest.approx(20 * math.log10(rms[0] / rms[1]), abs=0.01)
    longer = {ORIGINAL: noise(0.2, 0.4), EXPLANATION: tone(0.02, 100.0, 0.4)}
    assert abs(match_levels(longer).gain_db[EXPLANATION] - gain) > 1.0


def test_a_version_below_the_gate_of_bs_1770_is_matched_all_the_same():
    loud, soft = tone(0.05, 100.0), tone(0.0001, 100.0)
    assert lufs(soft, 0.0) == -math.inf
    gains = [
        match_levels({ORIGINAL: noise(0.1), EXPLANATION: version}).gain_db[EXPLANATION]
        for version in (loud, soft)
    ]
    assert gains[1] - gains[0] == pytest.approx(53.98, abs=0.01)


def test_what_bs_1770_does_not_hear_is_matched_by_rms():
    constant = clip_of(np.full((1, RATE), 0.01))  # K-weighting takes a constant away
    match = match_levels({ORIGINAL: constant, EXPLANATION: clip_of(constant.samples / 2)})
    assert match.gain_db[EXPLANATION] == pytest.approx(6.02, abs=0.01)


def test_a_gain_stops_where_the_peak_reaches_the_ceiling():
    burst = np.zeros((1, RATE), dtype=np.float32)
    burst[0, 8000:8004] = 0.05
    versions = {ORIGINAL: noise(0.5), EXPLANATION: clip_of(burst)}
    match = match_levels(versions)
    assert peak_db(versions[EXPLANATION], match.gain_db[EXPLANATION]) == pytest.approx(-1.0)
    assert match.gain_db[ORIGINAL] == 0.0
    assert match.short_db[ORIGINAL] == 0.0
    assert match.short_db[EXPLANATION] > 10.0
    equal = match.equal([ORIGINAL, EXPLANATION])
    assert equal[ORIGINAL] == pytest.approx(-match.short_db[EXPLANATION])
    loudness = [lufs(versions[variant], equal[variant]) for variant in versions]
    assert loudness[0] == pytest.approx(loudness[1], abs=0.05)


def test_equal_levels_turn_down_no_more_than_those_that_are_compared():
    match = LevelMatch(
        {ORIGINAL: 0.0, EXPLANATION: 12.0, REMOVED: 3.0},
        {ORIGINAL: 0.0, EXPLANATION: 8.0, REMOVED: 0.0},
    )
    assert match.equal([ORIGINAL, REMOVED]) == {ORIGINAL: 0.0, REMOVED: 3.0}
    assert match.equal([EXPLANATION, REMOVED]) == {EXPLANATION: 12.0, REMOVED: -5.0}
    assert match.equal([]) == {}


def test_peaks_elsewhere_in_the_clip_turn_down_all_versions():
    versions = {ORIGINAL: noise(0.1), EXPLANATION: noise(0.05)}
    match = match_levels(versions, peak=5.0)
    assert match.gain_db[ORIGINAL] == -6.0
    assert match.gain_db[EXPLANATION] == pytest.approx(0.02, abs=0.01)


def test_measuring_can_be_cancelled():
    cancel = CancelToken()
    cancel.set()
    with pytest.raises(Cancelled):
        match_levels({ORIGINAL: noise(0.1), EXPLANATION: noise(0.05)}, cancel=cancel)


@pytest.mark.parametrize(("samples", "peak"), [([0.5, -0.25], -6.02), ([0.1, -2.0], 6.02)])
def test_the_peak_of_a_clip_is_that_of_its_farthest_sample(samples: list[float], peak: float):
    assert levels_match.peak_db(clip_of(np.array([samples]))) == pytest.approx(peak, abs=0.01)


def test_silence_has_no_peak():
    assert levels_match.peak_db(clip_of(np.zeros((1, 10)))) is None


def test_an_original_above_the_ceiling_is_turned_down_and_the_others_follow():
    loud = tone(2.0, 1000.0)
    match = match_levels({ORIGINAL: loud, EXPLANATION: tone(1.0, 1000.0), REMOVED: tone(0.5, 1e3)})
    down = -1.0 - 20 * math.log10(2)
    assert match.gain_db[ORIGINAL] == pytest.approx(down, abs=0.01)
    assert match.gain_db[EXPLANATION] == pytest.approx(-1.0, abs=0.01)
    assert match.gain_db[REMOVED] == pytest.approx(5.02, abs=0.01)
    assert max(match.short_db.values()) < 1e-3  # but for rounding


@pytest.mark.parametrize("level", [0.0, 1e-5])
def test_silent_versions_are_left_alone(level: float):
    match = match_levels({ORIGINAL: noise(0.1), REMOVED: noise(level), EXPLANATION: noise(0.05)})
    assert match.gain_db[REMOVED] == 0.0
    assert match.gain_db[EXPLANATION] == pytest.approx(6.02, abs=0.01)


def test_a_silent_or_missing_original_matches_nothing():
    assert match_levels({ORIGINAL: noise(0.0), REMOVED: noise(0.1)}).gain_db[REMOVED] == 0.0
    assert dict(match_levels({REMOVED: noise(0.1)}).gain_db) == {REMOVED: 0.0}


@pytest.mark.parametrize("channels", [2, 6])
def test_several_channels_are_measured_together(channels: int):
    versions = {
        ORIGINAL: noise(0.1, channels=channels),
        EXPLANATION: noise(0.05, channels=channels),
    }
    assert match_levels(versions).gain_db[EXPLANATION] == pytest.approx(6.02, abs=0.01)
