from __future__ import annotations

import numpy as np
import pytest

from app.audio.versions import OutputFormat, prepare_versions
from core.prepare import prepare
from core.types import AudioClip, Variant

STEREO = OutputFormat(48_000, 2)


def clip(channels: int = 1, rate: int = 16_000, n: int = 4000, seed: int = 0) -> AudioClip:
    return AudioClip(np.random.default_rng(seed).uniform(-1, 1, (channels, n)), rate)


def test_versions_come_at_the_rate_of_the_output_as_core_resamples_them():
    clips = {Variant.ORIGINAL: clip(), Variant.REMOVED: clip(seed=1)}
    prepared = prepare_versions(clips, STEREO)
    for variant, samples in prepared.samples.items():
        assert samples.shape == (12_000, 1)
        assert samples.flags.c_contiguous
        assert (samples[:, 0] == prepare(clips[variant], sample_rate=48_000).samples[0]).all()


@pytest.mark.parametrize(("channels", "kept"), [(1, 1), (2, 2), (6, 1)])
def test_channels_that_the_output_lacks_are_mixed(channels: int, kept: int):
    sound = clip(channels, rate=48_000)
    samples = prepare_versions({Variant.ORIGINAL: sound}, STEREO).samples[Variant.ORIGINAL]
    expected = sound.samples if kept > 1 else sound.samples.mean(axis=0, keepdims=True)
    np.testing.assert_allclose(samples, expected.T, atol=1e-6)


def test_what_is_known_is_not_done_again():
    original, removed, again = clip(), clip(seed=1), clip(seed=2)
    known = prepare_versions({Variant.ORIGINAL: original, Variant.REMOVED: removed}, STEREO)
    clips = {Variant.ORIGINAL: original, Variant.REMOVED: again}
    prepared = prepare_versions(clips, STEREO, known)
    assert prepared.samples[Variant.ORIGINAL] is known.samples[Variant.ORIGINAL]
    assert prepared.samples[Variant.REMOVED] is not known.samples[Variant.REMOVED]
    other = prepare_versions(clips, OutputFormat(44_100, 2), known)
    assert other.samples[Variant.ORIGINAL].shape == (11_025, 1)


@pytest.mark.parametrize("other", [clip(n=3999), clip(rate=8000)])
def test_versions_that_do_not_lie_on_each_other_are_a_defect(other: AudioClip):
    with pytest.raises(ValueError, match="rate or length"):
        prepare_versions({Variant.ORIGINAL: clip(), Variant.REMOVED: other}, STEREO)
