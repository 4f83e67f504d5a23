from __future__ import annotations

import numpy as np
import pytest

from app.audio.tape import OutputFormat
from app.audio.versions import PreparedVersions, Versions
from core.types import AudioClip, Variant

ORIGINAL, EXPLANATION, REMOVED = Variant.ORIGINAL, Variant.EXPLANATION, Variant.REMOVED
STEREO = OutputFormat(48_000, 2)


def level(value: float, seconds: float = 1.0, rate: int = 16_000) -> AudioClip:
    return AudioClip(np.full((1, round(seconds * rate)), value), rate)


def heard(prepared: PreparedVersions, gain_db: dict[Variant, float], variant: Variant) -> list:
    """At half a second before, in the middle of and half a second behind a window at 4…5 s."""
    track = prepared.tracks(gain_db)[variant]
    values = []
    for second in (3.5, 4.5, 5.5):
        frame = round(second * 48_000)
        for tape, number in track.missing(frame, frame + 10):
            tape.make(number)
        out = np.empty((10, 2), dtype=np.float32)
        track.copy_to(out, frame, np.empty_like(out))
        values.append(float(out[5, 0]))
    return pytest.approx(values, rel=1e-3)


def test_every_version_but_the_original_is_the_clip_with_its_window_replaced():
    clip = level(0.1, 10.0, 44_100)
    windows = {REMOVED: level(0.2), EXPLANATION: level(0.3)}
    prepared = PreparedVersions(Versions(clip, windows, 4.0), STEREO)
    assert heard(prepared, {}, ORIGINAL) == [0.1, 0.1, 0.1]
    assert heard(prepared, {}, REMOVED) == [0.1, 0.2, 0.1]
    assert heard(prepared, {}, EXPLANATION) == [0.1, 0.3, 0.1]
    assert {len(track) for track in prepared.tracks({}).values()} == {480_000}


def test_outside_the_window_every_version_has_the_gain_of_the_original():
    windows = {EXPLANATION: level(0.02)}
    prepared = PreparedVersions(Versions(level(0.1, 10.0), windows, 4.0), STEREO)
    gains = {ORIGINAL: -6.0206, EXPLANATION: 20.0}
    assert heard(prepared, gains, ORIGINAL) == [0.05, 0.05, 0.05]
    assert heard(prepared, gains, EXPLANATION) == [0.05, 0.2, 0.05]


def test_without_windows_there_is_the_original():
    versions = Versions(level(0.1, 10.0))
    assert versions.variants == (ORIGINAL,)
    prepared = PreparedVersions(versions, STEREO)
    assert list(prepared.tracks({})) == [ORIGINAL]
    assert heard(prepared, {ORIGINAL: -6.0206}, ORIGINAL) == [0.05, 0.05, 0.05]


def test_tapes_of_clips_that_stay_are_used_again():
    clip, same, first, second = (level(value) for value in (0.1, 0.1, 0.2, 0.3))
    known = PreparedVersions(Versions(clip, {EXPLANATION: same, REMOVED: first}), STEREO)
    changed = Versions(clip, {EXPLANATION: same, REMOVED: second})
    prepared = PreparedVersions(changed, STEREO, known.tapes)
    assert [tape in known.tapes for tape in prepared.tapes] == [True, True, False]


def test_a_clip_that_is_its_own_window_has_one_tape():
    clip = level(0.1)
    prepared = PreparedVersions(Versions(clip, {REMOVED: clip}), STEREO)
    assert len({id(tape) for tape in prepared.tapes}) == 1


def test_the_original_cannot_be_replaced():
    with pytest.raises(ValueError, match="the clip itself"):
        Versions(level(0.1), {ORIGINAL: level(0.2)})


@pytest.mark.parametrize("other", [level(0.1, 0.9), level(0.1, 1.0, 8000)])
def test_versions_that_do_not_lie_on_each_other_are_a_defect(other: AudioClip):
    with pytest.raises(ValueError, match="rate or length"):
        Versions(level(0.1, 10.0), {EXPLANATION: level(0.1), REMOVED: other})


@pytest.mark.parametrize("start", [-0.1, 10.0, float("nan")])
def test_a_window_that_begins_outside_the_clip_is_a_defect(start: float):
    with pytest.raises(ValueError, match="no window begins"):
        Versions(level(0.1, 10.0), {REMOVED: level(0.1)}, start)
