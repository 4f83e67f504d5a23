"""Listening to streams that are put together here."""

from dataclasses import replace

import numpy as np
import pytest

from core.errors import Cancelled
from core.job import CancelToken, silent
from core.live.detector import DetectorSettings
from core.live.frames import LiveSettings
from core.live.listener import (
    POST_ROLL,
    PRE_ROLL,
    Listener,
    sounding_middle,
    usual_detector,
)
from core.pipeline import explain
from core.prepare import prepare
from core.types import AudioClip, ExplanationRequest, Variant
from core.windowing import timeline
from tests.pitch import HIGH, LOW, RATE, pitch_toolbox, stream


@pytest.fixture
def toolbox():
    return pitch_toolbox()


def listened(listener, samples, rate=RATE, block=400, **how):
    """Feed block by block, deciding whenever that is possible. → frames, and all events."""
    frames, events = [], []
    for first in range(0, len(samples), block):
        end = min(first + block, len(samples))
        listener.feed(samples[first:end], rate, captured=end / rate)
        while frame := listener.decide(**how):
            frames.append(frame)
            events += frame.events
    return frames, [*events, *listener.finish()]


def test_each_word_is_one_event_with_its_label_and_time(toolbox):
    sound = stream((LOW, 2.0, 0.4), (HIGH, 4.0, 0.5), (LOW, 6.3, 0.3))
    _, events = listened(Listener(toolbox, ExplanationRequest()), sound)
    assert [event.label for event in events] == ["low", "high", "low"]
    assert [event.number for event in events] == [1, 2, 3]
    assert [event.time for event in events] == pytest.approx([2.2, 4.25, 6.45], abs=0.02)


def test_an_event_holds_its_word_with_what_was_around_it(toolbox):
    sound = stream((HIGH, 3.0, 0.4))
    _, (event,) = listened(Listener(toolbox, ExplanationRequest()), sound)
    assert event.start < 3.0 and event.end > 3.4
    assert event.clip_start == pytest.approx(event.start - PRE_ROLL, abs=1 / RATE)
    assert event.clip.seconds == pytest.approx(1.0 + PRE_ROLL + POST_ROLL, abs=1 / RATE)
    first = round(event.clip_start * RATE)
    expected = sound[first : first + event.clip.n_samples, 0]
    assert np.array_equal(event.clip.samples[0], expected)


def test_an_event_can_be_explained_in_full(toolbox):
    _, (event,) = listened(Listener(toolbox, ExplanationRequest()), stream((HIGH, 3.0, 0.4)))
    result = explain(event.clip, event.request(ExplanationRequest()), toolbox)
    assert result.target == "high"
    assert result.end - result.start == pytest.approx(1.0)
    assert result.original.label == "high"


@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (44_100, 2), (48_000, 1), (96_000, 2)])
def test_live_and_file_give_the_same_probabilities_for_the_same_samples(toolbox, rate, channels):
    rng = np.random.default_rng(1)
    sound = stream((LOW, 0.5, 0.4), (HIGH, 2.0, 0.5), seconds=4.0, rate=rate)
    sound = np.repeat(sound, channels, 1) + rng.normal(0, 0.01, (len(sound), channels))
    sound = sound.astype(np.float32)
    listener = Listener(toolbox, ExplanationRequest(), LiveSettings(hop=0.25, explain_every=0))
    frames, _ = listened(listener, sound, rate, block=1_013, everything=True)
    prepared = prepare(AudioClip(sound.T, rate), sample_rate=RATE)
    known = timeline(prepared, toolbox, silent, CancelToken())
    by_start = {round(frame.start, 3): frame.prediction.probabilities for frame in frames}
    compared = 0
    for start, probabilities in zip(known.starts, known.probabilities, strict=True):
        if (live := by_start.get(round(float(start), 3))) is not None:
            assert live == pytest.approx(probabilities, abs=1e-6)
            compared += 1
    assert compared >= 12


def test_when_it_is_late_it_skips_to_the_newest_window_and_says_so(toolbox):
    listener = Listener(toolbox, ExplanationRequest(), LiveSettings(hop=0.1, explain_every=0))
    listener.feed(stream(seconds=2.0), RATE, captured=100.0)
    frame = listener.decide()
    assert frame.end == pytest.approx(2.0)
    assert frame.skipped == 19
    assert frame.captured == pytest.approx(100.0)
    assert listener.decide() is None


def test_windows_that_are_a_little_late_are_all_decided(toolbox):
    listener = Listener(toolbox, ExplanationRequest(), LiveSettings(hop=0.1, explain_every=0))
    listener.feed(stream(seconds=0.3), RATE, captured=100.0)
    frames = []
    while frame := listener.decide():
        frames.append(frame)
    assert [frame.end for frame in frames] == pytest.approx([0.1, 0.2, 0.3])
    assert not any(frame.skipped for frame in frames)


