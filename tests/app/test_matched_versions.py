"""Which samples are compared for loudness, and which are played."""

from __future__ import annotations

import numpy as np
import pytest

from app.matched_versions import match_versions, versions_of
from core.errors import Cancelled
from core.job import CancelToken
from core.types import AudioClip, Variant
from tests.results import made_up_result

RATE = 16_000


def noise(seconds: float, level: float, rate: int = RATE, seed: int = 0) -> AudioClip:
    rng = np.random.default_rng(seed)
    return AudioClip(level * rng.uniform(-1, 1, (1, round(seconds * rate))), rate)


def result(start: float = 4.0, end: float = 5.0, level: float = 0.05, padding: float = 0.0):
    sound = noise(end - start + padding, level)
    return made_up_result(audio=dict.fromkeys(Variant, sound), start=start, end=end)


def test_the_original_is_the_clip_and_the_others_have_the_window():
    clip, explained = noise(10.0, 0.1, 44_100), result()
    versions = versions_of(clip, explained)
    assert versions.clip is clip
    assert versions.variants[0] is Variant.ORIGINAL
    assert set(versions.variants) == set(Variant)
    assert versions.windows[Variant.REMOVED] is explained.audio[Variant.REMOVED]
    assert versions.start == 4.0


def test_versions_are_matched_to_the_original_where_the_window_is():
    soft, loud = noise(4.0, 0.01), noise(6.0, 0.1, seed=1)
    clip = AudioClip(np.concatenate([soft.samples, loud.samples], axis=1), RATE)
    gains = match_versions(clip, result(4.0, 5.0)).levels.gain_db
    assert gains[Variant.EXPLANATION] == pytest.approx(6.02, abs=0.1)
    gains = match_versions(clip, result(2.0, 3.0)).levels.gain_db
    assert gains[Variant.EXPLANATION] == pytest.approx(-13.98, abs=0.1)


@pytest.mark.parametrize("seconds", [1.0, 0.7])
def test_a_clip_of_one_window_is_compared_whole_also_where_it_was_padded(seconds: float):
    clip = noise(seconds, 0.1)
    matched = match_versions(clip, result(0.0, seconds, padding=1.0 - seconds))
    assert matched.levels.gain_db[Variant.EXPLANATION] == pytest.approx(6.02, abs=0.1)


def test_the_peak_of_all_of_the_clip_limits_what_is_played():
    clip = AudioClip(np.concatenate([noise(9.0, 0.1).samples, noise(1.0, 2.0).samples], 1), RATE)
    matched = match_versions(clip, result())
    assert matched.peak == pytest.approx(6.02, abs=0.01)
    assert matched.levels.gain_db[Variant.ORIGINAL] == pytest.approx(-7.02, abs=0.01)
    again = match_versions(clip, result(), (clip, 11.0))
    assert again.levels.gain_db[Variant.ORIGINAL] == -12.0  # it was not looked for again
    other = match_versions(clip, result(), (noise(1.0, 0.1), 11.0))
    assert other.peak == matched.peak


def test_without_a_result_there_is_the_clip():
    matched = match_versions(noise(1.0, 0.1), None)
    assert matched.versions.variants == (Variant.ORIGINAL,)
    assert dict(matched.levels.gain_db) == {Variant.ORIGINAL: 0.0}


def test_measuring_stops_when_it_is_cancelled():
    cancel = CancelToken()
    cancel.set()
    with pytest.raises(Cancelled):
        match_versions(noise(10.0, 0.1), result(), cancel=cancel)