def test_a_decision_knows_when_its_last_sample_was_captured(toolbox):
    listener = Listener(toolbox, ExplanationRequest(), LiveSettings(hop=0.1, explain_every=0))
    listener.feed(stream(seconds=1.05), RATE, captured=50.0)
    assert listener.decide().captured == pytest.approx(49.95)


def explained_ends(listener, seconds, block=400):
    """The ends of the windows that are explained, where there is time for each."""
    sound, ends = stream((LOW, 0.5, 0.4), seconds=seconds), []
    for first in range(0, len(sound), block):
        listener.feed(sound[first : first + block], RATE, captured=(first + block) / RATE)
        while listener.decide():
            if explained := listener.explain():
                ends.append(round(explained.end, 3))
    return ends


def test_explanations_come_as_often_as_asked_for(toolbox):
    twice = LiveSettings(explain_every=0.2)
    ends = explained_ends(Listener(toolbox, ExplanationRequest(), twice), 1.0)
    assert ends == [0.1, 0.2, 0.4, 0.6, 0.8, 1.0]
    usual = explained_ends(Listener(toolbox, ExplanationRequest(), LiveSettings()), 2.0)
    assert len(usual) >= 5 * 2.0
    never = LiveSettings(explain_every=0)
    assert explained_ends(Listener(toolbox, ExplanationRequest(), never), 1.0) == []


@pytest.fixture
def heard_low(toolbox):
    """A listener whose newest decision is of a low tone."""
    listener = Listener(toolbox, ExplanationRequest())
    listener.feed(stream((LOW, 0.2, 0.8), seconds=1.0), RATE, captured=5.0)
    frame = listener.decide()
    return listener, frame


def test_an_explanation_is_of_the_newest_decision_and_given_once(heard_low):
    listener, frame = heard_low
    assert set(frame.seconds) == {"encode", "classify", "capture"}
    explained = listener.explain()
    assert explained.attribution.target == frame.prediction.label == "low"
    assert (explained.start, explained.end, explained.captured) == (0.0, 1.0, 5.0)
    assert explained.attribution.values.shape == (16, 500)
    assert explained.attribution.completeness_gap is not None
    assert not explained.background
    assert listener.explain() is None


def test_explaining_can_be_cancelled(heard_low):
    cancel = CancelToken()
    cancel.set()
    with pytest.raises(Cancelled):
        heard_low[0].explain(cancel)


def test_relevance_is_summed_in_the_bands_of_the_codec(heard_low):
    listener, _ = heard_low
    explained = listener.explain()
    spec = listener._toolbox.codec.spec
    assert len(explained.band_edges) == len(explained.bands) + 1
    assert explained.band_edges[-1] == spec.sample_rate / 2
    whole = explained.attribution.values.sum(axis=0)
    assert explained.bands.sum(axis=0) == pytest.approx(whole, abs=1e-4)


def test_explanation_and_removed_of_a_window_are_a_tone_and_what_is_left(heard_low):
    listener, _ = heard_low
    explained = listener.explain()
    kept, left = (
        float(np.square(listener.version(explained, variant).samples).sum())
        for variant in (Variant.EXPLANATION, Variant.REMOVED)
    )
    assert kept > 2 * left > 0


def test_the_gain_makes_everything_louder_that_comes_in(toolbox):
    listener = Listener(toolbox, ExplanationRequest())
    listener.gain = 0.0
    listener.feed(stream((LOW, 0.2, 0.8), seconds=1.0), RATE, captured=1.0)
    assert listener.decide().prediction.label == "silence"
    listener.gain = 2.0
    listener.feed(stream((LOW, 0.2, 0.8), seconds=1.0), RATE, captured=2.0)
    frame = listener.decide()
    assert frame.prediction.label == "low"
    assert np.abs(frame.sound).max() == pytest.approx(0.8, rel=0.01)


def test_the_threshold_is_what_the_classifier_states(toolbox):
    assert usual_detector(None).threshold == 0.7
    assert usual_detector(0.5).threshold == 0.5
    spec = replace(toolbox.classifier.spec, threshold=0.9)
    toolbox.classifier.spec = spec
    assert Listener(toolbox, ExplanationRequest()).detector.threshold == 0.9
    chosen = LiveSettings(detector=usual_detector(0.6))
    assert Listener(toolbox, ExplanationRequest(), chosen).detector.threshold == 0.6


def test_every_setting_of_what_makes_an_event_may_change_while_it_listens(toolbox):
    words = [(LOW, 2.0 + 2.0 * n, 0.4) for n in range(4)]
    settings = LiveSettings(detector=replace(usual_detector(0.5), average=40))
    listener = Listener(toolbox, ExplanationRequest(), settings)
    sound = stream(*words, seconds=10.0)
    _, events = listened(listener, sound[: 4 * RATE])
    assert not events  # forty decisions of which few are of a word
    listener.use(replace(usual_detector(0.5), average=3))
    _, events = listened(listener, sound[4 * RATE :])
    assert [event.label for event in events] == ["low"] * 3


def test_what_lasts_longer_than_before_is_still_remembered(toolbox):
    listener = Listener(toolbox, ExplanationRequest())
    longest = 60.0
    listener.use(replace(usual_detector(0.5), longest=longest))
    sound = stream((LOW, 1.0, 50.0), seconds=55.0)
    _, (event, *_) = listened(listener, sound)
    start = round(event.clip_start * RATE)
    assert np.array_equal(event.clip.samples[0], sound[start : start + event.clip.n_samples, 0])


def test_after_a_gap_no_window_holds_sound_from_both_sides_and_time_goes_on(toolbox):
    listener = Listener(toolbox, ExplanationRequest(), LiveSettings(explain_every=0))
    listened_before, _ = [], None
    listener.feed(stream((LOW, 1.5, 0.5), seconds=2.0), RATE, captured=2.0)
    while frame := listener.decide(everything=True):
        listened_before.append(frame)
    (event,) = listener.interrupt()
    assert event.label == "low"
    listener.feed(stream(seconds=1.0, rate=16_000), 16_000, captured=60.0)
    after = [listener.decide(everything=True)]
    while frame := listener.decide(everything=True):
        after.append(frame)
    assert listened_before[-1].prediction.label == "low"
    assert {frame.prediction.label for frame in after} == {"silence"}
    assert after[0].end > listened_before[-1].end
    assert not [event for frame in after for event in frame.events]


def test_what_another_device_heard_last_is_told_with_the_next_decision(toolbox):
    listener = Listener(toolbox, ExplanationRequest(), LiveSettings(explain_every=0))
    listener.feed(stream((LOW, 1.5, 0.5), seconds=2.2), RATE, captured=2.2)
    while listener.decide(everything=True):
        pass
    listener.feed(stream(seconds=1.0, rate=16_000), 16_000, captured=4.0)
    assert [event.label for event in listener.decide().events] == ["low"]
    assert listener.finish() == []


def test_a_word_just_before_the_end_is_not_lost(toolbox):
    _, events = listened(
        Listener(toolbox, ExplanationRequest()), stream((HIGH, 2.4, 0.4), seconds=3)
    )
    assert [event.label for event in events] == ["high"]


def test_the_memory_does_not_grow_with_the_stream(toolbox):
    settings = LiveSettings(explain_every=0, detector=DetectorSettings(longest=2.0))
    listener = Listener(toolbox, ExplanationRequest(), settings)
    second = stream((LOW, 0.2, 0.4), seconds=1.0)
    sizes = set()
    for number in range(120):
        listener.feed(second, RATE, captured=float(number))
        while listener.decide():
            pass
        sizes.add(listener._history._room.nbytes)
        assert len(listener._waiting) < 5
    assert len(sizes) == 1


def test_the_middle_of_a_word_is_where_its_energy_is():
    samples = np.random.default_rng(0).normal(0, 0.001, 8_000)
    samples[2_000:4_000] += 0.3 * np.sin(np.arange(2_000))
    assert sounding_middle(samples.astype(np.float32)) == pytest.approx(3_000, abs=40)
    assert sounding_middle(np.zeros(800, dtype=np.float32)) == 400


def test_channels_that_cancel_are_heard_as_one_of_them_is(toolbox):
    sound = stream((LOW, 2.0, 0.4), (HIGH, 4.0, 0.5))
    opposite = np.concatenate([sound, -sound], axis=1)
    _, known = listened(Listener(toolbox, ExplanationRequest()), sound)
    _, events = listened(Listener(toolbox, ExplanationRequest()), opposite)
    assert [event.label for event in events] == [event.label for event in known] == ["low", "high"]
    for event, same in zip(events, known, strict=True):
        assert event.time == pytest.approx(same.time, abs=0.02)
        loud, known_loud = (np.square(one.clip.samples).mean() for one in (event, same))
        assert loud == pytest.approx(known_loud, rel=0.05)
        assert event.clip.notes == (
            "took channel 1 of 2 alone: mixed to mono they cancel each other",
        )
        assert same.clip.notes == ()
